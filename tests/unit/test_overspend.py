"""An overspend taken apart on literal marts: every table adds up, from the plan to the last fen."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.reports.overspend import blocks, summary, to_json
from pipelines.reports.overspend_files import page, workbook, write_reports
from pipelines.warnings.casefile import CaseFile, case_files
from pipelines.warnings.overspend import Span, spans, split_classes

if TYPE_CHECKING:
    from pathlib import Path

D = Decimal
LEDGER = "610100-390"
#: class, institution, months of the year before and now: visits and yuan, each month alike
CARE = (
    ("inpatient", "H1", 10, "50000.00", 12, "66000.00"),
    ("inpatient", "H2", 5, "20000.00", 4, "17000.00"),
    ("outpatient", "H1", 100, "10000.00", 130, "14000.01"),
    ("outpatient", "H3", 0, "0.00", 7, "700.00"),
    ("pharmacy", "P1", 20, "400.00", 0, "0.00"),
)


def marts(
    *, heads: bool = True, budget: bool = True, first: int = 202401
) -> duckdb.DuckDBPyConnection:
    """Two years of one ledger: 80,400 a month settled in 2024, 97,700.01 in 2025."""
    con = duckdb.connect()
    con.execute("""
        create table fct_settlement_month (ledger_id varchar, fixmedins_code varchar,
            spending_class varchar, period_ym integer, setl_cnt bigint, hifp_pay decimal(18, 2),
            medfee_sumamt decimal(18, 2));
        create table fct_headcount_month (ledger_id varchar, period_ym integer, head_cnt bigint);
        create table fct_fund_metric (book varchar, origin varchar, scope_type varchar,
            scope_id varchar, period_ym integer, metric_id varchar, variant varchar, fund varchar,
            numerator_amt decimal(18, 2), denominator_amt decimal(18, 2), month_cnt bigint);
        create table fct_balance_sheet (book varchar, ledger_id varchar, poolarea_no varchar,
            insutype varchar, period_type varchar, period_ym integer);
        create table dim_pooling_area (poolarea_no varchar, poolarea_name varchar);
        create table dim_month (period_ym integer);
        create table fct_ledger_month (book varchar, ledger_id varchar, period_ym integer,
            account_code varchar, fund varchar, closing_stage varchar, debit_amt decimal(18, 2),
            credit_amt decimal(18, 2), closing_amt decimal(18, 2));
        create table fct_contribution_month (ledger_id varchar, period_ym integer,
            pool_amt decimal(18, 2), pa_amt decimal(18, 2));
        create table fct_subsidy_due (ledger_id varchar, subsidy_year bigint,
            diff_amt decimal(18, 2));
        create table fct_warning (warning_id varchar, rule_id varchar, series_id varchar,
            ledger_id varchar, poolarea_no varchar, insutype varchar, fund varchar, book varchar,
            period_ym integer, opened_ym integer, level varchar, level_order bigint,
            value decimal(18, 4), threshold decimal(18, 4), unit varchar,
            excess_amt decimal(18, 2), owner varchar, due_date date, reason_zh varchar,
            action_zh varchar, rule_valid_from date, data_through_ym integer);
        insert into dim_pooling_area values ('610100', '西安市');
        insert into fct_balance_sheet values ('k17', '610100-390', '610100', '390', 'M', 202506);
        insert into fct_warning values ('abcdef0123456789', 'W-05', '610100-390-NA', '610100-390',
            '610100', '390', 'NA', 'k17', 202506, 202505, 'orange', 3, 12.5, 10, '百分点', 56000.06,
            '预算管理岗', '2025-06-10', '支出进度过快', '报送', '2018-01-01', 202506);
        insert into fct_ledger_month values
            ('k17', '610100-390', 202506, '1003', 'NA', 'post', 0, 0, 900000),
            ('k17', '610100-390', 202506, '1201', 'NA', 'post', 0, 0, 30000),
            ('k17', '610100-390', 202506, '3101', 'NA', 'post', 0, 0, 11000),
            ('k17', '610100-390', 202503, '5301', 'NA', 'pre', 5000, 1000, 4000),
            ('k17', '610100-390', 202406, '5301', 'NA', 'pre', 7777, 0, 7777);
        insert into fct_subsidy_due values ('610100-390', 2025, -9000),
            ('610100-390', 2024, -2500), ('610100-390', 2023, 70);
        insert into fct_contribution_month values ('610100-390', 202411, 100000, 0);
    """)
    for ym in (*range(202401, 202413), *range(202501, 202507)):
        con.execute("insert into dim_month values (?)", [ym])
        if heads:
            count = 1000 if ym < 202500 else 1100
            con.execute("insert into fct_headcount_month values (?, ?, ?)", [LEDGER, ym, count])
        for name, code, *told in CARE:
            visits, amount = told[:2] if ym < 202500 else told[2:]
            if ym >= first and visits:
                con.execute(
                    "insert into fct_settlement_month values (?, ?, ?, ?, ?, ?, ?)",
                    [LEDGER, code, name, ym, visits, amount, amount],
                )
    figures = [
        (202506, "M-06", "R12", "400000.00", "960000.00", 12),
        (202506, "M-04", "R12", "-10000.00", "950000.00", 12),
    ]
    if budget:
        figures += [
            (202506, "M-12", "M", "95000.00", "85000.00", 1),
            (202406, "M-12", "M", "81000.00", "79000.00", 1),
            (202506, "M-11", "YTD", "570000.06", "1000000.00", 6),
            (202506, "M-11", "DEV", "56000.06", "1000000.00", 6),
            (202406, "M-11", "YTD", "480000.00", "950000.00", 6),
        ]
    for ym, metric, variant, numerator, denominator, count in figures:
        con.execute(
            "insert into fct_fund_metric "
            "values ('k17', 'books', 'ledger', ?, ?, ?, ?, 'NA', ?, ?, ?)",
            [LEDGER, ym, metric, variant, numerator, denominator, count],
        )
    return con


def case(con: duckdb.DuckDBPyConnection) -> CaseFile:
    return case_files(con, [], "610100", 202506, scheme="390", release_id="r1")[0]


def adds_up(one: Span) -> None:
    """Every table of a period, to the fen."""
    before, now = one.settled
    assert one.parts.total == now - before
    assert sum(i.change_amt for i in one.institutions) == now - before
    assert sum((i.parts.total for i in one.institutions), D(0)) == now - before
    assert sum(i.parts.effects[1] for i in one.institutions) == sum(
        c.within_amt for c in one.classes
    )
    for c in one.classes:
        assert c.parts.total == c.now_amt - c.before_amt
        assert c.within_amt + c.mix_amt == c.parts.effects[2]
    if one.bridge:
        assert one.plan_amt is not None
        assert one.plan_amt + sum(amount for _, amount in one.bridge) == one.actual_amt


def test_month_and_year_to_date_add_up_from_the_plan_to_what_was_spent() -> None:
    month, year = spans(marts(), LEDGER, "390", 202506)
    adds_up(month)
    adds_up(year)
    assert (month.plan_amt, month.actual_amt, month.over_amt) == (D(85000), D(95000), D(10000))
    assert (year.plan_amt, year.over_amt) == (D("514000.00"), D("56000.06"))
    assert month.settled == (D("80400.00"), D("97700.01"))
    assert year.settled == (D("482400.00"), D("586200.06"))
    assert (month.heads, year.heads) == ((1000, 1100), (6000, 6600))
    assert [name for name, _ in month.bridge] == [
        "上年同期支出与计划之差", "参保人数", "人均人次", "次均费用",
        "付款与结算的时间差，及结算以外的支出",
    ]  # fmt: skip
    assert month.bridge[0][1] == D("-4000.00")
    assert month.bridge[-1][1] == D("-3300.01")


def test_a_class_is_split_by_heads_visits_and_cost() -> None:
    """Inpatient: 70,000 → 83,000, heads × 1.1, visits 15 → 16; L = 13,000 ÷ ln(83 ÷ 70)."""
    month = spans(marts(), LEDGER, "390", 202506)[0]
    by_name = {one.name: one for one in month.classes}
    assert [one.name for one in month.classes] == ["inpatient", "outpatient", "pharmacy"]
    assert by_name["inpatient"].parts.effects == (D("7273.65"), D("-2348.36"), D("8074.71"))
    # the pharmacy's visits ended: the whole of it is visits
    assert by_name["pharmacy"].parts.effects == (D(0), D("-400.00"), D(0))
    # a new institution has no cost of its own before: it is visits there, and a shift in the class
    new = next(one for one in month.institutions if one.code == "H3")
    assert new.parts.effects == (D("700.00"), D(0))
    assert [one.code for one in month.institutions] == ["H1", "H3", "P1", "H2"]


def test_without_heads_visits_take_their_place_and_it_is_said() -> None:
    con = marts(heads=False)
    month = spans(con, LEDGER, "390", 202506)[0]
    adds_up(month)
    assert month.heads is None
    assert {one.parts.effects[0] for one in month.classes} == {D(0)}
    assert any("没有报送全部月份的参保人数" in text for text in blocks(case(con))[2].words)


def test_without_a_budget_nothing_is_called_an_overspend() -> None:
    con = marts(budget=False)
    month = spans(con, LEDGER, "390", 202506)[0]
    adds_up(month)
    assert (month.over_amt, month.bridge) == (None, ())
    told = summary(case(con))
    assert told[0] == "2025年6月没有预算，不能判断是否超支。"
    # the twelve months' deficit is there all the same
    assert told[-1] == "需要弥补 10,000.00 元：近12个月收不抵支（大于本年累计超支）。"


def test_without_a_year_before_nothing_is_split() -> None:
    con = marts(first=202407)
    found = case(con)
    assert not found.month.is_compared
    assert blocks(found)[2].words == ("发布中没有上年同期的结算，不作分解。",)
    assert not blocks(found)[2].grids


def test_a_reversed_institution_is_told_as_not_split() -> None:
    classes, institutions = split_classes(
        [("inpatient", "H1", D("100.00"), D("-40.00"), 2, -1)], (10, 10)
    )
    assert classes[0].parts.unsplit == D("-140.00")
    assert institutions[0].parts.unsplit == D("-140.00")


def test_the_report_tells_amount_cause_and_remedies_in_their_order() -> None:
    found = case(marts())
    assert summary(found) == (
        "2025年6月支出 95,000.00 元，按季节分配的预算 85,000.00 元，超支 10,000.00 元（11.76%）。",
        "2025年1—6月累计支出 570,000.06 元，按季节分配的预算 514,000.00 元，"
        "超支 56,000.06 元（10.89%）。",
        "需要弥补 56,000.06 元：本年累计支出超过按季节分配的预算。",
    )
    told = [
        (one.rule.remedy_id, f"{one.amount_amt:.2f}", f"{one.left_amt:.2f}")
        for one in found.remedies
        if one.rule.kind == "fund"
    ]
    # 400,000 reserve − 3 × 80,000 covers it all: nothing is asked of the risk fund
    assert told[0] == ("DEPOSIT", "56000.06", "0.00")
    assert {one[1] for one in told[1:]} == {"0.00"}
    assert found.risk_plan is not None
    assert found.position.remitted_amt == D("4000.00")
    assert found.position.risk_amt == D("11000.00")
    assert found.position.subsidy_due_amt == D("2500.00")
    assert blocks(found)[5].words == ("本次发布未做预测。",)


def test_the_forecast_of_the_release_is_told() -> None:
    con = marts()
    con.execute("""
        create table fct_forecast (book varchar, ledger_id varchar, period_ym integer,
            horizon_cnt bigint, target_ym integer, outlay_amt decimal(18, 2));
        insert into fct_forecast select 'k17', '610100-390', 202506, i, 202506 + i, 100000
        from range(1, 7) as t(i);
        create table fct_forecast_crossing (book varchar, ledger_id varchar, period_ym integer,
            line bigint, text_zh varchar);
        insert into fct_forecast_crossing values
            ('k17', '610100-390', 202506, 3, '3个月线：2026-04'),
            ('k17', '610100-390', 202506, 6, '6个月线：2025-10'),
            ('k17', '610100-390', 202505, 6, '旧');
    """)
    assert blocks(case(con))[5].words == (
        "6个月线：2025-10", "3个月线：2026-04", "按预测，2025年全年支出 1,170,000.06 元。",
    )  # fmt: skip


def test_page_and_workbook_say_the_same_and_are_the_same_each_time(tmp_path: Path) -> None:
    found = case(marts())
    text = page(found)
    assert page(found) == text
    assert workbook(found) == workbook(found)
    assert "http" not in text.replace("http-equiv", "")
    with ZipFile(BytesIO(workbook(found))) as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
        strings = book.read("xl/sharedStrings.xml").decode()
        cells = "".join(book.read(name).decode() for name in sheets)
    numbers = {round(D(told), 2) for told in re.findall(r'(?<!t="s")><v>([^<]+)</v>', cells)}
    assert len(sheets) == len(blocks(found)) == 8
    for block in blocks(found):
        for grid in block.grids:
            for row in grid.rows:
                for cell, (_, kind) in zip(row, grid.heads, strict=True):
                    if kind == "money" and cell:
                        assert cell in numbers
                        assert f"{cell:,.2f}" in text
                    elif isinstance(cell, str):
                        assert cell in strings
    paths = write_reports([found], tmp_path / "out")
    assert [path.name for path in paths] == [
        "610100-390_超支报告_202506.html", "610100-390_超支报告_202506.xlsx",
    ]  # fmt: skip
    with pytest.raises(JiecunError) as info:
        write_reports([found], tmp_path / "out", ["pdf"])
    assert info.value.problems[0].code == "REPORT_FORMAT"
    assert to_json(found)["gap_amt"] == "56000.06"


def test_an_unknown_pool_month_or_scheme_is_refused() -> None:
    for pool, ym, scheme in (
        ("999999", 202506, None),
        ("610100", 202505, None),
        ("610100", 202506, "310"),
    ):
        with pytest.raises(JiecunError) as info:
            case_files(marts(), [], pool, ym, scheme=scheme, release_id="r1")
        assert (info.value.exit_code, info.value.problems[0].code) == (2, "POOL_UNKNOWN")
