"""The proposed rule with receivables and payables, on a world that a person can add up by hand.

November 2023 to January 2024. One employer is assessed for November and pays in January, one never
pays, one pays January in November. Interest of 810.00 for 1 November to 21 January (81 days, 10.00
a day) comes in on 21 January. The personal accounts earn 0.36 % a year on what they hold at the
start of each month.
"""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from pipelines.paths import RULES
from tests.spec.harness import Spec, check, check_ids, rows, run, table, world

BOOKS = ("k17", "proposed", "proposed_accrual")
#: receipts of arrears, of premiums ahead and of accrued interest have posting keys of their own
RECEIPTS = "@ARREAR" in (RULES / "rule_posting.csv").read_text("utf-8")
with_receipts = pytest.mark.skipif(not RECEIPTS, reason="no posting keys for accrued receipts")

EVENTS = {
    "pooling_area": """
        poolarea_no
        610100
    """,
    "vouchers": """
        voucher_no | line_no | posting_date | account_code | debit_amt  | credit_amt | fund
        V1         | 1       | 2023-11-01   | 1003         | 1000000.00 | 0.00       | NA
        V1         | 2       | 2023-11-01   | 300101       | 0.00       | 700000.00  | POOL
        V1         | 3       | 2023-11-01   | 300102       | 0.00       | 300000.00  | PA
    """,
    "contributions": """
        clct_detl_id | cashym | clct_flag | emp_no_hash | emp_clct_amt | traf_sumamt | arvl_date
        C1           | 202311 | 1         | e1          | 8000.00      | 2000.00     | 2023-11-06
        C2           | 202311 | 1         | e2          | 4000.00      | 1000.00     | 2024-01-08
        C3           | 202311 | 0         | e3          | 1200.00      | 300.00      |
        C4           | 202401 | 1         | e4          | 2000.00      | 500.00      | 2023-11-06
    """,
    "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt      | balc       | acen_date  | int_begndate | int_enddate
        PREM_IN   | 1             | 1            | 10000.00 | 10000.00   | 2023-11-06 |              |
        URSN      | 1             | 2            | 10000.00 | 0.00       | 2023-11-10 |              |
        URSN      | 4             | 1            | 10000.00 | 1010000.00 | 2023-11-10 |              |
        PREM_IN   | 1             | 1            | 4000.00  | 4000.00    | 2024-01-08 |              |
        URSN      | 1             | 2            | 4000.00  | 0.00       | 2024-01-10 |              |
        URSN      | 4             | 1            | 4000.00  | 1014000.00 | 2024-01-10 |              |
        INTE_IN   | 4             | 1            | 810.00   | 1014810.00 | 2024-01-21 | 2023-11-01   | 2024-01-21
    """,
}
RATE = "UPDATE rule_parameter SET value = '0.0036' WHERE name = 'pa_interest_rate'"


@cache
def accrued() -> Spec:
    return world(202401, books=BOOKS, **EVENTS).sql(RATE)


def entries(spec: Spec, *events: str) -> list[tuple[str, ...]]:
    """Month, event, account, debit, credit of the accrual book's vouchers of these events."""
    return rows(
        run(spec, "fct_journal"),
        f"""SELECT period_ym, event_code, account_code, nullif(sum(debit_amt), 0),
            nullif(sum(credit_amt), 0)
        FROM fct_journal WHERE book = 'proposed_accrual'
            AND list_contains({list(events)}, event_code)
        GROUP BY ALL ORDER BY period_ym, event_code, sum(debit_amt) = 0, account_code""",
    )


@pytest.mark.event("E101")
@pytest.mark.mechanism("S24")
def test_what_was_due_and_not_received_is_a_receivable_at_its_months_end() -> None:
    """E101: 5,200 of November, a quarter of it for the accounts."""
    assert entries(accrued(), "E101") == table("""
        month  | event | account | debit   | credit
        202311 | E101  | 110201  | 3900.00 |
        202311 | E101  | 110202  | 1300.00 |
        202311 | E101  | 400101  |         | 3900.00
        202311 | E101  | 400102  |         | 1300.00
    """)


@pytest.mark.event("E103")
@pytest.mark.mechanism("S23")
def test_what_was_received_ahead_is_income_of_the_month_it_was_due() -> None:
    """E103: January's 2,000 that came in November is a liability until January."""
    assert entries(accrued(), "E103") == table("""
        month  | event | account | debit   | credit
        202311 | E103  | 1002    | 2000.00 |
        202311 | E103  | 200104  |         | 2000.00
        202401 | E103  | 200104  | 2000.00 |
        202401 | E103  | 400101  |         | 1500.00
        202401 | E103  | 400102  |         | 500.00
    """)


@pytest.mark.event("E104", "E88")
@pytest.mark.mechanism("S25")
def test_interest_is_earned_by_the_day_and_pending_from_the_month_that_earned_it() -> None:
    """E104 and its carry: 30 days and 31 days at 10.00; January's 20 days are the receipt's own."""
    assert entries(accrued(), "E104") == table("""
        month  | event | account | debit  | credit
        202311 | E104  | 1103    | 300.00 |
        202311 | E104  | 4602    |        | 300.00
        202312 | E104  | 1103    | 310.00 |
        202312 | E104  | 4602    |        | 310.00
    """)
    assert entries(accrued(), "E88", "E89") == table("""
        month  | event | account  | debit  | credit
        202311 | E88   | 4602     | 300.00 |
        202311 | E88   | 30010302 |        | 300.00
        202312 | E88   | 4602     | 310.00 |
        202312 | E88   | 30010302 |        | 310.00
        202401 | E88   | 4602     | 200.00 |
        202401 | E88   | 30010302 |        | 200.00
    """)


@pytest.mark.event("E89")
def test_interest_attributed_in_the_month_it_comes_in_takes_back_what_was_carried() -> None:
    """810 attributed on 25 January: the 610 carried before leave 30010302, January carries none."""
    decided = EVENTS | {
        "vouchers": """
        voucher_no | line_no | posting_date | event_id | account_code | debit_amt  | credit_amt | fund | orig_period_ym
        V1         | 1       | 2023-11-01   | OPEN     | 1003         | 1000000.00 | 0.00       | NA   |
        V1         | 2       | 2023-11-01   | OPEN     | 300101       | 0.00       | 700000.00  | POOL |
        V1         | 3       | 2023-11-01   | OPEN     | 300102       | 0.00       | 300000.00  | PA   |
        V2         | 1       | 2024-01-25   | E83      | 4602         | 810.00     | 0.00       | PEND | 202401
        V2         | 2       | 2024-01-25   | E83      | 42010101     | 0.00       | 600.00     | POOL | 202401
        V2         | 3       | 2024-01-25   | E83      | 42010201     | 0.00       | 210.00     | PA   | 202401
    """
    }
    spec = world(202401, books=BOOKS, **decided)
    assert entries(spec, "E88", "E89") == table("""
        month  | event | account  | debit  | credit
        202311 | E88   | 4602     | 300.00 |
        202311 | E88   | 30010302 |        | 300.00
        202312 | E88   | 4602     | 310.00 |
        202312 | E88   | 30010302 |        | 310.00
        202401 | E89   | 30010302 | 610.00 |
        202401 | E89   | 4602     |        | 610.00
    """)


def test_interest_earned_before_the_books_begin_stays_on_cash_basis() -> None:
    """October's 10 days of the same interest have no month to be booked in."""
    early = EVENTS | {
        "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt    | balc       | acen_date  | int_begndate | int_enddate
        PREM_IN   | 1             | 1            | 10.00  | 10.00      | 2023-11-06 |              |
        INTE_IN   | 4             | 1            | 710.00 | 1000710.00 | 2023-12-31 | 2023-10-22   | 2024-01-01
    """
    }
    spec = world(202401, books=BOOKS, **early)
    assert entries(spec, "E104")[0] == ("202311", "E104", "1103", "300.00", "")
    assert len(entries(spec, "E104")) == 2
    run(spec, "led_month")
    assert rows(spec, "SELECT DISTINCT first_ym FROM led_month") == [("202311",)]


@pytest.mark.event("E107")
@pytest.mark.mechanism("S25")
def test_the_personal_accounts_are_owed_their_interest_until_its_day() -> None:
    """E107: 300,000 at 0.03 % a month, then 302,500; credited on 31 December; January begins anew.

    302,500 = 300,000 and the accounts' part of what came in in November, 2,000 and 500.
    """
    assert entries(accrued(), "E107") == table("""
        month  | event | account  | debit  | credit
        202311 | E107  | 42010101 | 90.00  |
        202311 | E107  | 210202   |        | 90.00
        202312 | E107  | 210202   | 180.75 | 90.75
        202312 | E107  | 42010101 | 90.75  |
        202312 | E107  | 42010201 |        | 180.75
        202401 | E107  | 42010101 | 90.75  |
        202401 | E107  | 210202   |        | 90.75
    """)


@pytest.mark.event("E107")
def test_the_account_interest_is_a_mere_reclassification_where_the_pool_wants_it() -> None:
    """pa_interest_as = RECLASS: no liability, no interest day."""
    spec = world(202311, books=BOOKS, **EVENTS).sql(
        RATE, "UPDATE rule_parameter SET value = 'RECLASS' WHERE name = 'pa_interest_as'"
    )
    assert entries(spec, "E107") == table("""
        month  | event | account  | debit | credit
        202311 | E107  | 42010101 | 90.00 |
        202311 | E107  | 42010201 |       | 90.00
    """)


@pytest.mark.event("E102", "E105")
@pytest.mark.mechanism("S24")
def test_what_comes_in_late_is_set_off_against_what_was_due() -> None:
    """4,000 of November's arrears and 610 of interest earned before: no income of January."""
    assert entries(accrued(), "E102", "E105") == table("""
        month  | event | account | debit   | credit
        202401 | E102  | 1002    | 4000.00 |
        202401 | E102  | 110201  |         | 3000.00
        202401 | E102  | 110202  |         | 1000.00
        202401 | E105  | 1003    | 610.00  |
        202401 | E105  | 1103    |         | 610.00
    """)


@pytest.mark.event("E106")
@pytest.mark.mechanism("S25")
def test_interest_on_a_loan_is_owed_from_the_month_it_runs() -> None:
    """81.00 for 81 days paid on 21 January: 30 and 31 were owed, 20 are January's own."""
    loan = EVENTS | {
        "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt     | balc       | acen_date  | int_begndate | int_enddate
        LOAN_IN   | 4             | 1            | 2000.00 | 1002000.00 | 2023-11-01 |              |
        LOAN_INTE | 4             | 2            | 81.00   | 1001919.00 | 2024-01-21 | 2023-11-01   | 2024-01-21
    """
    }
    spec = world(202401, books=BOOKS, **loan)
    assert entries(spec, "E106") == table("""
        month  | event | account | debit | credit
        202311 | E106  | 540101  | 30.00 |
        202311 | E106  | 210201  |       | 30.00
        202312 | E106  | 540101  | 31.00 |
        202312 | E106  | 210201  |       | 31.00
        202401 | E106  | 210201  | 61.00 |
        202401 | E106  | 1003    |       | 61.00
    """)
    assert [row[2:4] for row in entries(spec, "E18") if row[0] == "202401" and row[3]] == [
        ("540101", "20.00")
    ]


@pytest.mark.mechanism("S23")
def test_the_other_books_know_no_accrual() -> None:
    """E101, E103, E104, E107 are vouchers of one book only."""
    assert rows(
        run(accrued(), "fct_journal"),
        """SELECT DISTINCT book FROM fct_journal
        WHERE event_code IN ('E101', 'E103', 'E104', 'E106', 'E107')""",
    ) == [("proposed_accrual",)]


def aging(spec: Spec) -> list[tuple[str, ...]]:
    """Month, class, age, items, open, late fee."""
    return rows(
        run(spec, "fct_receivable_aging"),
        """SELECT period_ym, payer_class, age_bucket, item_cnt, open_amt, late_fee_due_amt
        FROM fct_receivable_aging ORDER BY ALL""",
    )


@pytest.mark.mechanism("S11", "S24", "S26")
def test_receivables_age_by_payer_class_and_bear_a_late_fee() -> None:
    """December: 5,200 × 0.05 % × 31 days = 80.60; January: 1,200 × 0.05 % × 62 days = 37.20."""
    assert aging(accrued()) == table("""
        month  | class | age  | items | open    | fee
        202311 | 10    | 0-90 | 2     | 5200.00 | 0.00
        202312 | 10    | 0-90 | 2     | 5200.00 | 80.60
        202401 | 10    | 0-90 | 1     | 1200.00 | 37.20
    """)


ARREARS = {
    "pooling_area": "poolarea_no\n610100",
    "contributions": """
        clct_detl_id | cashym | clct_obj | clct_flag | emp_mgt_type | emp_no_hash | emp_clct_amt | traf_sumamt | arvl_date
        C1           | 202101 | E        | 1         |              | e1          | 100.00       | 0.00        | 2021-01-04
        C2           | 202101 | E        | 0         |              | e2          | 1000.00      | 0.00        |
        C3           | 202104 | E        | 0         | 04           | e3          | 2000.00      | 0.00        |
        C4           | 202107 | S        | 0         | 02           |             | 500.00       | 0.00        |
    """,
    "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt    | balc   | acen_date
        PREM_IN   | 1             | 1            | 100.00 | 100.00 | 2021-01-04
        URSN      | 1             | 2            | 100.00 | 0.00   | 2021-01-05
        URSN      | 4             | 1            | 100.00 | 100.00 | 2021-01-05
        INTE_IN   | 4             | 1            | 1.00   | 101.00 | 2022-02-21
    """,
}


@pytest.mark.mechanism("S11", "S13")
def test_debts_move_from_one_age_to_the_next() -> None:
    """Due on 31 January 2021: 89 days old at the end of April, 120 in May, 365 in January 2022.

    Who insures himself owes no late fee: the law asks it of employers.
    """
    spec = world(202202, books=BOOKS, **ARREARS)
    told = {row[:3]: row[3:] for row in aging(spec)}
    assert told["202104", "10", "0-90"] == ("1", "1000.00", "44.50")
    assert told["202105", "10", "91-180"] == ("1", "1000.00", "60.00")
    assert told["202108", "10", "181-365"] == ("1", "1000.00", "106.00")
    assert told["202201", "10", "181-365"] == ("1", "1000.00", "182.50")
    assert told["202202", "10", "365+"] == ("1", "1000.00", "196.50")
    assert told["202202", "04", "181-365"] == ("1", "2000.00", "304.00")
    assert told["202202", "S", "181-365"] == ("1", "500.00", "0.00")
    assert check(spec, "T-32").status == "passed"


@pytest.mark.mechanism("S26")
def test_the_late_fee_changes_its_rate_on_the_day_the_law_did() -> None:
    """Due on 31 May 2011: 30 days at 0.2 %, then 31 days at 0.05 %; 1,000 owe 60.00 + 15.50."""
    early = {
        "pooling_area": "poolarea_no\n610100",
        "contributions": """
        cashym | clct_flag | emp_no_hash | emp_clct_amt | traf_sumamt | arvl_date
        201105 | 1         | e1          | 100.00       | 0.00        | 2011-05-04
        201105 | 0         | e2          | 1000.00      | 0.00        |
        201107 | 1         | e1          | 100.00       | 0.00        | 2011-07-04
        """,
        "fund_transfers": """
        traf_item | hif_acct_type | incexpd_dirc | amt    | balc   | acen_date
        PREM_IN   | 1             | 1            | 100.00 | 100.00 | 2011-05-04
        PREM_IN   | 1             | 1            | 100.00 | 200.00 | 2011-07-04
        """,
    }
    spec = world(201107, books=BOOKS, **early).sql(
        "UPDATE rule_posting SET valid_from = DATE '2000-01-01'"
    )
    assert [row for row in aging(spec) if row[0] == "201107"] == [
        ("201107", "10", "0-90", "1", "1000.00", "75.50")
    ]
    assert [row for row in aging(spec) if row[0] == "201106"] == [
        ("201106", "10", "0-90", "1", "1000.00", "60.00")
    ]


@pytest.mark.event("E102", "E103", "E105")
@pytest.mark.mechanism("S24", "S25")
@with_receipts
def test_receipts_take_back_what_was_accrued() -> None:
    """E102, E103 received, E105: nothing but the unpaid 1,200 is left at the end of January."""
    assert rows(
        run(accrued(), "fct_ledger_month"),
        """SELECT period_ym, account_code, closing_amt FROM fct_ledger_month
        WHERE book = 'proposed_accrual' AND closing_stage = 'post'
            AND account_code IN ('110201', '110202', '1103', '200104', '210202')
            AND closing_amt <> 0
        ORDER BY ALL""",
    ) == table("""
        month  | account | balance
        202311 | 110201  | 3900.00
        202311 | 110202  | 1300.00
        202311 | 1103    | 300.00
        202311 | 200104  | 2000.00
        202311 | 210202  | 90.00
        202312 | 110201  | 3900.00
        202312 | 110202  | 1300.00
        202312 | 1103    | 610.00
        202312 | 200104  | 2000.00
        202401 | 110201  | 900.00
        202401 | 110202  | 300.00
        202401 | 210202  | 90.75
    """)


@pytest.mark.mechanism("S23")
@with_receipts
def test_the_bridge_leads_from_accrual_income_back_to_cash() -> None:
    """T-31 month by month, and every other identity of these books."""
    spec = accrued()
    assert check(spec, "T-31").failed == ()
    assert rows(spec, "SELECT period_ym, expected_amt FROM t_31 ORDER BY ALL") == [
        ("202311", "10000.00"),
        ("202312", "0.00"),
        ("202401", "4810.00"),
    ]
    told = {check_id: check(spec, check_id) for check_id in check_ids()}
    assert {check_id: told[check_id].failed for check_id in told if told[check_id].failed} == {}
