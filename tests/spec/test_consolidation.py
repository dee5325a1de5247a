"""Consolidation pool → province: what is matched drops out on both sides, the rest is listed."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import ALL_BOOKS, Spec, check, copy, rows, run, table, world
from tests.spec.province_world import POOLS, province, province_books

SHEET, INCOME, LIST = (
    "fct_consolidated_balance_sheet",
    "fct_consolidated_income_statement",
    "fct_consolidation_difference",
)

ITEM_PREFIXES = ("a1999 ", "proposed ", "proposed_accrual ", "")


def consolidated(*mutations: str) -> Spec:
    """The province, changed, with the three tables made."""
    spec = province(*mutations) if mutations else province_books()
    for name in (SHEET, INCOME, LIST):
        run(spec, name)
    return spec


def listed(spec: Spec, ym: int, where: str = "true") -> list[tuple[str, ...]]:
    """The list of one month in k17: kind, payer, payee, notice, both amounts, reason."""
    return rows(
        spec,
        f"""SELECT kind, payer_ledger_id, payee_ledger_id, notice, payer_amt, payee_amt, reason_zh
        FROM {LIST} WHERE book = 'k17' AND period_ym = {ym} AND {where} ORDER BY ALL""",
    )


def income(spec: Spec, ym: int, column: str, period: str = "M", scheme: str = "310") -> str:
    """``row=amount`` of the rows between levels and the surplus, in k17."""
    told = rows(
        spec,
        f"""SELECT row_code, {column} FROM {INCOME}
        WHERE book = 'k17' AND period_ym = {ym} AND period_type = '{period}'
            AND insutype = '{scheme}' AND row_code IN ('1.4', '1.5', '3.3', '3.4', '5')
        ORDER BY row_order""",
    )
    return " ".join("=".join(row) for row in told)


def advances(spec: Spec, ym: int) -> list[tuple[str, ...]]:
    """异地就医预付金 and 异地就医资金 of k17: sum, elimination, consolidated."""
    return rows(
        spec,
        f"""SELECT row_code, close_sum_amt, close_elimination_amt, close_amt FROM {SHEET}
        WHERE book = 'k17' AND period_ym = {ym} AND period_type = 'M' AND insutype = '310'
            AND row_code IN ('A6a', 'L1a') ORDER BY row_order""",
    )


@pytest.mark.mechanism("S42")
def test_what_does_not_meet_is_listed_month_by_month_with_its_reason() -> None:
    """In transit, over the year end, never received, unnumbered, not loaded, paid ahead."""
    spec = consolidated()
    assert listed(spec, 202311) == table("""
        kind | payer      | payee      | notice | paid     | received | reason
        UP   | 610300-310 | 619900-310 | N2     | 10000.00 | 0.00     | 付款方已记，收款方未记
        XPRE | 610100-310 | 620000     |        | 4000.00  | 0.00     | 对方账套未载入，不适用
    """)
    assert listed(spec, 202312) == table("""
        kind | payer      | payee      | notice | paid     | received | reason
        DOWN | 619900-310 | 610100-310 | N4     | 5000.00  | 0.00     | 另一方记在其他年度
        UP   | 610100-310 | 619900-310 | N6     | 3000.00  | 0.00     | 付款方已记，收款方未记
        UP   | 610300-310 | 619900-310 |        | 700.00   | 700.00   | 无通知单号，无从核对
        XPRE | 610100-310 | 610300-310 |        | 9000.00  | 6500.00  | 双方余额不等：在途、转付中，或就医地已垫付未清算
        XPRE | 610100-310 | 620000     |        | 4000.00  | 0.00     | 对方账套未载入，不适用
    """)
    assert listed(spec, 202401) == table("""
        kind | payer      | payee      | notice | paid     | received | reason
        DOWN | 619900-310 | 610100-310 | N4     | 0.00     | 5000.00  | 另一方记在其他年度
        XPRE | 610100-310 | 620000     |        | 4000.00  | 0.00     | 对方账套未载入，不适用
    """)


@pytest.mark.event("E71", "E72", "E73", "E74")
@pytest.mark.mechanism("S42")
def test_a_notice_drops_out_of_both_statements_when_its_second_side_is_booked() -> None:
    """N1 in November; N2 of November and N3 in December; N4, N6 and the unnumbered one stay."""
    spec = consolidated()
    assert income(spec, 202311, "month_sum_amt") == (
        "1.4=0.00 1.5=20000.00 3.3=30000.00 3.4=0.00 5=-10000.00"
    )
    assert income(spec, 202311, "month_amt") == (
        "1.4=0.00 1.5=0.00 3.3=10000.00 3.4=0.00 5=-10000.00"
    )
    assert income(spec, 202312, "month_elimination_amt") == (
        "1.4=15000.00 1.5=10000.00 3.3=10000.00 3.4=15000.00 5=0.00"
    )
    assert income(spec, 202312, "ytd_amt", "Y") == (
        "1.4=0.00 1.5=700.00 3.3=3700.00 3.4=5000.00 5=-8000.00"
    )
    assert income(spec, 202401, "ytd_amt") == "1.4=5000.00 1.5=0.00 3.3=0.00 3.4=0.00 5=2500.00"


def test_advances_between_pools_drop_out_pair_by_pair() -> None:
    """西安 holds 15,000 at 宝鸡 (6,000 of it through the province) and 4,000 in another province."""
    spec = consolidated()
    assert advances(spec, 202311) == table("""
        row | sum      | out      | left
        A6a | 19000.00 | 15000.00 | 4000.00
        L1a | 9000.00  | 9000.00  | 0.00
    """)
    assert advances(spec, 202312) == table("""
        row | sum      | out      | left
        A6a | 19000.00 | 12500.00 | 6500.00
        L1a | 12500.00 | 12500.00 | 0.00
    """)
    assert advances(spec, 202401) == table("""
        row | sum      | out      | left
        A6a | 18500.00 | 14500.00 | 4000.00
        L1a | 14500.00 | 14500.00 | 0.00
    """)


@pytest.mark.parametrize("book", ALL_BOOKS)
def test_consolidated_statements_hold_together_in_every_book(book: str) -> None:
    """Assets = liabilities + net assets; net assets roll by the surplus; 年初 = last year's 期末."""
    spec = consolidated()
    assert (
        rows(
            spec,
            f"""SELECT a.insutype, a.period_ym FROM {SHEET} AS a JOIN {SHEET} AS t
            USING (book, province_code, insutype, period_type, period_ym)
            WHERE a.book = '{book}' AND a.row_code = 'A9' AND t.row_code = 'T9'
                AND (a.close_amt <> t.close_amt OR a.year_open_amt <> t.year_open_amt)""",
        )
        == []
    )
    told = rows(
        spec,
        f"""SELECT n.period_ym, n.year_open_amt + s.ytd_amt, n.close_amt
        FROM {SHEET} AS n JOIN {INCOME} AS s
            USING (book, province_code, insutype, period_type, period_ym)
        WHERE n.book = '{book}' AND n.row_code = 'N9' AND s.row_code = '5'
            AND n.period_type = 'M' ORDER BY n.period_ym""",
    )
    assert [row[0] for row in told] == ["202311", "202312", "202401"]
    assert [row[1] for row in told] == [row[2] for row in told]
    assert (
        rows(
            spec,
            f"""SELECT n.row_code FROM {SHEET} AS n JOIN {SHEET} AS p
            USING (book, province_code, insutype, period_type, row_code)
            WHERE n.book = '{book}' AND n.period_ym = 202401 AND p.period_ym = 202312
                AND n.year_open_amt <> p.close_amt""",
        )
        == []
    )


def test_consolidated_statements_have_the_rows_of_the_form() -> None:
    """Row for row, in the order and by the names of the pools' own statements."""
    spec = consolidated()
    for mart, own in ((SHEET, "fct_balance_sheet"), (INCOME, "fct_income_statement")):
        run(spec, own)
        wanted = f"""SELECT DISTINCT book, period_type, period_ym, row_order, row_code, row_name
            FROM {own}"""
        found = wanted.replace(own, f"{mart} WHERE insutype = '310'")
        assert rows(spec, f"({wanted}) EXCEPT ({found})") == []
        assert rows(spec, f"({found}) EXCEPT ({wanted})") == []


def test_two_amounts_under_one_notice_stop_the_release_and_drop_out_of_nothing() -> None:
    """T-17: 20,000 sent, 19,999 received; both stay in the statements, both are listed."""
    spec = consolidated("UPDATE fund_transfers SET amt = 19999 WHERE traf_sn = 'U01'")
    assert check(spec, "T-17").failed == tuple(
        ("619900-310", "202311", f"{book}上解上级 N1", "20000.00", "19999.00")
        for book in ITEM_PREFIXES
    )
    assert listed(spec, 202311, "notice = 'N1'") == table("""
        kind | payer      | payee      | notice | paid     | received | reason
        UP   | 610100-310 | 619900-310 | N1     | 20000.00 | 19999.00 | 同一通知单双方金额不等
    """)
    assert income(spec, 202311, "month_amt") == (
        "1.4=0.00 1.5=19999.00 3.3=30000.00 3.4=0.00 5=-10001.00"
    )


@pytest.mark.parametrize("change", ["docno = 'N9'", "fund_code = '310200'", "cntp_admdvs = NULL"])
def test_another_number_fund_or_sender_is_another_notice(change: str) -> None:
    """What differs in one of them meets nothing: both sides are listed, neither drops out."""
    spec = consolidated(f"UPDATE fund_transfers SET {change} WHERE traf_sn = 'U01'")
    sides = listed(spec, 202311, "kind = 'UP' AND notice IN ('N1', 'N9')")
    assert [row[4:6] for row in sides if row[4] != "0.00"] == [("20000.00", "0.00")]
    assert [row[4:6] for row in sides if row[4] == "0.00"] == [("0.00", "20000.00")]
    assert check(spec, "T-17").status == "passed"


def test_money_given_back_under_its_notice_is_matched_net() -> None:
    """下级 withdraws 4,000 of N1 as red ink, the upper level shows the same."""
    spec = consolidated(
        "INSERT INTO fund_transfers SELECT * REPLACE ('A99' AS traf_sn, -4000 AS amt)"
        " FROM fund_transfers WHERE traf_sn = 'A01'",
        "INSERT INTO fund_transfers SELECT * REPLACE ('U99' AS traf_sn, -4000 AS amt)"
        " FROM fund_transfers WHERE traf_sn = 'U01'",
    )
    assert listed(spec, 202311, "kind = 'UP' AND notice = 'N1'") == []
    assert income(spec, 202311, "month_elimination_amt") == (
        "1.4=0.00 1.5=16000.00 3.3=16000.00 3.4=0.00 5=0.00"
    )


def test_a_level_that_is_not_loaded_is_listed_not_tested() -> None:
    """Without the province's own books no notice has two sides; nothing drops out of 5301."""
    spec = consolidated(
        "DELETE FROM fund_transfers WHERE poolarea_no = '619900'",
        "DELETE FROM vouchers WHERE poolarea_no = '619900'",
    )
    assert {row[6] for row in listed(spec, 202312, "kind IN ('UP', 'DOWN')")} == {
        "对方账套未载入，不适用"
    }
    assert income(spec, 202312, "ytd_elimination_amt") == (
        "1.4=0.00 1.5=0.00 3.3=0.00 3.4=0.00 5=0.00"
    )
    assert check(spec, "T-17").status == "passed"
    assert check(spec, "T-18").status == "passed"


def test_a_pool_of_another_province_is_not_eliminated() -> None:
    """宝鸡 under another province: each province lists its own side."""
    spec = consolidated(
        "UPDATE pooling_area SET province_code = '510000' WHERE poolarea_no = '610300'"
    )
    reasons = rows(
        spec,
        f"""SELECT province_code, kind, payer_amt, payee_amt, reason_zh FROM {LIST}
        WHERE book = 'k17' AND period_ym = 202312 AND notice = 'N3' ORDER BY ALL""",
    )
    assert reasons == table("""
        province | kind | paid     | received | reason
        510000   | DOWN | 0.00     | 15000.00 | 对方在省外，不在本省抵销
        610000   | DOWN | 15000.00 | 0.00     | 对方在省外，不在本省抵销
    """)
    assert check(spec, "T-17").status == "passed"
    assert check(spec, "T-18").status == "passed"


@pytest.mark.event("E61", "E66")
@pytest.mark.mechanism("S44")
def test_t18_sees_a_prepayment_received_short() -> None:
    """The treating region books 7,999 of 8,000 under the same notice."""
    spec = consolidated("UPDATE fund_transfers SET amt = 7999 WHERE traf_sn = 'B04'")
    assert check(spec, "T-18").failed == tuple(
        ("610300-310", "202401", f"{book}200103 收自 610100-310", "10500.00", "10499.00")
        for book in sorted(ITEM_PREFIXES)
    )


def test_a_pool_that_joins_later_brings_its_opening_with_it() -> None:
    """宝鸡's books begin in December: nothing of November drops out, 年初 counts what it brings."""
    spec = consolidated(
        "DELETE FROM fund_transfers WHERE poolarea_no = '610300' AND acen_date < '2023-12-01'",
        "UPDATE vouchers SET posting_date = '2023-12-01' WHERE poolarea_no = '610300'",
    )
    assert advances(spec, 202311) == table("""
        row | sum      | out     | left
        A6a | 19000.00 | 6000.00 | 13000.00
        L1a | 0.00     | 0.00    | 0.00
    """)
    opened = rows(
        spec,
        f"""SELECT period_ym, year_open_elimination_amt, year_open_amt FROM {SHEET}
        WHERE book = 'k17' AND period_type = 'M' AND row_code = 'A6a' AND insutype = '310'
        ORDER BY 1 LIMIT 2""",
    )
    assert opened == [("202311", "0.00", "1000.00"), ("202312", "1000.00", "0.00")]


RESIDENTS = {
    "pooling_area": POOLS,
    "vouchers": """
        voucher_no | line_no | poolarea_no | insutype | account_code | debit_amt | credit_amt | fund
        V1         | 1       | 610100      | 310      | 1003         | 900.00    | 0.00       | NA
        V1         | 2       | 610100      | 310      | 300101       | 0.00      | 900.00     | POOL
        V2         | 1       | 610100      | 390      | 1003         | 500.00    | 0.00       | NA
        V2         | 2       | 610100      | 390      | 3001         | 0.00      | 500.00     | NA
        V3         | 1       | 619900      | 390      | 1003         | 100.00    | 0.00       | NA
        V3         | 2       | 619900      | 390      | 3001         | 0.00      | 100.00     | NA
    """,
    "fund_transfers": """
        traf_sn | poolarea_no | insutype | traf_item | hif_acct_type | incexpd_dirc | amt   | cntp_admdvs | docno | approval_id
        A1      | 610100      | 390      | UPREM_OUT | 4             | 2            | 40.00 | 610000      |       | Z1
        U1      | 619900      | 390      | DNREM_IN  | 4             | 1            | 40.00 | 610100      |       | Z1
        A2      | 610100      | 390      | XPRE_OUT  | 4             | 2            | 25.00 | 619900      | P1    |
        U2      | 619900      | 390      | XPRE_IN   | 4             | 1            | 25.00 | 610100      | P1    |
    """,
}


def test_residents_are_consolidated_too_and_both_schemes_add_up_in_the_balance_sheet() -> None:
    """390 has one fund; the approval number stands in where there is no notice number."""
    spec = copy(world(202311, **RESIDENTS))
    for name in (SHEET, INCOME, LIST):
        run(spec, name)
    assert rows(
        spec,
        f"""SELECT insutype, row_code, ledger_cnt, close_sum_amt, close_elimination_amt, close_amt
        FROM {SHEET} WHERE period_type = 'M' AND row_code IN ('A6', 'A9', 'L1', 'N9', 'T9')
        ORDER BY insutype, row_order""",
    ) == table("""
        scheme | row | ledgers | sum     | out   | left
        310    | A6  | 1       | 0.00    | 0.00  | 0.00
        310    | A9  | 1       | 900.00  | 0.00  | 900.00
        310    | L1  | 1       | 0.00    | 0.00  | 0.00
        310    | N9  | 1       | 900.00  | 0.00  | 900.00
        310    | T9  | 1       | 900.00  | 0.00  | 900.00
        390    | A6  | 2       | 25.00   | 25.00 | 0.00
        390    | A9  | 2       | 625.00  | 25.00 | 600.00
        390    | L1  | 2       | 25.00   | 25.00 | 0.00
        390    | N9  | 2       | 600.00  | 0.00  | 600.00
        390    | T9  | 2       | 625.00  | 25.00 | 600.00
        ALL    | A6  | 3       | 25.00   | 25.00 | 0.00
        ALL    | A9  | 3       | 1525.00 | 25.00 | 1500.00
        ALL    | L1  | 3       | 25.00   | 25.00 | 0.00
        ALL    | N9  | 3       | 1500.00 | 0.00  | 1500.00
        ALL    | T9  | 3       | 1525.00 | 25.00 | 1500.00
    """)
    assert rows(
        spec,
        f"""SELECT row_code, month_sum_amt, month_amt FROM {INCOME}
        WHERE insutype = '390' AND month_sum_amt <> 0 ORDER BY row_order""",
    ) == table("""
        row | sum   | left
        1   | 40.00 | 0.00
        1.5 | 40.00 | 0.00
        2   | 40.00 | 0.00
        2.3 | 40.00 | 0.00
    """)
    assert rows(spec, f"SELECT * FROM {LIST}") == []
    assert (check(spec, "T-17").status, check(spec, "T-18").status) == ("passed", "passed")


def closed(ym: int, *late: str) -> Spec:
    """The province after ``ym`` was closed in every pool and ``late`` changed its inputs."""
    published = province_books()
    frozen = published.con.execute(
        "SELECT * FROM fct_journal WHERE period_ym <= ?", [ym]
    ).to_arrow_table()
    spec = province(*late)
    spec.con.register("frozen_lines", frozen)
    spec.sql(
        "INSERT INTO closed_line SELECT * FROM frozen_lines",
        f"INSERT INTO closed_period SELECT poolarea_no, {ym} FROM pooling_area",
    )
    for name in (SHEET, INCOME, LIST):
        run(spec, name)
    return spec


def test_a_closed_month_is_consolidated_from_what_was_posted_in_it() -> None:
    """Notices and counterparties of frozen lines are found again: not a figure changes."""
    again = closed(202311)
    for name in (SHEET, INCOME, LIST):
        told = f"SELECT * FROM {name} ORDER BY ALL"
        assert rows(again, told) == rows(consolidated(), told)
    assert (check(again, "T-17").failed, check(again, "T-18").failed) == ((), ())


def test_late_sides_of_a_notice_meet_in_the_open_month() -> None:
    """400 sent and received in closed November, told later: December eliminates it."""
    spec = closed(
        202311,
        "INSERT INTO fund_transfers SELECT * REPLACE ('A98' AS traf_sn, 400 AS amt, 'N7' AS docno)"
        " FROM fund_transfers WHERE traf_sn = 'A01'",
        "INSERT INTO fund_transfers SELECT * REPLACE ('U98' AS traf_sn, 400 AS amt, 'N7' AS docno)"
        " FROM fund_transfers WHERE traf_sn = 'U01'",
    )
    before = consolidated()
    assert income(spec, 202311, "ytd_amt") == income(before, 202311, "ytd_amt")
    assert income(spec, 202312, "month_elimination_amt") == (
        "1.4=15000.00 1.5=10400.00 3.3=10400.00 3.4=15000.00 5=0.00"
    )
    assert income(spec, 202312, "ytd_amt") == income(before, 202312, "ytd_amt")
    assert listed(spec, 202312, "notice = 'N7'") == []
