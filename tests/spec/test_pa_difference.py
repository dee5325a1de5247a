"""Personal accounts by the platform against the books, and what may close the gap (T-15)."""

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, rows, run, table
from tests.spec.worlds import pending

#: the accounts in truth 322,000; the platform counts 322,100; a voucher of 100 with two owners
LESS = "UPDATE account_details SET balc = balc - 100 WHERE acct_ym = 202311"


def told(spec: Spec) -> list[tuple[str, ...]]:
    """Book, platform, book, presplit, difference, adjusted, list, status."""
    return rows(
        run(spec, "fct_pa_difference"),
        """SELECT book, platform_amt, book_amt, presplit_amt, diff_amt, adjusted_amt, detail_amt,
            status FROM fct_pa_difference ORDER BY ALL""",
    )


@pytest.mark.mechanism("S33")
def test_a_difference_with_a_list_of_owners_is_explained() -> None:
    """The books that presplit report it; the proposal posts it. 2,250 = a quarter of 9,000."""
    assert told(pending()) == table("""
        book | platform  | book      | presplit | diff   | adjusted | list   | status
        a1999 | 322100.00 | 324250.00 | 2250.00  | 100.00 | 0.00 | 100.00 | explained
        k17 | 322100.00 | 324250.00 | 2250.00  | 100.00 | 0.00 | 100.00 | explained
        proposed | 322100.00 | 322000.00 | 0.00 | 100.00 | 100.00 | 100.00 | explained
        proposed_accrual | 322100.00 | 322000.00 | 0.00 | 100.00 | 100.00 | 100.00 | explained
    """)


@pytest.mark.event("E91")
@pytest.mark.mechanism("S33")
def test_the_adjustment_is_booked_in_the_proposed_books_only() -> None:
    """Dr 30010303, Cr 300102; the statutory book has no such entry."""
    assert rows(
        run(pending(), "fct_journal"),
        """SELECT book, account_code, sum(debit_amt), sum(credit_amt) FROM fct_journal
        WHERE event_code = 'E91' GROUP BY ALL ORDER BY ALL""",
    ) == table("""
        book             | account  | debit  | credit
        proposed         | 300102   | 0.00   | 100.00
        proposed         | 30010303 | 100.00 | 0.00
        proposed_accrual | 300102   | 0.00   | 100.00
        proposed_accrual | 30010303 | 100.00 | 0.00
    """)


def test_accounts_that_agree_are_matched() -> None:
    """No difference, no voucher."""
    spec = pending(LESS, "DELETE FROM vouchers WHERE voucher_no = 'V2'")
    assert {(row[4], row[7]) for row in told(spec)} == {("0.00", "matched")}
    assert check(spec, "T-15").status == "passed"


def test_a_difference_nobody_explained_is_reported_and_posts_nothing() -> None:
    """The difference table is what the rule leaves; every book stays as it was."""
    spec = pending("DELETE FROM vouchers WHERE voucher_no = 'V2'")
    assert {(row[4], row[5], row[7]) for row in told(spec)} == {("100.00", "0.00", "reported")}
    assert check(spec, "T-15").status == "passed"


def test_an_adjustment_without_documents_is_blocked() -> None:
    """60 of the 100 name an owner and a document, 40 do not."""
    spec = pending("UPDATE vouchers SET doc_no = NULL WHERE psn_no_hash = 'p2'")
    assert [row[5:] for row in told(spec)] == table("""
        adjusted | list  | status
        0.00     | 60.00 | reported
        0.00     | 60.00 | reported
        100.00   | 60.00 | blocked
        100.00   | 60.00 | blocked
    """)
    assert check(spec, "T-15").items == [
        "proposed 调整凭证的明细清单",
        "proposed_accrual 调整凭证的明细清单",
    ]


def test_an_adjustment_of_another_amount_than_the_difference_is_blocked() -> None:
    """The accounts agree, a voucher takes 100 all the same."""
    spec = pending(LESS)
    assert [row[7] for row in told(spec)] == ["matched", "matched", "blocked", "blocked"]
    assert check(spec, "T-15").items == [
        "proposed 差额与调整凭证",
        "proposed_accrual 差额与调整凭证",
    ]


@pytest.mark.mechanism("S33")
def test_an_adjustment_that_pending_money_cannot_bear_is_blocked() -> None:
    """Nothing is pending at the year end: 30010303 would leave 待转基金 at −100."""
    spec = pending(
        "UPDATE contributions SET traf_time = TIMESTAMP '2023-12-29 09:00:00'"
        " WHERE traf_time >= DATE '2024-01-01'",
        "UPDATE vouchers SET posting_date = DATE '2023-12-29' WHERE voucher_no = 'V3'",
        # 2,300 of premium and 300 of interest are in the accounts now
        "UPDATE account_details SET balc = balc + 2600 WHERE acct_ym = 202311",
    )
    assert [row[4:] for row in told(spec)][2] == ("100.00", "100.00", "100.00", "blocked")
    assert "proposed 待转基金不得为负" in check(spec, "T-15").items


def test_the_accounts_that_are_owed_less_are_adjusted_the_other_way() -> None:
    """E92: Dr 300102, Cr 30010303; the platform counts 40 less."""
    spec = pending(
        "UPDATE account_details SET balc = balc - 140 WHERE acct_ym = 202311",
        "DELETE FROM vouchers WHERE voucher_no = 'V2' AND line_no = 2",
        "UPDATE vouchers SET event_id = 'E92', debit_amt = CASE line_no WHEN 3 THEN 40 ELSE 0 END,"
        " credit_amt = CASE line_no WHEN 1 THEN 40 ELSE 0 END WHERE voucher_no = 'V2'",
    )
    assert [row[4:] for row in told(spec)][2:] == [
        ("-40.00", "-40.00", "-40.00", "explained"),
        ("-40.00", "-40.00", "-40.00", "explained"),
    ]
    assert check(spec, "T-15").status == "passed"


def test_a_persons_last_balance_counts_however_old_it_is() -> None:
    """p1's of November (not October's), p2's of December (not January's)."""
    spec = run(pending(), "fct_pa_difference")
    assert rows(spec, "SELECT DISTINCT platform_amt FROM fct_pa_difference") == [("322100.00",)]
