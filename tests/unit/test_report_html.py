"""The HTML report over a tiny set of marts: what each page says, and what it must never do."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.months import months_back
from pipelines.paths import RULES
from pipelines.reports.html.page import write_html
from pipelines.reports.html.text import LEVELS, figure, wan, yuan
from pipelines.reports.statements import Check
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_TABLES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECLARED = by_name((*MARTS, *RULE_TABLES))
LAST = 202512
CHECKS = (
    Check("T-03", "H", "资产总计 = 负债与净资产总计", "passed", 819, 0, Decimal("0.00")),
    Check("T-10", "S", "收入户、国库月末余额为零", "failed", 1512, 2, Decimal("-30.50")),
)
#: scheme → row code → (month, year to date) of the income statement, the same in every month
INCOME = {
    "310": {"1": (500000, 6000000), "2": (200000, 2400000), "3": (400000, 4800000),
            "4": (180000, 2160000), "5": (120000, 1441000)},
    "390": {"1": (100000, 1200000), "2": (150000, 1800000), "3": (-50000, -600000)},
}  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """西安 with both ledgers and 延安 with 职工, 14 months to 2025-12; nothing else filled."""
    with duckdb.connect(":memory:") as con:
        for name, table in DECLARED.items():
            columns = ", ".join(f"{n} {t}" for n, t in table.sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        for name in ("rule_statement_row", "rule_insutype", "rule_metric", "rule_warning"):
            con.execute(
                f"insert into {name} by name select * from read_csv(?, all_varchar = true)",
                [str(RULES / f"{name}.csv")],
            )
        con.execute(
            """
            insert into dim_pooling_area
                (poolarea_no, poolarea_name, level, province_code, province_name)
            values
                ('610100', '西安市', '市级', '610000', '陕西省'),
                ('610600', '延安<市>', '市级', '610000', '陕西省')
            """
        )
        con.execute("create table ledger (pool varchar, scheme varchar)")
        con.execute(
            "insert into ledger values ('610100', '310'), ('610100', '390'), ('610600', '310')"
        )
        con.execute(
            "create table flow (scheme varchar, row_code varchar, month_amt int, ytd_amt int)"
        )
        for scheme, rows in INCOME.items():
            for code, (month, ytd) in rows.items():
                con.execute("insert into flow values (?, ?, ?, ?)", [scheme, code, month, ytd])
        con.execute(
            "create table at_month as select unnest(?) as ym", [list(months_back(LAST, 14))]
        )
        con.execute(
            """
            insert into fct_balance_sheet
            select 'k17', pool || '-' || l.scheme, pool, l.scheme, 'M', ym, '2025-12-01', row_code,
                row_order, row_name, if(row_code = 'N9', 9000000, 0),
                if(row_code = 'N9', if(l.scheme = '310', 10441000, 8400000), 0)
            from ledger as l, at_month, rule_statement_row as r
            where r.statement = 'BS' and r.scheme = l.scheme and is_monthly
                and r.needs_account is null
                and (r.books is null or list_contains(string_split(r.books, ';'), 'k17'))
            order by random()
            """
        )
        con.execute(
            """
            insert into fct_income_statement
            select 'k17', pool || '-' || l.scheme, pool, l.scheme, 'M', ym, '2025-12-01',
                r.row_code, row_order, row_name, coalesce(month_amt, 0), coalesce(ytd_amt, 0), null,
                coalesce(month_amt, 0)
            from ledger as l
            cross join at_month
            inner join rule_statement_row as r
                on r.statement = 'IS' and r.scheme = l.scheme and r.is_monthly
                and r.needs_account is null
                and (r.books is null or list_contains(string_split(r.books, ';'), 'k17'))
            left join flow as f on f.scheme = l.scheme and f.row_code = r.row_code
            order by random()
            """
        )
        yield con


def metric(
    con: duckdb.DuckDBPyConnection,
    key: str,
    value: str | None,
    unit: str,
    *,
    scope: str = "610100-390",
    ym: int = LAST,
    months: int = 12,
    status: str = "ok",
) -> None:
    """One metric ``id/variant/fund`` of a ledger or a province."""
    metric_id, variant, fund = key.split("/")
    kind = "province" if scope.startswith("610000") else "ledger"
    con.execute(
        "insert into fct_fund_metric select 'k17', 'books', ?, ?, null, null, ?, ?, '2025-12-01', "
        "?, ?, ?, '名称', ?, ?, 1000, 2000, ?, ?",
        [kind, scope, scope[-3:], ym, metric_id, variant, fund, value, unit, months, status],
    )


def warn(
    con: duckdb.DuckDBPyConnection, rule: str, level: str, *, ym: int = LAST, opened: int
) -> None:
    """One warning of 西安居民."""
    con.execute(
        "insert into fct_warning by name select 'k17' as book, 'x' as warning_id, ? as rule_id, "
        "'610100-390-NA' as series_id, 'ledger' as series_type, '610100-390' as ledger_id, "
        "'610100' as poolarea_no, '390' as insutype, 'NA' as fund, ? as period_ym, "
        "date '2025-12-01' as period_start_date, ? as opened_ym, ? as level, ? as level_order, "
        "true as is_raised, false as is_suppressed, 2.5 as value, 3 as threshold, '月' as unit, "
        "1 as excess_amt, 'opened' as state, '基金财务岗' as owner, date '2026-01-10' as due_date, "
        "'结存只够<2.5>个月' as reason_zh, '报告' as action_zh",
        [rule, ym, opened, level, LEVELS[level].order],
    )


def pages(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, str]:
    """File name → text of the pages written to ``folder``."""
    written = write_html(con, folder, release_id="abc123", checks=CHECKS)
    return {path.name: path.read_text(encoding="utf-8") for path in written}


def between(text: str, start: str, end: str) -> str:
    """What stands between two texts; fails where one is missing."""
    assert start in text
    rest = text.partition(start)[2]
    assert end in rest
    return rest.partition(end)[0]


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def row(html: str, head: str) -> str:
    """The words of the table row whose text begins with ``head``."""
    found = [plain(r) for r in re.findall(r"<tr.*?</tr>", html, re.S)]
    return next(r for r in found if r.startswith(head))


def test_an_index_and_one_page_a_pool_with_the_same_bytes_each_time(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = pages(con, tmp_path / "a")
    assert list(first) == ["index.html", "610100.html", "610600.html"]
    assert pages(con, tmp_path / "b") == first


def test_empty_marts_are_told_as_nothing_yet_and_break_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    page = pages(con, tmp_path)["610100.html"]
    assert between(page, "<h3>预警", "<h3>月度收支").count("暂无") == 1
    assert between(page, "可支付月数（近12个月）", "</div>").count("暂无") == 1
    assert "暂无" in between(page, 'id="intake"', "</section>")


def test_a_tile_shows_figure_unit_remark_and_the_written_definition(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    metric(con, "M-06/R12/NA", "-2.5650", "月", months=7, status="short_history")
    metric(con, "M-01/YTD/NA", "-654350.58", "元")
    page = pages(con, tmp_path)["610100.html"]
    part = page.partition('id="l-610100-390"')[2]
    tile = between(part, "可支付月数（近12个月）", "</div>")
    assert '<dd class="big neg">-2.57<small>月</small>' in tile
    assert "只有7个月" in tile
    written = con.execute(
        "select numerator, denominator from rule_metric "
        "where metric_id = 'M-06' and variant = 'R12' and fund = 'NA'"
    ).fetchall()[0]
    assert all(text in tile for text in written)
    assert "-65.44<small>万元</small>" in between(part, "当期结余（本年累计）", "</div>")


def test_a_metric_without_a_value_says_why(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    metric(con, "M-06/FWD/NA", None, "月", status="no_budget")
    line = row(pages(con, tmp_path)["610100.html"], "居民基金 · 按下年预算")
    assert line.startswith("居民基金 · 按下年预算 — 没有预算 0.10 0.20 12 分子：")


def test_the_statements_are_printed_to_the_fen_in_the_official_rows(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    page = pages(con, tmp_path)["610100.html"].partition('id="l-610100-390"')[2]
    assert row(page, "二、基金支出") == "二、基金支出 150,000.00 1,800,000.00"
    assert row(page, "三、本期基金结余") == "三、本期基金结余 -50,000.00 -600,000.00"
    assert '<td class="n neg">-600,000.00</td>' in page
    assert "单位：元" in page


def test_the_waterfall_tells_money_that_is_in_no_income_or_spending_row(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    page = pages(con, tmp_path)["610100.html"]
    told = between(page, '<desc id="w-610100-310-d">', "</desc>")
    assert told == (
        "年初结存 900.00 万元；统筹基金收入 600.00 万元；个人账户基金收入 240.00 万元；"
        "统筹基金支出 -480.00 万元；个人账户基金支出 -216.00 万元；待转及其他变动 0.10 万元；"
        "期末结存 1,044.10 万元"
    )
    resident = between(page, '<desc id="w-610100-390-d">', "</desc>")
    assert "待转" not in resident
    assert resident.endswith("基金支出 -180.00 万元；期末结存 840.00 万元")


def test_a_warning_tells_level_rule_value_limit_reason_since_owner_and_due(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warn(con, "W-01", "red", opened=202509)
    written = pages(con, tmp_path)
    told = (
        "W-01 可支付月数过低 居民基金 2.50 月 3.00 结存只够&lt;2.5&gt;个月 处置：报告 "
        "2025年9月 待受理 基金财务岗 2026-01-10"
    )
    assert row(written["610100.html"], "■ 红 W-01") == f"■ 红 {told}"
    index = written["index.html"]
    assert row(index, "西安市 居民").endswith("■ 红")
    assert row(index, "西安市 职工").endswith("无预警")
    assert row(index, "陕西省合计 合计").endswith("■ 红")
    assert "西安市 居民 W-01" in row(index, "■ 红 西安市")
    assert row(index, "■ 红 西安市").endswith("2025年9月 待受理 基金财务岗 2026-01-10")
    assert "处理记录" not in written["610100.html"]


def step(con: duckdb.DuckDBPyConnection, number: int, name: str, to: str, note: str) -> None:
    """One step taken for the warning ``x``."""
    con.execute(
        "insert into fct_warning_event by name select ? as event_no, 'x' as warning_id, "
        "'W-05' as rule_id, '610100-390-NA' as series_id, 202511 as period_ym, "
        "'orange' as level, 3 as level_order, ? as step, 'opened' as state_from, "
        "? as state_to, '甲' as by_whom, timestamp '2026-01-05 09:00:00' as event_at, "
        "? as note, '乙' as owner, date '2026-02-04' as due_date",
        [number, name, to, note],
    )


def test_a_page_tells_where_a_warning_stands_and_links_its_overspend_report(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warn(con, "W-05", "orange", opened=202509)
    step(con, 1, "ack", "acknowledged", "")
    con.execute("update fct_warning set state = 'acknowledged', owner = '乙'")
    first = pages(con, tmp_path / "taken")
    assert "超支报告" not in first["610100.html"]
    assert not [name for name in first if "overspend" in name]
    step(con, 2, "report", "reported", "已报<财政>")
    con.execute("update fct_warning set state = 'reported', due_date = date '2026-02-04'")
    written = pages(con, tmp_path / "reported")
    page = written["610100.html"]
    told = row(page, "◆ 橙 W-05")
    assert told.endswith("2025年9月 已报告 超支报告 乙 2026-02-04")
    assert 'href="610100-390-overspend-202511.html">超支报告</a>' in page
    assert "西安市居民基金超支报告 2025年11月" in written["610100-390-overspend-202511.html"]
    steps = between(page, "W-05 支出进度过快的处理记录（2 步）", "</details>")
    assert row(steps, "2026-01-05 09:00 报告") == (
        "2026-01-05 09:00 报告 已报告 甲 乙 2026-02-04 已报&lt;财政&gt;"
    )
    # a run through a month before the one reported
    con.execute("update fct_warning_event set period_ym = 202701 where step = 'report'")
    earlier = pages(con, tmp_path / "earlier")
    assert "超支报告" not in earlier["610100.html"]
    assert not [name for name in earlier if "overspend" in name]
    # back by itself: the log's last step left it elsewhere
    con.execute("update fct_warning set state = 'opened'")
    back = pages(con, tmp_path / "back")["610100.html"]
    assert "待受理（复报）" in row(back, "◆ 橙 W-05")


def test_the_index_tells_a_provincial_warning(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warn(con, "W-23", "yellow", opened=LAST)
    con.execute(
        "update fct_warning set ledger_id = '610000-390', series_type = 'province', "
        "series_id = '61-390-inpatient', reason_zh = '全省居民住院普遍偏高'"
    )
    told = row(pages(con, tmp_path)["index.html"], "▲ 黄 陕西省 居民 W-23")
    assert "全省居民住院普遍偏高" in told
    assert told.endswith("待受理 基金财务岗 2026-01-10")


def test_warnings_of_earlier_months_are_told_as_spells(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for ym, level in ((202503, "blue"), (202504, "yellow")):
        warn(con, "W-01", level, ym=ym, opened=202503)
    warn(con, "W-01", "blue", opened=LAST)
    page = pages(con, tmp_path)["610100.html"].partition('id="l-610100-390"')[2]
    spells = between(page, "近24个月的预警过程（2 段）", "</details>")
    found = [plain(r) for r in re.findall(r"<tr>.*?</tr>", spells, re.S)][1:]
    assert found == [
        "W-01 可支付月数过低 居民基金 2025年12月 持续 1 ● 蓝",
        "W-01 可支付月数过低 居民基金 2025年3月 2025年4月 2 ▲ 黄",
    ]


def test_province_totals_are_the_sums_of_the_ledgers(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    metric(con, "M-06/R12/POOL", "20.0000", "月", scope="610000-ALL")
    index = pages(con, tmp_path)["index.html"]
    assert row(index, "西安市 居民").startswith("西安市 居民 120.00 180.00 -60.00 840.00 暂无")
    assert row(index, "陕西省合计 职工").startswith(
        "陕西省合计 职工 1,680.00 1,392.00 288.20 2,088.20 暂无"
    )
    assert row(index, "陕西省合计 合计").startswith(
        "陕西省合计 合计 1,800.00 1,572.00 228.20 2,928.20 20.00"
    )


def test_the_heat_table_takes_the_spend_index_and_marks_its_warnings(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    metric(con, "M-12/M/NA", "1.3600", "倍")
    metric(con, "M-12/M/NA", "0.7000", "倍", ym=202511)
    warn(con, "W-04", "red", opened=LAST)
    heat = between(pages(con, tmp_path)["index.html"], 'id="heat"', "</section>")
    assert "月度支出指数（M-12" in heat
    assert '<td class="n hm3">0.70</td>' in heat
    assert re.search(r'<td class="n hp3"><span class="lv-red" title="红">■</span> 1.36</td>', heat)


def test_without_a_budget_the_heat_table_shows_growth(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute(
        "update fct_income_statement set month_amt = 180000 "
        "where ledger_id = '610100-390' and period_ym = 202512 and row_code = '2'"
    )
    heat = between(pages(con, tmp_path)["index.html"], 'id="heat"', "</section>")
    assert "月度支出同比增幅（%）" in heat
    assert row(heat, "西安市 居民").split()[-2:] == ["0.00", "20.00"]


def test_intake_tells_rows_and_money_set_aside(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name, held in (("a", 1), ("b", 2)):
        con.execute(
            "insert into fct_intake select ?, 'settlements', 'f', 's', 'utf-8', "
            "1000, 990, 0, 0, ?, 10 - ?, 0, 500000, 490000, 0, 0, 4000, 6000, 0, 0, 0, 0, 0",
            [name, held, held],
        )
    told = row(pages(con, tmp_path)["610600.html"], "医保结算")
    assert told.endswith("2 2,000 (100.00) 1,980 (98.00) 0 0 3 (0.80) 17 (1.20) 0")


def test_rules_over_sets_of_rows_tell_their_rates(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for pool, tested, hit, amount in (("610100", 1500, 2, 300_000), ("610600", 500, 1, None)):
        con.execute(
            "insert into fct_contract_rate select 'BALANCE_BREAK', '余额不连续', ?, '310', 202512, "
            "date '2025-12-01', ?, ?, 4, ?, 0",
            [pool, tested, hit, amount],
        )
    con.execute(
        "insert into fct_contract_rate select 'HEADCOUNT_SUM', '合计不符', '610100', '310', "
        "202512, date '2025-12-01', 0, 0, 1, null, null"
    )
    page = pages(con, tmp_path)["index.html"]
    assert row(page, "余额不连续").endswith("BALANCE_BREAK 2,000 3 1.5‰ 30.00 8")
    assert row(page, "合计不符").endswith("HEADCOUNT_SUM 0 0 – – 1")


def test_a_failed_check_stands_out_and_comes_first(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    page = pages(con, tmp_path)["610100.html"]
    checks = between(page, '<section id="checks"', "</section>")
    assert checks.index("T-10") < checks.index("T-03")
    assert row(checks, "T-10") == "T-10 收入户、国库月末余额为零 提示 不符 1,512 2 -30.50"
    assert '<td class="c bad">不符</td>' in checks


class Reader(HTMLParser):
    """Notes every attribute and tag, and that tags close in order."""

    VOID = frozenset({"meta", "link", "br", "col", "rect", "line", "path", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_a_page_asks_for_nothing_and_runs_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warn(con, "W-01", "red", opened=202509)
    metric(con, "M-06/R12/NA", "2.5", "月")
    for name, text in pages(con, tmp_path).items():
        reader = Reader()
        reader.feed(text)
        assert (reader.wrong, reader.open) == ([], []), name
        assert len(reader.ids) == len(set(reader.ids)), name
        policy = [v for tag, n, v in reader.attributes if (tag, n) == ("meta", "content")]
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy
        assert [a for a in reader.attributes if a[1].startswith("on") or a[1] == "src"] == []
        links = {v for _, n, v in reader.attributes if n.endswith("href")}
        assert all(
            re.fullmatch(r"data:,|(index|\d{6})\.html(#l-[\d-]+)?|#[\w-]+", v) for v in links
        )
        assert "<script" not in text
        assert "@import" not in text
        assert not re.search(r"url\((?!#)", text)
        assert set(re.findall(r"https?://[^\"'\s<]+", text)) <= {"http://www.w3.org/2000/svg"}
        for link in links:
            page, _, anchor = link.partition("#")
            if anchor and page in ("", name):
                assert anchor in reader.ids, link


def test_names_from_the_data_are_escaped_in_text_and_charts(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    written = pages(con, tmp_path)
    assert all("<市>" not in text for text in written.values())
    assert "延安&lt;市&gt;职工基金月度收支" in written["610600.html"]


def test_every_table_head_has_a_scope_and_every_chart_a_name(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    metric(con, "M-06/R12/NA", "2.5", "月")
    for text in pages(con, tmp_path).values():
        assert [t for t in re.findall(r"<th\b[^>]*>", text) if "scope=" not in t] == []
        charts = re.findall(r'<svg [^>]*class="chart"[^>]*>', text)
        assert [c for c in charts if "aria-labelledby" not in c] == []


def test_a_release_catalog_without_rules_gives_the_same_pages(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    metric(con, "M-06/R12/NA", "2.5", "月")
    warn(con, "W-01", "red", opened=202509)
    before = pages(con, tmp_path / "a")
    for name in by_name(RULE_TABLES):
        con.execute(f"drop table {name}")
    assert pages(con, tmp_path / "b") == before


def test_a_missing_mart_is_named(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con.execute("drop table fct_warning")
    with pytest.raises(JiecunError) as caught:
        pages(con, tmp_path)
    problem = caught.value.problems[0]
    assert (problem.code, problem.found) == ("REPORT_SOURCE", "没有 fct_warning")


def test_a_folder_that_cannot_be_written_is_told(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(JiecunError) as caught:
        pages(con, tmp_path / "taken")
    assert caught.value.problems[0].code == "REPORT_WRITE"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("50.00", "0.01"),
        ("49.99", "0.00"),
        ("-49.99", "0.00"),
        ("-50.00", "-0.01"),
        ("12345678.90", "1,234.57"),
    ],
)
def test_ten_thousands_are_rounded_half_up_and_zero_has_no_sign(amount: str, shown: str) -> None:
    assert wan(Decimal(amount)) == shown


def test_numbers_keep_their_unit_and_nothing_is_not_zero() -> None:
    assert (wan(None), yuan(None), yuan(Decimal(0)), yuan(Decimal("-1234.5"))) == (
        "", "", "-", "-1,234.50",
    )  # fmt: skip
    assert figure(Decimal("19.4150"), "月") == "19.42"
    assert figure(Decimal("1234567.0000"), "元") == "123.46"
    assert figure(None, "月") == "暂无"
