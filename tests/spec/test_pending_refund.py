"""A premium still pending at a year end and given back after it, under each book."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import ALL_BOOKS, Spec, check, rows, run, table, world

#: 8,000 of known owners make the experience ratio 75 : 25; 800 of December 2022 are nobody's: 200
#: go back in February, of the other 600 April knows that 120 are the accounts'
EVENTS = {
    "vouchers": """
        voucher_no | line_no | posting_date | account_code | debit_amt | credit_amt | fund
        V1         | 1       | 2022-11-01   | 1003         | 1000.00   | 0.00       | NA
        V1         | 2       | 2022-11-01   | 300101       | 0.00      | 1000.00    | POOL
    """,
    "contributions": """
        clct_detl_id | init_clct_detl_id | cashym | revs_flag | emp_clct_amt | traf_sumamt | arvl_date  | traf_time
        C0           |                   | 202211 | Z         | 8000.00      | 2000.00     | 2022-11-06 |
        C1           |                   | 202212 | Z         | 800.00       | 160.00      | 2022-12-20 | 2023-04-15 09:00:00
        C2           | C1                | 202212 | -         | -200.00      | -40.00      | 2023-02-10 |
    """,
    "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt     | balc    | acen_date
        PREM_IN   | 1             | 1            | 8000.00 | 8000.00 | 2022-11-06
        PREM_IN   | 1             | 1            | 800.00  | 8800.00 | 2022-12-20
        REFD_OUT  | 1             | 2            | 200.00  | 8600.00 | 2023-02-10
        FINSUBS_IN | 4            | 1            | 1.00    | 1001.00 | 2023-04-20
    """,
}


@cache
def books() -> Spec:
    return run(world(202304, books=ALL_BOOKS, **EVENTS), "fct_journal")


def entries(book: str, where: str) -> list[tuple[str, ...]]:
    """Month, event, account, debit, credit of the book's lines before closing."""
    return rows(
        books(),
        f"""SELECT period_ym, event_code, account_code, nullif(debit_amt, 0), nullif(credit_amt, 0)
        FROM fct_journal WHERE book = '{book}' AND NOT is_closing AND {where}
        ORDER BY period_ym, voucher_no, line_no""",
    )


@pytest.mark.event("E17", "E84", "E87")
def test_the_rule_in_force_takes_it_out_of_the_funds_the_presplit_gave_it_to() -> None:
    """150 and 50 of the 200 were presplit; what the rest corrects is the rest's alone."""
    assert entries("k17", "event_code IN ('E84', 'E17', 'E87', 'E83')") == table("""
        month  | event | account | debit  | credit
        202212 | E84   | 4601    | 200.00 |
        202212 | E84   | 4601    | 600.00 |
        202212 | E84   | 400101  |        | 600.00
        202212 | E84   | 400102  |        | 200.00
        202302 | E17   | 540101  | 150.00 |
        202302 | E17   | 540102  | 50.00  |
        202302 | E17   | 1002    |        | 50.00
        202302 | E17   | 1002    |        | 150.00
        202304 | E87   | 300102  | 30.00  |
        202304 | E87   | 300101  |        | 30.00
    """)


@pytest.mark.event("E17", "E86", "E89")
@pytest.mark.parametrize("book", ["a1999", "proposed", "proposed_accrual"])
def test_the_other_rules_take_it_out_of_what_is_still_pending(book: str) -> None:
    """No fund bears it: it never was income of one, or is so no longer since 1 January."""
    assert entries(book, "event_code = 'E17'") == table("""
        month  | event | account | debit  | credit
        202302 | E17   | 4601    | 200.00 |
        202302 | E17   | 1002    |        | 200.00
    """)
    pulled = [] if book == "a1999" else [("202302", "E89", "30010301", "200.00", "")]
    assert entries(book, "event_code = 'E89' AND period_ym = 202302 AND debit_amt <> 0") == pulled


def test_the_lot_is_smaller_and_all_books_meet_when_the_rest_is_known() -> None:
    run(run(books(), "fct_pending_item"), "fct_balance_sheet")
    assert rows(
        books(), "SELECT period_ym, open_amt FROM fct_pending_item WHERE kind = 'PREM' ORDER BY 1"
    ) == [
        ("202212", "800.00"),
        ("202301", "800.00"),
        ("202302", "600.00"),
        ("202303", "600.00"),
        ("202304", "0.00"),
    ]
    assert rows(
        books(),
        """SELECT DISTINCT row_code, close_amt FROM fct_balance_sheet
        WHERE period_ym = 202304 AND row_code IN ('N1a', 'N1b', 'N1c') AND period_type = 'M'
            AND book <> 'proposed_accrual' ORDER BY 1""",
    ) == [("N1a", "7481.00"), ("N1b", "2120.00"), ("N1c", "0.00")]


@pytest.mark.parametrize(
    "check_id",
    ["J-01", "J-04", "T-01", "T-05", "T-11", "T-13", "T-19", "T-20", "T-23", "T-24", "T-25",
     "T-26", "T-30"],
)  # fmt: skip
def test_every_identity_of_pending_money_holds(check_id: str) -> None:
    assert check(books(), check_id).status == "passed"


def test_more_given_back_than_was_pending_is_seen() -> None:
    """900 of a lot of 800: T-25 tells the lot."""
    spec = world(202304, books=ALL_BOOKS, **EVENTS).sql(
        "UPDATE contributions SET emp_clct_amt = -900 WHERE clct_detl_id = 'C2'",
        "UPDATE contributions SET traf_sumamt = NULL, traf_time = NULL",
    )
    assert "PREM 202212" in check(spec, "T-25").items


def test_a_refund_in_the_year_of_receipt_is_e16_in_every_book() -> None:
    spec = run(
        world(202304, books=ALL_BOOKS, **EVENTS).sql(
            "UPDATE contributions SET arvl_date = DATE '2022-12-28' WHERE clct_detl_id = 'C2'"
        ),
        "fct_journal",
    )
    assert rows(
        spec,
        """SELECT DISTINCT event_code, account_code, debit_amt, period_ym FROM fct_journal
        WHERE event_code IN ('E16', 'E17') AND debit_amt <> 0""",
    ) == [("E16", "4601", "200.00", "202212")]
    assert check(spec, "T-13").status == "passed"
