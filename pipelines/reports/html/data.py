"""Reads what the pages show from the marts; nothing is computed here but sums."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import JiecunError, Problem
from pipelines.months import months_back
from pipelines.paths import RULES
from pipelines.reports.charts import Month
from pipelines.reports.html.handling import handling_of, load_steps
from pipelines.reports.html.model import (
    OUTCOMES,
    Definition,
    Ledger,
    Metric,
    Pool,
    Report,
    SetRule,
    Taken,
    Warned,
    sections,
    worst_first,
)
from pipelines.reports.html.outlook import load_inspections, load_outlooks
from pipelines.reports.html.text import worst
from pipelines.reports.statements import BOOK, load_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from pipelines.reports.html.model import Key
    from pipelines.reports.layout import CheckLike
    from pipelines.reports.statements import Sheet
    from pipelines.warnings.state import WarningEvent

#: months in the spending chart
CHART_MONTHS = 36

_SOURCES = ("fct_fund_metric", "fct_warning", "fct_intake")
_METRIC_COLUMNS = (
    "scope_type, scope_id, insutype, period_ym, metric_id, variant, fund, metric_name, value, "
    "unit, numerator_amt, denominator_amt, month_cnt, status"
)
_WARNING_COLUMNS = (
    "warning_id, ledger_id, rule_id, series_id, fund, period_ym, opened_ym, level, value, "
    "threshold, unit, excess_amt, state, owner, due_date, reason_zh, action_zh"
)


def load_report(
    con: duckdb.DuckDBPyConnection, *, release_id: str, checks: Sequence[CheckLike]
) -> Report:
    """Read the report from a run's connection or a release's catalog.

    Rules come from the connection, else from the files of the code. Raises JiecunError
    ``REPORT_SOURCE`` (a mart is missing) and what ``load_sheets`` raises.
    """
    tables = {
        r[0] for r in con.execute("select table_name from information_schema.tables").fetchall()
    }
    missing = [name for name in _SOURCES if name not in tables]
    if missing:
        found = f"没有 {'、'.join(missing)}"
        raise JiecunError(
            Problem("REPORT_SOURCE", "网页报表取数", "发布中有这些表", found, "先运行 jiecun run")
        )
    sheets = [sheet for sheet in load_sheets(con) if sheet.period_type == "M"]
    rules = _rule(con, "rule_metric", tables)
    titles = {str(r["rule_id"]): str(r["title"]) for r in _rule(con, "rule_warning", tables)}
    metrics = _metrics(con)
    period = max(sheet.period_ym for sheet in sheets)
    warnings = _warnings(con, titles)
    steps = load_steps(con, tables)
    return Report(
        release_id=release_id,
        period_ym=period,
        pools=_pools(con, sheets, metrics, warnings),
        checks=tuple(checks),
        intake=_intake(con),
        definitions={
            (str(r["metric_id"]), str(r["variant"]), str(r["fund"])): Definition(
                *(str(r[name] or "") for name in Definition.__dataclass_fields__)
            )
            for r in rules
        },
        scopes={
            scope: found
            for (scope, ym), found in metrics.items()
            if ym == period and next(iter(found.values())).scope_type != "ledger"
        },
        spend_index=_spend_index(con),
        set_rules=_set_rules(con, tables),
        outlooks=load_outlooks(con, tables),
        inspections=load_inspections(con, tables),
        provincial=worst_first(
            warned
            for scope in warnings.keys() - {sheet.ledger_id for sheet in sheets}
            for warned in warnings[scope]
            if warned.period_ym == period
        ),
        handling=handling_of(
            (w for found in warnings.values() for w in found), steps, _booked(con, steps)
        ),
        steps=steps,
    )


def _pools(
    con: duckdb.DuckDBPyConnection,
    sheets: Sequence[Sheet],
    metrics: Mapping[tuple[str, int], Mapping[Key, Metric]],
    warnings: Mapping[str, tuple[Warned, ...]],
) -> tuple[Pool, ...]:
    by_ledger: dict[str, dict[str, Sheet]] = defaultdict(dict)
    for sheet in sheets:
        by_ledger[sheet.ledger_id][sheet.statement] = sheet
    flows = _flows(con, by_ledger)
    ledgers: dict[str, list[Ledger]] = defaultdict(list)
    for ledger_id, pair in by_ledger.items():
        balance = pair["BS"]
        warned = warnings.get(ledger_id, ())
        ledgers[balance.poolarea_no].append(
            Ledger(
                ledger_id=ledger_id,
                scheme=balance.scheme,
                scheme_name=balance.scheme_name,
                poolarea_no=balance.poolarea_no,
                balance=balance,
                income=pair["IS"],
                months=_months(flows[ledger_id], balance.period_ym, warned),
                metrics=metrics.get((ledger_id, balance.period_ym), {}),
                warnings=warned,
            )
        )
    areas = {
        row[0]: (row[1], row[2])
        for row in con.execute(
            "select poolarea_no, province_code, province_name from dim_pooling_area"
        ).fetchall()
    }
    pools = []
    for no, found in sorted(ledgers.items()):
        code, name = areas.get(no, (f"{no[:2]}0000", ""))
        pools.append(Pool(no, found[0].balance.poolarea_name, code, name, tuple(found)))
    return tuple(pools)


def _flows(
    con: duckdb.DuckDBPyConnection, by_ledger: Mapping[str, Mapping[str, Sheet]]
) -> dict[str, dict[int, tuple[Decimal, Decimal]]]:
    """Ledger → month → income and spending of all its funds, in yuan."""
    spends = {
        (pair["IS"].scheme, code): spending
        for pair in by_ledger.values()
        for code, _, spending in sections(pair["IS"])
    }
    out: dict[str, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
    rows = con.execute(
        "select ledger_id, insutype, period_ym, row_code, month_amt from fct_income_statement "
        "where book = ? and period_type = 'M' order by ledger_id, period_ym, row_order",
        [BOOK],
    ).fetchall()
    for ledger_id, scheme, ym, code, amount in rows:
        spending = spends.get((scheme, code))
        if spending is None:
            continue
        income, spent = out[ledger_id].get(ym, (Decimal(0), Decimal(0)))
        told = amount or Decimal(0)
        out[ledger_id][ym] = (income, spent + told) if spending else (income + told, spent)
    return out


def _months(
    flows: Mapping[int, tuple[Decimal, Decimal]], last_ym: int, warned: Iterable[Warned]
) -> tuple[Month, ...]:
    levels: dict[int, list[str]] = defaultdict(list)
    for warning in warned:
        levels[warning.period_ym].append(warning.level)
    shown = [ym for ym in months_back(last_ym, CHART_MONTHS) if ym >= min(flows, default=last_ym)]
    out = []
    for ym in shown:
        income, spending = flows.get(ym, (None, None))
        out.append(Month(ym, income, spending, worst(levels.get(ym, []))))
    return tuple(out)


def _metrics(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], dict[Key, Metric]]:
    """(scope, month) → metrics of the books, in the last months of the ledgers."""
    rows = con.execute(
        f"select {_METRIC_COLUMNS} from fct_fund_metric "
        "where book = ? and origin = 'books' and period_ym in "
        "(select max(period_ym) from fct_balance_sheet where book = ? and period_type = 'M' "
        "group by ledger_id) "
        "order by scope_id, period_ym, metric_id, fund, variant",
        [BOOK, BOOK],
    ).fetchall()
    out: dict[tuple[str, int], dict[Key, Metric]] = defaultdict(dict)
    for row in rows:
        metric = Metric(*row)
        out[metric.scope_id, metric.period_ym][metric.key] = metric
    return out


def _spend_index(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, Metric]]:
    rows = con.execute(
        f"select {_METRIC_COLUMNS} from fct_fund_metric "
        "where book = ? and scope_type = 'ledger' and metric_id = 'M-12' "
        "and fund in ('POOL', 'NA') and value is not null order by scope_id, period_ym",
        [BOOK],
    ).fetchall()
    out: dict[str, dict[int, Metric]] = defaultdict(dict)
    for row in rows:
        metric = Metric(*row)
        out[metric.scope_id][metric.period_ym] = metric
    return out


def _warnings(
    con: duckdb.DuckDBPyConnection, titles: Mapping[str, str]
) -> dict[str, tuple[Warned, ...]]:
    rows = con.execute(
        f"select {_WARNING_COLUMNS} from fct_warning where book = ? and not is_suppressed "
        # what is missing from one class or institution stands in the mart
        "and (level <> 'grey' or series_type = 'ledger') "
        "order by ledger_id, rule_id, series_id, period_ym",
        [BOOK],
    ).fetchall()
    out: dict[str, list[Warned]] = defaultdict(list)
    for row in rows:
        told = (*row, titles.get(row[2], row[2]))
        out[row[1]].append(Warned(*told))
    return {ledger: tuple(found) for ledger, found in out.items()}


def _booked(
    con: duckdb.DuckDBPyConnection, steps: Sequence[WarningEvent]
) -> frozenset[tuple[str, int]]:
    """Ledgers and months with statements; not asked for where no step was taken."""
    if not steps:
        return frozenset()
    rows = con.execute(
        "select distinct ledger_id, period_ym from fct_balance_sheet "
        "where book = ? and period_type = 'M'",
        [BOOK],
    ).fetchall()
    return frozenset((str(ledger), int(ym)) for ledger, ym in rows)


def _intake(con: duckdb.DuckDBPyConnection) -> tuple[Taken, ...]:
    from schemas.extracts import EXTRACTS
    from schemas.table import by_name

    names = {name: decl.spec.zh for name, decl in by_name(EXTRACTS).items()}
    outcomes = ("read", "accepted", *OUTCOMES)
    sums = ", ".join(f"sum(rows_{o})::bigint, sum(amt_{o})::decimal(18, 2)" for o in outcomes)
    rows = con.execute(
        f"select table_name, count(*), {sums} from fct_intake group by table_name "
        "order by table_name"
    ).fetchall()
    order = list(names)
    taken = [
        Taken(
            row[0],
            names.get(row[0], row[0]),
            row[1],
            dict(zip(outcomes, row[2::2], strict=True)),
            dict(zip(outcomes, row[3::2], strict=True)),
        )
        for row in rows
    ]
    return tuple(
        sorted(taken, key=lambda t: order.index(t.table_name) if t.table_name in names else 99)
    )


def _set_rules(con: duckdb.DuckDBPyConnection, tables: set[str]) -> tuple[SetRule, ...]:
    if "fct_contract_rate" not in tables:
        return ()
    rows = con.execute(
        "select rule_id, min(rule_zh), sum(rows_tested)::bigint, sum(rows_hit)::bigint, "
        "sum(rows_undecided)::bigint, sum(hit_amt)::decimal(18, 2) from fct_contract_rate "
        "group by rule_id order by rule_id"
    ).fetchall()
    return tuple(SetRule(*row) for row in rows)


def _rule(con: duckdb.DuckDBPyConnection, name: str, tables: set[str]) -> list[dict[str, Any]]:
    if name in tables:
        cursor = con.execute(f'select * from "{name}"')
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    with (RULES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
