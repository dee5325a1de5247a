"""Each event's postings on a tiny drawn world, traced to the rows they came from."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.drill.books import NEEDED, PER_ROW, Books
from pipelines.drill.terms import Term
from pipelines.drill.trace import trace
from pipelines.paths import RawPaths, WarehousePaths
from tests.spec.harness import Spec, models, rows, run, world
from tests.spec.worlds import good

EVER = (190001, 209912)


def books_of(spec: Spec) -> Books:
    for name in (*NEEDED, *PER_ROW, "fct_journal"):
        run(spec, name)
    return Books(
        spec.con,
        "test",
        "k17",
        RawPaths(Path()),
        WarehousePaths(Path()),
        {name: models()[name] for name in PER_ROW},
        {},
    )


def traced(spec: Spec, prefix: str, lines: str = "flow", sign: int = 1) -> list[tuple[str, ...]]:
    """Event, table, row, amount of the rows behind an account of the world's only ledger."""
    books = books_of(spec)
    (ledger,) = {row[0] for row in rows(spec, "select ledger_id from fct_journal")}
    trace(books, [(ledger, Term(prefix, sign, *EVER, lines))])
    return rows(
        spec,
        "select split_part(event_id, '|', 1), table_name, src_row, amt from drill_row "
        "inner join (select distinct voucher_id, event_id from fct_journal) using (voucher_id) "
        "order by all",
    )


def test_a_premium_row_brings_its_own_part_to_each_fund() -> None:
    """The employee's money fills the personal account first, the employer's the rest."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
        E        | 600.00       | 200.00       | 240.00      | 2023-11-06
        E        | 60.00        | 20.00        | 10.00       | 2023-11-06
        """
    )
    assert traced(spec, "400102", sign=-1) == [
        ("E01", "contributions", "1", "40.00"),
        ("E02", "contributions", "1", "200.00"),
        ("E02", "contributions", "2", "10.00"),
    ]
    assert traced(spec, "400101", sign=-1) == [
        ("E01", "contributions", "1", "560.00"),
        ("E01", "contributions", "2", "60.00"),
        ("E02", "contributions", "2", "10.00"),
    ]


def test_pending_money_and_its_attribution_name_the_same_row() -> None:
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | traf_time
        E        | 600.00       | 200.00       | 240.00      | 2023-10-20 | 2023-11-15 10:00:00
        """
    )
    assert traced(spec, "4601", "all", sign=-1) == [
        ("E81", "contributions", "1", "800.00"),
        ("E83", "contributions", "1", "-800.00"),
    ]
    assert traced(spec, "400102", sign=-1) == [("E83", "contributions", "1", "240.00")]


def test_a_benefit_part_is_its_settlements_and_the_payment_difference() -> None:
    """52,000 settled, 50,000 paid: the shares follow the settlements, the rest is told apart."""
    spec = good("delete from contributions", "delete from recoveries",
                "delete from vouchers", "delete from fund_transfers where insutype = '390'")  # fmt: skip
    assert traced(spec, "50010101") == [
        ("PAY", "difference", "0", "-1538.46"),
        ("PAY", "settlements", "1", "40000.00"),
    ]
    assert traced(spec, "50010202") == [("PAY", "settlements", "2", "10000.00")]
    # the bank gave out what all parts say
    assert traced(spec, "1004")[-3:] == [
        ("PAY", "difference", "0", "2000.00"),
        ("PAY", "settlements", "1", "-45000.00"),
        ("PAY", "settlements", "2", "-22000.00"),
    ]


def test_net_assets_are_traced_through_the_closing_of_each_month() -> None:
    spec = good("delete from fund_transfers where insutype = '310'",
                "delete from contributions where insutype = '310'",
                "delete from vouchers where insutype = '310'", "delete from recoveries")  # fmt: skip
    books = books_of(spec)
    (ledger,) = {row[0] for row in rows(spec, "select ledger_id from fct_journal")}
    trace(books, [(ledger, Term("3001", -1, *EVER, "all"))])
    assert rows(
        spec,
        "select close_account, table_name, sum(amt) from drill_row group by all order by all",
    ) == [
        ("", "vouchers", "50000.00"),
        ("4001", "contributions", "40000.00"),
        ("4101", "fund_transfers", "64000.00"),
        ("500101", "settlements", "-20000.00"),
        ("5101", "fund_transfers", "-9000.00"),
    ]


@pytest.mark.parametrize("digit", ["1", "2", "3", "4", "5"])
def test_nothing_of_the_good_world_is_left_unexplained(digit: str) -> None:
    spec = good()
    books = books_of(spec)
    ledgers = sorted({row[0] for row in rows(spec, "select ledger_id from fct_journal")})
    trace(books, [(ledger, Term(digit, 1, *EVER, "all")) for ledger in ledgers])
    assert rows(spec, "select * from drill_row where table_name = 'unexplained'") == []
    assert rows(spec, "select sum(amt) from drill_row") == rows(
        spec,
        f"select sum(debit_amt - credit_amt) from fct_journal where account_code like '{digit}%'",
    )


def test_rows_that_no_longer_explain_a_voucher_are_told_apart() -> None:
    """Rules changed since the release: the sum still holds, and the gap has a name."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | traf_sumamt | arvl_date
        E        | 600.00       | 0.00        | 2023-11-06
        """
    )
    books_of(spec)
    spec.sql("update fct_journal set debit_amt = debit_amt + 2 where account_code = '1002'")
    assert [row[1:] for row in traced(spec, "1002")] == [
        ("contributions", "1", "600.00"),
        ("unexplained", "0", "2.00"),
    ]


def test_red_ink_is_traced_to_its_row() -> None:
    """E19 and E39 write a negative amount; the row behind it explains it whole."""
    spec = world(
        contributions="""
        clct_obj | clct_type | traf_sumamt | arvl_date
        S        | 36        | 100.00      | 2023-11-06
        """,
        fund_transfers="""
        traf_item | hif_acct_type | amt   | acen_date
        DABING_IN | 4             | 70.00 | 2023-11-08
        """,
    )
    assert traced(spec, "400101", sign=-1) == [("E19", "contributions", "1", "-100.00")]
    assert traced(spec, "400102", sign=-1) == [("E19", "contributions", "1", "100.00")]
    assert traced(spec, "5101") == [("BANK", "fund_transfers", "1", "-70.00")]


def test_what_the_bank_returned_and_what_a_person_was_paid_is_traced() -> None:
    """Orders that came back, reimbursements and regions' notices list their settlements too."""
    spec = world(
        settlements="""
        setl_id | med_type | hifp_pay | clr_ym | out_flag | fix_blng_admdvs | fixmedins_code
        S1      | 21       | 300.00   |        |          |                 | H61010000001
        S2      | 21       | 200.00   | 202311 | 1        | 620000          | H62010000001
        """,
        clearing="""
        fee_clr_id | fixmedins_code | act_dfr_amt
        F1         | 620000         | 190.00
        """,
        fund_transfers="""
        traf_sn | init_traf_sn | traf_item  | hif_acct_type | incexpd_dirc | amt    | dfr_souc | docno | fee_clr_id | acen_date
        T1      |              | DFR_OUT    | 2             | 2            | 300.00 | 101      | S1    |            | 2023-11-20
        T2      |              | XCLR_OUT   | 2             | 2            | 190.00 |          |       | F1         | 2023-11-21
        T3      | T2           | BANKRET_IN | 2             | 1            | 190.00 |          |       |            | 2023-11-22
        """,
    )
    told = traced(spec, "5001")
    assert [row for row in told if row[1] == "unexplained"] == []
    assert sum(float(row[3]) for row in told) == 300.0
    assert ("PAY", "settlements", "1", "300.00") in told
