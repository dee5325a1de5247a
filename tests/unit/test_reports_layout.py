"""The printed shape of a statement: sides, headings, dates, notes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pipelines.reports import layout
from pipelines.reports.statements import Check, Sheet, SheetRow, Side

ONE, TWO = Decimal("1.00"), Decimal("2.00")


def _row(
    code: str, name: str, side: Side = "", *, indent: int = 1, flow: Decimal | None = None
) -> SheetRow:
    return SheetRow(code, 1, name, indent, side, indent == 0, (ONE, TWO), flow)


BALANCE = Sheet(
    "BS",
    "610100-390",
    "610100",
    "西安市",
    "390",
    "城乡居民基本医疗保险",
    "M",
    202402,
    (
        _row("A1", "库存现金", "A"),
        _row("A9", "资产总计", "A", indent=0),
        _row("L2", "借入款项", "L"),
        _row("L9", "负债合计", "L", indent=0),
        _row("N1", "一般基金结余", "L"),
        _row("N9", "净资产合计", "L", indent=0),
        _row("T9", "负债与净资产总计", "L", indent=0),
    ),
)
INCOME = replace(BALANCE, statement="IS", rows=(_row("1", "一、基金收入", indent=0, flow=ONE),))


def test_two_sides_are_level_at_the_grand_totals() -> None:
    pairs = [
        (left.text if left else "", right.text if right else "")
        for left, right in layout.two_sided(BALANCE)
    ]
    assert pairs == [
        ("一、资产：", "二、负债："),
        ("库存现金", "借入款项"),
        ("", "负债合计"),
        ("", "三、净资产："),
        ("", "一般基金结余"),
        ("", "净资产合计"),
        ("资产总计", "负债与净资产总计"),
    ]


def test_one_side_keeps_headings_and_order() -> None:
    assert [line.text for line in layout.one_sided(BALANCE)] == [
        "一、资产：",
        "库存现金",
        "资产总计",
        "二、负债：",
        "借入款项",
        "负债合计",
        "三、净资产：",
        "一般基金结余",
        "净资产合计",
        "负债与净资产总计",
    ]


def test_dates_and_columns_of_the_four_forms() -> None:
    forms = [
        BALANCE,
        INCOME,
        replace(BALANCE, period_type="Y", period_ym=202412),
        replace(INCOME, period_type="Y", period_ym=202412),
    ]
    assert [(layout.date_text(s), layout.column_names(s), layout.sheet_name(s)) for s in forms] == [
        ("2024年2月29日", ("年初余额", "期末余额"), "居民资产负债表202402"),
        ("2024年2月", ("本月数", "本年累计数"), "居民收支表202402"),
        ("2024年12月31日", ("年初余额", "期末余额"), "居民资产负债表2024年报"),
        ("2024年度", ("本年数", "上年数"), "居民收支表2024年报"),
    ]


def test_the_flow_is_told_only_where_the_form_prints_another_figure() -> None:
    assert layout.notes(INCOME) == ()
    pending = replace(INCOME, rows=(*INCOME.rows, _row("5.3", "待转基金", flow=Decimal("-4000"))))
    assert layout.notes(pending) == (
        "注：“待转基金”的本月数按制度填列期末余额，与本月发生额不同（元）："
        "待转基金 本月数 1.00、发生额 -4,000.00。",
    )


def test_the_stamp_starts_with_2026() -> None:
    stamp = "注：布局依2017制度，补充规定原文未核。"
    assert layout.notes(replace(BALANCE, period_ym=202512)) == ()
    assert layout.notes(replace(BALANCE, period_ym=202601)) == (stamp,)


def test_a_first_year_says_why_the_year_before_is_empty() -> None:
    empty = replace(INCOME.rows[0], amounts=(ONE, None), flow_amt=None)
    first = replace(INCOME, period_type="Y", period_ym=202412, rows=(empty,))
    assert layout.notes(first) == ("注：账簿中没有上年数据，上年数空缺。",)


def test_nothing_checked_is_not_passed() -> None:
    assert layout.check_summary(None) == "未提供核对结果"
    assert layout.check_summary(()) == "没有做过核对"


def test_failures_come_first_whatever_their_id() -> None:
    statuses = {"T-01": "not_applicable", "T-02": "passed", "T-03": "error", "T-04": "failed"}
    checks = [Check(i, "H", "题", s, 0, 0, ONE) for i, s in statuses.items()]
    assert [c.check_id for c in layout.check_order(checks)] == ["T-04", "T-03", "T-02", "T-01"]
    assert layout.check_summary(checks) == "通过 1 项，不符 1 项，出错 1 项，不适用 1 项"
