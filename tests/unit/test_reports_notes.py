"""附注: what each section says, from marts filled by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.reports.notes.consolidated import MARTS as CONSOLIDATED
from pipelines.reports.notes.consolidated import load_consolidated
from pipelines.reports.notes.load import MARTS, load_notes
from pipelines.reports.notes.model import Section
from pipelines.reports.notes.write import page_html, workbook_bytes
from schemas.marts import MARTS as DECLARED
from schemas.rules import RULES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.notes.model import Notes

LEDGER = "610100-310"


def fill(con: duckdb.DuckDBPyConnection, table: str, columns: str, *rows: str) -> None:
    con.execute(f"insert into {table} ({columns}) values {', '.join(f'({r})' for r in rows)}")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        tables = {**{n: by_name(DECLARED)[n] for n in MARTS}}
        tables["rule_parameter"] = by_name(RULES)["rule_parameter"]
        for name, table in tables.items():
            columns = ", ".join(f"{n} {t}" for n, t in table.sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        fill(
            con,
            "dim_book",
            "book, book_name, policy, is_accrual, is_statutory, book_order",
            "'k17', '社会保险基金会计制度（2017）', 'A2017', false, true, 1",
            "'a1999', '1999年制度', 'A1999', false, false, 2",
        )
        for book in ("k17", "a1999"):
            fill(
                con,
                "fct_balance_sheet",
                "book, ledger_id, poolarea_no, insutype, period_type, period_ym",
                f"'{book}', '{LEDGER}', '610100', '310', 'M', 202602",
            )
        fill(con, "dim_pooling_area", "poolarea_no, poolarea_name", "'610100', '西安市'")
        fill(con, "dim_insurance", "insutype, insutype_name", "'310', '职工基本医疗保险'")
        fill(
            con,
            "rule_parameter",
            "name, scope, value, zh, valid_from, valid_to, source",
            "'rate', '*', '0.002', '滞纳金比率', '1999-01-22', '2011-06-30', '旧'",
            "'rate', '*', '0.0005', '滞纳金比率', '2011-07-01', null, '新'",
            "'rf', '*', '0.03', '提取比例', '2000-01-01', null, '通用'",
            "'rf', '610100', '0.05', '提取比例', '2000-01-01', null, '本地'",
            "'rf', '610200', '0.07', '提取比例', '2000-01-01', null, '外地'",
        )
        fill(
            con,
            "fct_ledger_month",
            "book, ledger_id, period_ym, account_code, account_name, closing_stage, "
            "opening_amt, debit_amt, credit_amt, closing_amt",
            f"'k17', '{LEDGER}', 202601, '110102', '医保预付金', 'post', 100, 50, 0, 150",
            f"'k17', '{LEDGER}', 202602, '110102', '医保预付金', 'post', 150, 0, 30, 120",
            f"'k17', '{LEDGER}', 202602, '110105', '先行支付', 'post', 0, 7, 7, 0",
            f"'k17', '{LEDGER}', 202602, '110101', '异地预付', 'post', 0, 0, 0, 0",
            f"'a1999', '{LEDGER}', 202602, '110102', '医保预付金', 'post', 0, 9, 0, 9",
            f"'k17', '{LEDGER}', 202512, '110102', '医保预付金', 'post', 90, 10, 0, 100",
        )
        fill(
            con,
            "fct_pending_item",
            "ledger_id, kind, received_ym, period_ym, received_amt, attributed_amt, open_amt",
            f"'{LEDGER}', 'INTE', 202601, 202602, 20, 0, 20",
            f"'{LEDGER}', 'PREM', 202512, 202602, 500, 200, 300",
            f"'{LEDGER}', 'PREM', 202511, 202602, 500, 500, 0",
            f"'{LEDGER}', 'PREM', 202512, 202601, 500, 0, 500",
        )
        fill(
            con,
            "fct_pa_difference",
            "book, ledger_id, period_ym, platform_amt, book_amt, presplit_amt, diff_amt, "
            "adjusted_amt, status",
            f"'k17', '{LEDGER}', 202512, 900, 950, 40, -10, 0, 'reported'",
            f"'a1999', '{LEDGER}', 202512, 900, 900, 0, 0, 0, 'matched'",
        )
        fill(
            con,
            "fct_unpaid_settlement",
            "ledger_id, clr_ym, settled_pool_amt, settled_pa_amt, reserve_amt, unpaid_pool_amt, "
            "unpaid_pa_amt",
            f"'{LEDGER}', 202601, 1000, 100, 5, 0, 0",
            f"'{LEDGER}', 202602, 2000, 200, 0, 2000, 200",
            f"'{LEDGER}', 202603, 9, 9, 9, 9, 9",
        )
        fill(
            con,
            "fct_journal",
            "book, ledger_id, period_ym, orig_period_ym, event_code, event_id, debit_amt, "
            "credit_amt",
            f"'k17', '{LEDGER}', 202602, 202512, 'E31', 'LATE|202512|PAY|T1', 60, 0",
            f"'k17', '{LEDGER}', 202602, 202512, 'E31', 'LATE|202512|PAY|T1', 0, 60",
            f"'k17', '{LEDGER}', 202602, 202511, 'E83', 'E83|2026-02-01|202511', 1, 1",
        )
        fill(
            con,
            "fct_income_statement",
            "book, ledger_id, period_type, period_ym, row_code, row_order, row_name, month_amt, "
            "form_amt",
            f"'k17', '{LEDGER}', 'M', 202602, '5.3', 38, '待转基金', -180, 320",
            f"'k17', '{LEDGER}', 'M', 202602, '5.1', 36, '统筹基金结余', 5, 5",
        )
        yield con


def fill_province(con: duckdb.DuckDBPyConnection) -> None:
    for name in CONSOLIDATED:
        columns = ", ".join(f"{n} {t}" for n, t in by_name(DECLARED)[name].sql_columns().items())
        con.execute(f"create table {name} ({columns})")
    key = "book, province_code, province_name, insutype, period_type, period_ym"
    for scheme in ("ALL", "310"):
        for kind, ym in (("M", 202512), ("Y", 202512), ("M", 202601)):
            at = f"'k17', '610000', '陕西省', '{scheme}', '{kind}', {ym}"
            fill(
                con,
                "fct_consolidated_balance_sheet",
                f"{key}, row_code, row_order, row_name, year_open_amt, close_sum_amt, "
                "close_elimination_amt, close_amt",
                f"{at}, 'A9', 9, '资产总计', 80, 100, 10, 90",
                f"{at}, 'A6', 6, '暂付款', 5, 12, 10, 2",
            )
            fill(
                con,
                "fct_consolidated_income_statement",
                f"{key}, row_code, row_order, row_name, month_sum_amt, month_elimination_amt, "
                "month_amt, ytd_sum_amt, ytd_elimination_amt, ytd_amt, prior_year_amt",
                f"{at}, '5', 35, '本期基金结余', 7, 0, 7, 30, 4, 26, 21",
            )
    fill(
        con,
        "fct_consolidation_difference",
        "book, province_code, insutype, period_ym, kind_zh, payer_ledger_id, payee_ledger_id, "
        "payer_amt, payee_amt, diff_amt, reason_zh",
        "'k17', '610000', '310', 202512, '上解', '610100-310', '610000-310', 9, 0, 9, '未记'",
        "'k17', '610000', '390', 202512, '上解', '610100-390', '610000-390', 8, 0, 8, '未记'",
        "'a1999', '610000', '310', 202512, '上解', '610100-310', '610000-310', 7, 0, 7, '未记'",
    )


def notes(con: duckdb.DuckDBPyConnection, book: str = "k17") -> Notes:
    return load_notes(con, LEDGER, 202602, book=book, release_id="r1")


def yuan(*amounts: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def test_policies_in_force_and_the_stamp_of_2026(con: duckdb.DuckDBPyConnection) -> None:
    """The rate of 2011 and the pool's own ratio, not the others."""
    section = notes(con).section("会计政策")
    assert [(row[1], row[2]) for row in section.rows] == [("0.0005", "全部"), ("0.05", "本统筹区")]
    assert "布局依2017制度，补充规定原文未核。" in section.sentences
    assert not any("不是法定账簿" in sentence for sentence in section.sentences)
    assert any("不是法定账簿" in s for s in notes(con, "a1999").section("会计政策").sentences)


def test_advances_move_from_the_year_opening_to_the_month_end(
    con: duckdb.DuckDBPyConnection,
) -> None:
    section = notes(con).section("暂付款")
    assert section.rows == (
        ("110102 医保预付金", *yuan(100, 50, 30, 120)),
        ("110105 先行支付", *yuan(0, 7, 7, 0)),
        ("合计", *yuan(100, 57, 37, 120)),
    )
    assert notes(con).section("暂收款").sentences == ("本期没有。",)


def test_pending_money_still_open(con: duckdb.DuckDBPyConnection) -> None:
    assert notes(con).section("待转款项").rows == (
        ("待转保险费", "2025年12月", *yuan(500, 200, 300)),
        ("待转利息", "2026年1月", *yuan(20, 0, 20)),
        ("合计", None, *yuan(520, 200, 320)),
    )


def test_account_difference_of_the_book(con: duckdb.DuckDBPyConnection) -> None:
    assert notes(con).section("个人账户").rows == (
        ("2025年12月", *yuan(900, 950, 40, -10, 0), "差额待查"),
    )
    assert notes(con, "a1999").section("个人账户").rows[0][-1] == "相符"


def test_settled_not_paid_up_to_the_month(con: duckdb.DuckDBPyConnection) -> None:
    section = notes(con).section("已结算未支付")
    assert section.rows == (
        ("2026年2月", *yuan(2000, 200, 2000, 200)),
        ("合计", *yuan(2000, 200, 2000, 200)),
    )
    assert section.sentences == (
        "截至账簿最后月份（2026年2月）的支付情况；清算预留金合计 5.00 元。",
    )


def test_late_postings_by_the_month_they_belong_to(con: duckdb.DuckDBPyConnection) -> None:
    """An attribution of earlier money is no adjustment of a closed month."""
    assert notes(con).section("以前期间").rows == (
        ("2025年12月", "E31", 2, *yuan(60, 60)),
        ("合计", None, None, *yuan(60, 60)),
    )


def test_the_literal_form_beside_the_flow(con: duckdb.DuckDBPyConnection) -> None:
    section = notes(con).section("表样")
    assert section.rows == (("待转基金", *yuan(320, -180, 500)),)
    assert section.sentences == ("“待转基金”按制度填列 320.00，本月发生额 -180.00。",)
    assert notes(con, "a1999").section("表样").sentences == ("本期没有。",)


def test_a_month_or_book_that_is_not_there_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    for ym, book in ((202601, "k17"), (202602, "proposed")):
        with pytest.raises(JiecunError) as told:
            load_notes(con, LEDGER, ym, book=book, release_id="r1")
        assert told.value.problems[0].code == "REPORT_EMPTY"


def test_page_and_workbook_hold_every_section(con: duckdb.DuckDBPyConnection) -> None:
    told = notes(con)
    page = page_html((told,))
    for section in told.sections:
        assert section.title in page
    assert "1,000" not in page and "320.00" in page and "<script" not in page
    assert workbook_bytes((told,)) == workbook_bytes((told,))


def test_the_province_shows_sum_elimination_and_result_of_month_and_year(
    con: duckdb.DuckDBPyConnection,
) -> None:
    fill_province(con)
    employees, both = load_consolidated(con, 202512, book="k17", release_id="r1")
    assert (employees.scheme, both.scheme) == ("310", "ALL")
    assert [section.title for section in employees.sections] == [
        "资产负债表（月报）",
        "收支表（月报）",
        "资产负债表（年报）",
        "收支表（年报）",
        "内部往来差异",
    ]
    assert employees.sections[0].rows == (
        ("暂付款", *yuan(5, 12, 10, 2)),
        ("资产总计", *yuan(80, 100, 10, 90)),
    )
    assert employees.sections[1].rows == (("本期基金结余", *yuan(7, 0, 7, 26)),)
    assert employees.sections[3].rows == (("本期基金结余", *yuan(30, 4, 26, 21)),)
    assert employees.sections[4].rows == (
        ("上解", "610100-310", "610000-310", *yuan(9, 0, 9), "未记"),
    )
    assert [row[5] for row in both.sections[4].rows] == list(yuan(9, 8))
    page = page_html((employees, both))
    assert "陕西省合并会计报表 2025年12月" in page
    assert workbook_bytes((employees, both)).startswith(b"PK")


def test_a_month_inside_the_year_has_no_annual_form(con: duckdb.DuckDBPyConnection) -> None:
    assert load_consolidated(con, 202601, book="k17", release_id="r1") == []
    fill_province(con)
    told = load_consolidated(con, 202601, book="k17", release_id="r1")
    assert [len(one.sections) for one in told] == [3, 3]
    assert told[0].section("内部往来").sentences == ("双方全部一致。",)
    assert load_consolidated(con, 202601, book="proposed", release_id="r1") == []


def test_a_row_is_as_high_as_the_text_that_wraps_in_it(con: duckdb.DuckDBPyConnection) -> None:
    """Of 60 columns of text: two lines in a cell 34 wide, five in one 18 wide."""
    first = notes(con)
    told = replace(
        first,
        sections=(Section("一", (), ("参数", "依据"), (("参" * 30, "据" * 30), ("短", "短"))),),
    )
    with ZipFile(BytesIO(workbook_bytes((told,)))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    heights = {
        int(n): float(ht) for n, ht in re.findall(r'<row r="(\d+)"[^>]* ht="([0-9.]+)"', sheet)
    }
    assert (heights[6], heights[7]) == (81.75, 18.0)
