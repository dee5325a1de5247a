"""Writes the HTML report: ``index.html``, ``<poolarea_no>.html``, books compared, overspends.

Each page is one file without scripts: style and charts are inline, and its own policy forbids the
browser every request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.books.compare import compare
from pipelines.books.scope import comparable
from pipelines.months import months_back
from pipelines.reports import layout
from pipelines.reports.charts import spending_svg, waterfall_svg
from pipelines.reports.files import write_report
from pipelines.reports.html import overview, view
from pipelines.reports.html.books import comparison_page, file_name
from pipelines.reports.html.data import load_report
from pipelines.reports.html.handling import report_page, reported
from pipelines.reports.html.model import OUTCOMES
from pipelines.reports.html.outlook import BASES, inspections_of
from pipelines.reports.html.render import environment
from pipelines.reports.html.text import SCHEMES, month, rank
from pipelines.reports.outlook_chart import LINE_LEVELS, outlook_svg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    from jinja2 import Environment

    from pipelines.reports.html.model import Ledger, Pool, Report
    from pipelines.reports.html.outlook import Outlook
    from pipelines.reports.layout import CheckLike

INDEX = "index.html"
#: warnings that ended before this many months are left to the marts
SPELL_MONTHS = 24


def write_html(
    con: duckdb.DuckDBPyConnection,
    out_dir: Path,
    *,
    release_id: str,
    checks: Sequence[CheckLike],
) -> tuple[Path, ...]:
    """Write the index and a page per pooling area of the marts in ``con``; returns their paths.

    Where the marts hold several books, a page that compares them stands beside each area's. Of
    every warning of the last month that was reported, the overspend report stands there, too.

    ``con`` is a run's connection or a release's catalog. Same marts, same bytes. Raises JiecunError
    ``REPORT_WRITE`` (a file cannot be written), ``REPORT_SOURCE``, ``REPORT_EMPTY``,
    ``REPORT_LAYOUT``.
    """
    report = load_report(con, release_id=release_id, checks=checks)
    env = environment()
    pages = {INDEX: index_page(env, report)}
    is_compared = comparable(con)
    for pool in report.pools:
        page = file_name(pool.poolarea_no) if is_compared else ""
        pages[f"{pool.poolarea_no}.html"] = pool_page(env, report, pool, books_page=page)
        if page:
            pages[page] = comparison_page(
                [
                    compare(con, ledger.ledger_id, ledger.period_ym, release_id=release_id)
                    for ledger in pool.ledgers
                ]
            )
    pages |= _overspends(con, report)
    return tuple(write_report(out_dir / name, text) for name, text in pages.items())


def index_page(env: Environment, report: Report) -> str:
    """The page over all pooling areas."""
    warned = [
        (pool, ledger, warning)
        for pool in report.pools
        for ledger in pool.ledgers
        for warning in ledger.current
    ]
    warned.sort(key=lambda told: -rank(told[2].level))
    provinces = {p.province_code: p.province_name for p in report.pools}
    return env.get_template("index.html.j2").render(
        title=f"医保基金运行报告 {month(report.period_ym)}",
        report=report,
        rows=overview.index_rows(report),
        heat=overview.heat(report),
        warned=warned,
        provincial=[(provinces.get(w.ledger_id[:6], ""), w) for w in report.provincial],
        definitions=overview.column_definitions(report),
        provinces=[
            (name, inspections_of(report.inspections, code)) for code, name in provinces.items()
        ],
        nation=[
            row for row in inspections_of(report.inspections, "000000") if row.origin != "rollup"
        ],
        **_common(report),
    )


def pool_page(env: Environment, report: Report, pool: Pool, *, books_page: str = "") -> str:
    """The page of one pooling area; ``books_page`` is that of its books compared, '' for none."""
    return env.get_template("pool.html.j2").render(
        title=f"{pool.name}医保基金运行报告 {month(pool.period_ym)}",
        report=report,
        pool=pool,
        books_page=books_page,
        parts=[_part(report, pool, ledger) for ledger in pool.ledgers],
        inspected=inspections_of(report.inspections, pool.poolarea_no),
        **_common(report),
    )


def _part(report: Report, pool: Pool, ledger: Ledger) -> dict[str, object]:
    name = f"{pool.name}{SCHEMES.get(ledger.scheme, ledger.scheme)}"
    return {
        "ledger": ledger,
        "tiles": view.tiles(ledger, report.definitions),
        "spending": spending_svg(
            ledger.months, key=f"s-{ledger.ledger_id}", title=f"{name}基金月度收支"
        ),
        **_outlook(report.outlooks.get(ledger.ledger_id), ledger, name),
        "waterfall": waterfall_svg(
            view.steps(ledger),
            key=f"w-{ledger.ledger_id}",
            title=f"{name}基金{ledger.period_ym // 100}年结存变动",
        ),
        "metrics": view.metric_groups(ledger, report.definitions),
        "spells": view.spells(ledger, months_back(ledger.period_ym, SPELL_MONTHS)[0]),
        "balance_columns": layout.column_names(ledger.balance),
        "balance_lines": layout.two_sided(ledger.balance),
        "income_columns": layout.column_names(ledger.income),
        "income_lines": layout.one_sided(ledger.income),
        "notes": (*layout.notes(ledger.balance), *layout.notes(ledger.income)),
    }


def _outlook(outlook: Outlook | None, ledger: Ledger, name: str) -> dict[str, object]:
    chart = (
        outlook_svg(outlook, key=f"o-{ledger.ledger_id}", title=f"{name}基金结存预测")
        if outlook
        else ""
    )
    return {
        "outlook": outlook,
        "outlook_chart": chart,
        "outlook_bases": BASES,
        "outlook_lines": LINE_LEVELS,
    }


def _overspends(con: duckdb.DuckDBPyConnection, report: Report) -> dict[str, str]:
    """File name → page of the overspend reports that the pages link to."""
    current = (w for pool in report.pools for ledger in pool.ledgers for w in ledger.current)
    wanted = reported(current, report.handling)
    if not wanted:
        return {}
    # read here: few runs have one
    from pipelines.reports.overspend_files import page
    from pipelines.warnings.casefile import case_files

    out = {}
    for ledger_id, ym in wanted:
        pool, _, scheme = ledger_id.partition("-")
        (case,) = case_files(
            con, report.steps, pool, ym, scheme=scheme, release_id=report.release_id
        )
        out[report_page(ledger_id, ym)] = page(case)
    return out


def _common(report: Report) -> dict[str, object]:
    return {
        "handling": report.handling,
        "report_page": report_page,
        "release_id": report.release_id,
        "checks": layout.check_order(report.checks),
        "check_summary": layout.check_summary(report.checks),
        "outcomes": tuple(OUTCOMES.items()),
        "origins": {"delivered": "报送", "rollup": "合计", "published": "公布"},
    }
