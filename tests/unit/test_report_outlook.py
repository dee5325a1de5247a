"""The forecast and the inspections on the pages: what is drawn, what is told, what is left out."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pipelines.reports.html.outlook import (
    Outlook,
    OutlookMonth,
    load_inspections,
    load_outlooks,
)
from pipelines.reports.html.text import LEVELS
from pipelines.reports.outlook_chart import outlook_svg
from tests.unit.test_report_html import between, con, pages, row  # noqa: F401  (con: fixture)

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

WAN = Decimal(10000)


def month(ym: int, reserve: int, *, horizon: int = 0, spread: int = 0) -> OutlookMonth:
    """A month of 10 万元 spending; the reserve in 万元."""
    return OutlookMonth(
        horizon, ym, "budget" if horizon else "actual", 5 * WAN, Decimal(0), 10 * WAN, 10 * WAN,
        reserve * WAN, (reserve - spread) * WAN, (reserve + spread) * WAN, Decimal(reserve) / 10,
    )  # fmt: skip


def falling() -> Outlook:
    """Six known months at 80 万元 and six ahead that lose five each, two more or less a month."""
    known = tuple(month(202507 + n, 80) for n in range(6))
    ahead = tuple(
        month(202601 + n, 75 - 5 * n, horizon=n + 1, spread=2 * (n + 1)) for n in range(6)
    )
    told = ((6, "6个月线: 2026-04 (80%: 2026-03 ~ 2026-06)"), (3, "3个月线: 36个月内不跌破"))
    return Outlook("NA", 202512, known, ahead, told, Decimal("5.4321"), 10, 36)


def lines(svg: str, color: str) -> list[list[tuple[float, float]]]:
    """The corner points of every stroke or area of a colour."""
    found = re.findall(rf'<path [^>]*d="([^"]+)"[^>]*(?:stroke|fill)="{color}"', svg)
    found += re.findall(rf'<path [^>]*(?:stroke|fill)="{color}"[^>]* d="([^"]+)"', svg)
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+),([-\d.]+)", path)]
        for path in found
    ]


def test_the_known_path_is_solid_the_one_ahead_dashed_and_they_meet_at_the_base_month() -> None:
    svg = outlook_svg(falling(), key="k", title="t")
    known, ahead = sorted(lines(svg, "#4a5a6a"), key=lambda path: path[0][0])
    assert (len(known), len(ahead)) == (6, 7)
    assert known[-1] == ahead[0]
    assert {y for _, y in known} == {known[0][1]}
    assert svg.count('stroke-dasharray="6,4"') == 1


def test_the_band_begins_at_the_base_month_and_widens() -> None:
    band = lines(outlook_svg(falling(), key="k", title="t"), "#d7dfe7")[0]
    upper, lower = band[:7], band[7:][::-1]
    widths = [abs(a[1] - b[1]) for a, b in zip(upper, lower, strict=True)]
    assert widths[0] == pytest.approx(0)
    assert all(a < b for a, b in pairwise(widths))


def test_the_lines_are_so_many_months_of_spending() -> None:
    """At 10 万元 a month the line of six stands twice as high above zero as that of three."""
    svg = outlook_svg(falling(), key="k", title="t")
    six, three, zero = (
        lines(svg, LEVELS[level].color)[0][0][1] for level in ("yellow", "orange", "red")
    )
    assert zero - six == pytest.approx(2 * (zero - three), abs=0.01)
    assert zero > three > six


def test_a_screen_reader_is_told_the_reserve_and_the_months_of_crossing() -> None:
    svg = outlook_svg(falling(), key="o-1", title="延安市 <居民>")
    assert '<desc id="o-1-d">202512 可用结存 80.00 万元；6个月线: 2026-04' in svg
    assert "延安市 &lt;居民&gt;" in svg


def forecast(con: duckdb.DuckDBPyConnection) -> None:  # noqa: F811
    """Three known months and two ahead of 西安居民, and its three lines."""
    for ym, horizon, reserve in (
        (202510, 0, 900000), (202511, 0, 850000), (202512, 0, 800000), (202601, 1, 750000),
        (202602, 2, 700000),
    ):  # fmt: skip
        base = 202512 if horizon else ym
        con.execute(
            "insert into fct_forecast select 'k17', '610100-390', '610100', '390', 'NA', "
            "'610100-390-NA', ?, '2025-12-01', ?, ?, ?, 50000, 0, 100000, 100000, ?, ? - 10000, "
            "? + 10000, ? / 100000",
            [base, horizon, ym, "repeated" if horizon else "actual", *(reserve,) * 4],
        )
    for line, text in ((6, "6个月线: 2026-05 (80%: 2026-04 ~ 2026-07)"), (3, "三"), (0, "零")):
        con.execute(
            "insert into fct_forecast_crossing by name select 'k17' as book, '610100-390' as "
            "ledger_id, '610100-390-NA' as series_id, 202512 as period_ym, ? as line, ? as "
            "text_zh, 5.4321 as growth_pct, 10 as peer_cnt, 36 as history_cnt",
            [line, text],
        )


def test_the_page_of_a_pool_tells_the_crossings_the_basis_and_every_month(
    con: duckdb.DuckDBPyConnection,  # noqa: F811
    tmp_path: Path,
) -> None:
    forecast(con)
    page = pages(con, tmp_path)["610100.html"]
    part = between(page.partition('id="l-610100-390"')[2], "<h3>结存预测", "<h3>2025年结存变动")
    assert "<b>6个月线: 2026-05 (80%: 2026-04 ~ 2026-07)</b>" in part
    assert "年增速 5.43%（已向同省同险种 10 个序列" in part
    assert "收入：上一批准年度同月，只计预算所列项目" in part
    assert row(part, "2026年1月") == (
        "2026年1月 5.00 上一批准年度同月 0.00 10.00 75.00 74.00 76.00 7.50"
    )
    other = between(page, "<h3>结存预测", "<h3>2025年结存变动")
    assert "没有预测：账簿不足12个月" in other


def inspect(con: duckdb.DuckDBPyConnection, **cells: object) -> None:  # noqa: F811
    con.execute(
        f"insert into fct_inspection ({', '.join(cells)}) values ({', '.join('?' for _ in cells)})",
        list(cells.values()),
    )


def test_inspections_stand_on_the_page_of_the_pool_and_the_index_with_the_published_ones(
    con: duckdb.DuckDBPyConnection,  # noqa: F811
    tmp_path: Path,
) -> None:
    told = {"first_ym": 202501, "period_ym": 202512, "source_key": "", "published_pct": "58.0508"}
    counts = {"insp_cnt": 1200, "hndl_cnt": 480, "handled_pct": "40", "month_cnt": 6}
    money = {"retn_amt": 123400, "booked_amt": 100000, "penl_amt": 0}
    for origin, kind, scope in (
        ("delivered", "pool", "610100"), ("rollup", "province", "610000"),
        ("rollup", "nation", "000000"),
    ):  # fmt: skip
        place = {"origin": origin, "scope_type": kind, "scope_id": scope}
        inspect(con, **place, **told, **counts, **money)
    inspect(
        con, origin="published", scope_type="nation", scope_id="000000", first_ym=201801,
        period_ym=202012, source_key="SEED", insp_cnt=1710000, hndl_cnt=860000,
        handled_pct="50.2924", retn_amt=34875000000,
    )  # fmt: skip
    written = pages(con, tmp_path)
    section = between(written["610100.html"], '<section id="inspections"', "</section>")
    assert row(section, "2025年") == (
        "2025年 报送 6个月 1,200 480 40.00 58.05 — — — — 12.34 10.00 0.00"
    )
    assert "暂无" in between(written["610600.html"], '<section id="inspections"', "</section>")
    index = between(written["index.html"], '<section id="inspections"', "</section>")
    assert row(index, "2025年").startswith("2025年 合计 6个月 1,200 480 40.00")
    assert row(index, "2018年1月—2020年12月") == (
        "2018年1月—2020年12月 公布 1,710,000 860,000 50.29 — — — — — 3,487,500.00 — —"
    )
    assert between(index, "<h3>全国", "</table>").count("合计") == 0


def test_a_release_from_before_these_marts_has_neither(
    con: duckdb.DuckDBPyConnection,  # noqa: F811
) -> None:
    assert load_outlooks(con, {"fct_forecast"}) == {}
    assert load_inspections(con, set()) == {}
