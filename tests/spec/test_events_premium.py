"""Premiums: which row posts, on which day, to which bank account and to which fund."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, lines, rows, run, table, world


@pytest.mark.mechanism("S02", "S05")
@pytest.mark.event("E01", "E02")
def test_e01_and_e02_employer_month_fills_the_account_from_the_employee_first() -> None:
    """E01/E02: 600 + 200 paid, 200 goes to personal accounts: that is the employees' own money."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | 600.00       | 200.00       | 200.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E01   | 1002    | NA   | 600.00 |
        E01   | 400101  | POOL |        | 600.00
        E02   | 1002    | NA   | 200.00 |
        E02   | 400102  | PA   |        | 200.00
    """)


def test_e01_employer_money_credited_to_accounts_before_the_reform() -> None:
    """E01: what accounts get beyond the employees' part is the employer's."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | 600.00       | 200.00       | 380.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E01   | 1002    | NA   | 180.00 |
        E01   | 400102  | PA   |        | 180.00
        E01   | 1002    | NA   | 420.00 |
        E01   | 400101  | POOL |        | 420.00
        E02   | 1002    | NA   | 200.00 |
        E02   | 400102  | PA   |        | 200.00
    """)


def test_e02_employee_part_above_what_accounts_get_stays_in_the_pool() -> None:
    """``traf_sumamt`` decides, not the payer."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | 600.00       | 200.00       | 150.00
        """
    )
    assert lines(spec, "event_code = 'E02'") == table("""
        event | account | fund | debit  | credit
        E02   | 1002    | NA   | 150.00 |
        E02   | 400102  | PA   |        | 150.00
        E02   | 1002    | NA   | 50.00  |
        E02   | 400101  | POOL |        | 50.00
    """)


def test_other_money_of_an_employer_row_belongs_to_the_employer_part() -> None:
    """m = emp + psn + oth."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | oth_clct_amt | traf_sumamt
        E        | 600.00       | 200.00       | 30.00        | 200.00
        """
    )
    assert lines(spec, "account_code = '400101'") == [("E01", "400101", "POOL", "", "630.00")]


@pytest.mark.event("E03")
@pytest.mark.parametrize(
    ("psn_type", "emp_mgt_type"), [("1103", ""), ("11", "02"), ("11", "03"), ("1103", "02")]
)
def test_e03_flexible_payer_pays_the_pool_share_himself(psn_type: str, emp_mgt_type: str) -> None:
    """E03: psn_type 1103, emp_mgt_type 02/03; E02 «all PA» does not hold."""
    spec = world(
        contributions=f"""
        clct_obj | emp_no_hash | psn_type   | emp_mgt_type   | psn_clct_amt | traf_sumamt
        S        |             | {psn_type} | {emp_mgt_type} | 350.00       | 90.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E03   | 1002    | NA   | 90.00  |
        E03   | 400102  | PA   |        | 90.00
        E03   | 1002    | NA   | 260.00 |
        E03   | 400101  | POOL |        | 260.00
    """)


@pytest.mark.event("E04")
def test_e04_resident_premium_of_this_year() -> None:
    """E04: one fund, no split."""
    spec = world(
        contributions="""
        clct_obj | insutype | accrym_begn | psn_clct_amt
        R        | 390      | 202301      | 380.00
        R        | 391      | 202307      | 190.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E04   | 1002    | NA   | 570.00 |
        E04   | 4001    | NA   |        | 570.00
    """)


@pytest.mark.event("E05")
def test_e05_resident_premium_of_a_later_year_is_income_of_the_year_of_receipt() -> None:
    """E05 (K17): autumn money for next year, told apart from E04 by the event."""
    spec = world(
        contributions="""
        clct_obj | insutype | accrym_begn | psn_clct_amt
        R        | 390      | 202401      | 400.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E05   | 1002    | NA   | 400.00 |
        E05   | 4001    | NA   |        | 400.00
    """)


@pytest.mark.mechanism("S02", "S26")
@pytest.mark.event("E12")
def test_e12_late_fee_and_interest_go_to_the_pool() -> None:
    """E12: ``latefee`` and ``inte``, beside the premium and outside 4001."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | traf_sumamt | latefee | inte
        E        | 600.00       | 0.00        | 12.00   | 0.50
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E01   | 1002    | NA   | 600.00 |
        E01   | 400101  | POOL |        | 600.00
        E12   | 1002    | NA   | 12.50  |
        E12   | 450101  | POOL |        | 12.50
    """)


@pytest.mark.event("E12")
def test_e12_late_fee_of_residents_has_one_fund() -> None:
    """E12 in ledger 390: 4501 has no details."""
    spec = world(
        contributions="""
        clct_obj | insutype | psn_clct_amt | latefee
        R        | 390      | 380.00       | 3.80
        """
    )
    assert lines(spec, "event_code = 'E12'") == table("""
        event | account | fund | debit | credit
        E12   | 1002    | NA   | 3.80  |
        E12   | 4501    | NA   |       | 3.80
    """)


@pytest.mark.mechanism("S34")
@pytest.mark.event("E16", "E97")
def test_e16_refund_of_this_year_debits_premium_income_as_it_was_split() -> None:
    """E16: a negative row whose original came in the same year; no negative amounts in the books."""
    spec = world(
        contributions="""
        clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
        C1           |                   | Z         | 600.00       | 200.00       | 200.00      | 2023-03-06
        C2           | C1                | -         | -600.00      | -200.00      | -200.00     | 2023-11-20
        """
    )
    assert lines(spec, "period_ym = 202311") == table("""
        event | account | fund | debit  | credit
        E16   | 400102  | PA   | 200.00 |
        E16   | 1002    | NA   |        | 200.00
        E16   | 400101  | POOL | 600.00 |
        E16   | 1002    | NA   |        | 600.00
    """)


@pytest.mark.parametrize("clct_type", ["20", "991"])
def test_e16_refund_types_without_a_reversal_flag(clct_type: str) -> None:
    """E16: clct_type 20 and 991 are refunds whatever ``revs_flag`` says."""
    spec = world(
        contributions=f"""
        clct_obj | insutype | clct_type   | psn_clct_amt
        R        | 390      | {clct_type} | -380.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E16   | 4001    | NA   | 380.00 |
        E16   | 1002    | NA   |        | 380.00
    """)


@pytest.mark.mechanism("S34")
@pytest.mark.event("E17", "E97")
def test_e17_refund_of_a_premium_of_an_earlier_year_is_other_expenditure() -> None:
    """E17: the original came in 2022, so this year's premium income stays as it is."""
    spec = world(
        contributions="""
        clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
        C1           |                   | Z         | 600.00       | 200.00       | 200.00      | 2022-12-30
        C2           | C1                | -         | -600.00      | -200.00      | -200.00     | 2023-01-10
        """
    )
    assert lines(spec, "period_ym = 202301") == table("""
        event | account | fund | debit  | credit
        E17   | 540102  | PA   | 200.00 |
        E17   | 1002    | NA   |        | 200.00
        E17   | 540101  | POOL | 600.00 |
        E17   | 1002    | NA   |        | 600.00
    """)


@pytest.mark.event("E17")
def test_e17_resident_refund_of_an_earlier_year() -> None:
    """E17 in ledger 390."""
    spec = world(
        contributions="""
        clct_obj | insutype | clct_detl_id | init_clct_detl_id | clct_type | psn_clct_amt | arvl_date
        R        | 390      | C1           |                   | 10        | 380.00       | 2022-11-01
        R        | 390      | C2           | C1                | 991       | -380.00      | 2023-02-01
        """
    )
    assert lines(spec, "period_ym = 202302") == table("""
        event | account | fund | debit  | credit
        E17   | 5401    | NA   | 380.00 |
        E17   | 1002    | NA   |        | 380.00
    """)


@pytest.mark.mechanism("S27")
@pytest.mark.event("E81")
def test_e81_premium_of_unknown_attribution_is_pending() -> None:
    """E81: ``traf_sumamt`` empty on a paid 310 row; the whole m waits in 4601."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | 600.00       | 200.00       |
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E81   | 1002    | NA   | 800.00 |
        E81   | 4601    | PEND |        | 800.00
    """)


def test_e81_never_in_ledger_390() -> None:
    """A resident row has no split to wait for."""
    spec = world(
        contributions="""
        clct_obj | insutype | psn_clct_amt | traf_sumamt
        R        | 390      | 380.00       |
        """
    )
    assert rows(run(spec), "SELECT DISTINCT event_code FROM jrn_line") == [("E04",)]


ATTRIBUTED_LATER = """
    clct_obj | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | traf_time
    E        | 600.00       | 200.00       | 240.00      | 2023-10-20 | 2023-11-15 10:00:00
"""


@pytest.mark.mechanism("S28")
@pytest.mark.event("E83")
def test_e83_attribution_in_a_later_month_moves_pending_money_to_its_funds() -> None:
    """E81 in October, E83 in November, dated by ``traf_time``, no bank line."""
    assert lines(world(contributions=ATTRIBUTED_LATER)) == table("""
        event | account | fund | debit  | credit
        E81   | 1002    | NA   | 800.00 |
        E81   | 4601    | PEND |        | 800.00
        E83   | 4601    | PEND | 240.00 |
        E83   | 400102  | PA   |        | 240.00
        E83   | 4601    | PEND | 560.00 |
        E83   | 400101  | POOL |        | 560.00
    """)


def test_e83_remembers_the_month_of_receipt() -> None:
    """The pending list is told by month of receipt."""
    spec = run(world(contributions=ATTRIBUTED_LATER))
    assert rows(
        spec, "SELECT DISTINCT event_code, period_ym, orig_period_ym FROM jrn_line ORDER BY ALL"
    ) == [("E81", "202310", "202310"), ("E83", "202311", "202310")]


def test_e83_is_not_known_before_its_month() -> None:
    """Books up to October end with the money pending, even if the row already says the split."""
    assert lines(world(202310, contributions=ATTRIBUTED_LATER)) == table("""
        event | account | fund | debit  | credit
        E81   | 1002    | NA   | 800.00 |
        E81   | 4601    | PEND |        | 800.00
    """)


def test_attribution_in_the_month_of_receipt_is_never_pending() -> None:
    """Known by month end: posted to its funds at once."""
    spec = world(
        contributions="""
        clct_obj | emp_clct_amt | traf_sumamt | arvl_date  | traf_time
        E        | 600.00       | 0.00        | 2023-11-06 | 2023-11-29 10:00:00
        """
    )
    assert rows(run(spec), "SELECT DISTINCT event_code FROM jrn_line") == [("E01",)]


@pytest.mark.parametrize(
    ("clct_way", "account", "day"),
    [
        ("01", "1002", "2023-11-07"),
        ("02", "1005", "2023-11-08"),
        ("03", "1002", "2023-11-07"),
        ("06", "1003", "2023-11-07"),
        ("08", "1002", "2023-11-07"),
        ("11", "1002", "2023-11-07"),
        ("", "1002", "2023-11-07"),
    ],
)
def test_way_of_collection_decides_bank_account_and_cash_day(
    clct_way: str, account: str, day: str
) -> None:
    """02 → treasury on ``intsury_time``; 06 → fiscal account; others → 1002 on ``arvl_date``."""
    spec = world(
        contributions=f"""
        clct_way   | emp_clct_amt | traf_sumamt | clct_time           | arvl_date  | intsury_time
        {clct_way} | 600.00       | 0.00        | 2023-11-06 09:00:00 | 2023-11-07 | 2023-11-08 12:00:00
        """
    )
    assert rows(
        run(spec), "SELECT account_code, posting_date FROM jrn_line WHERE debit_amt <> 0"
    ) == [(account, day)]


def test_cash_day_falls_back_to_the_day_of_payment() -> None:
    """``arvl_date`` empty: ``clct_time``."""
    spec = world(
        contributions="""
        emp_clct_amt | traf_sumamt | clct_time           | arvl_date
        600.00       | 0.00        | 2023-11-30 23:59:59 |
        """
    )
    assert rows(run(spec), "SELECT DISTINCT posting_date FROM jrn_line") == [("2023-11-30",)]


def test_employer_row_beats_the_rows_of_its_employees() -> None:
    """E rows and S rows of one employer and month tell the same money: 800, not 1,600."""
    spec = world(
        contributions="""
        clct_obj | emp_no_hash | cashym | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | e1          | 202311 | 600.00       | 200.00       | 200.00
        S        | e1          | 202311 | 300.00       | 100.00       | 100.00
        S        | e1          | 202311 | 300.00       | 100.00       | 100.00
        """
    )
    assert rows(run(spec), "SELECT sum(debit_amt) FROM jrn_line") == [("800.00",)]


def test_person_rows_post_where_the_employer_tells_nothing_for_the_month() -> None:
    """Another month and another employer keep their person rows."""
    spec = world(
        contributions="""
        clct_obj | emp_no_hash | cashym | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | e1          | 202311 | 600.00       | 200.00       | 200.00
        S        | e1          | 202310 | 30.00        | 10.00        | 10.00
        S        | e2          | 202311 | 3.00         | 1.00         | 1.00
        """
    )
    assert rows(run(spec), "SELECT sum(debit_amt) FROM jrn_line") == [("844.00",)]


def test_an_unpaid_employer_row_does_not_hide_paid_person_rows() -> None:
    """Only a paid row tells money."""
    spec = world(
        contributions="""
        clct_obj | emp_no_hash | clct_flag | emp_clct_amt | psn_clct_amt | traf_sumamt
        E        | e1          | 0         | 600.00       | 200.00       | 200.00
        S        | e1          | 1         | 300.00       | 100.00       | 100.00
        """
    )
    assert rows(run(spec), "SELECT sum(debit_amt) FROM jrn_line") == [("400.00",)]


def test_employer_of_one_pool_does_not_hide_person_rows_of_another() -> None:
    """The ledger is part of the comparison."""
    spec = world(
        contributions="""
        poolarea_no | clct_obj | emp_no_hash | emp_clct_amt | traf_sumamt
        610100      | E        | e1          | 600.00       | 0.00
        610300      | S        | e1          | 50.00        | 0.00
        """
    )
    assert rows(
        run(spec), "SELECT ledger_id, sum(debit_amt) FROM jrn_line GROUP BY ALL ORDER BY ALL"
    ) == [("610100-310", "600.00"), ("610300-310", "50.00")]


def test_subsidy_on_a_premium_row_is_not_premium() -> None:
    """``finsubs_amt`` is outside m: 380, not 1,020."""
    spec = world(
        contributions="""
        clct_obj | insutype | psn_clct_amt | finsubs_amt | clct_sumamt
        R        | 390      | 380.00       | 640.00      | 1020.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E04   | 1002    | NA   | 380.00 |
        E04   | 4001    | NA   |        | 380.00
    """)


@pytest.mark.parametrize("clct_type", ["36", "40", "41"])
def test_moves_inside_the_fund_post_no_premium(clct_type: str) -> None:
    """36, 40, 41 fill accounts out of the pool: no cash came in, what the row calls paid is none."""
    spec = world(
        contributions=f"""
        clct_obj | clct_type   | psn_clct_amt | traf_sumamt
        S        | {clct_type} | 100.00       | 0.00
        """
    )
    assert lines(spec) == []


def test_an_unpaid_row_posts_nothing() -> None:
    """``clct_flag`` 0: cash basis."""
    spec = world(
        contributions="""
        clct_flag | emp_clct_amt | traf_sumamt
        0         | 600.00       | 0.00
        """
    )
    assert lines(spec) == []


def test_maternity_premium_of_scheme_510_joins_ledger_310() -> None:
    """510 is merged into the employees' fund."""
    spec = world(
        contributions="""
        insutype | emp_clct_amt | traf_sumamt
        510      | 80.00        | 0.00
        """
    )
    assert rows(run(spec), "SELECT DISTINCT ledger_id, scheme FROM jrn_line") == [
        ("610100-310", "310")
    ]


def test_one_voucher_a_day_and_bank_account() -> None:
    """Three rows of a day and an account make one E01 voucher that counts its rows."""
    spec = run(
        world(
            contributions="""
            emp_clct_amt | traf_sumamt | clct_way | arvl_date
            100.00       | 0.00        | 01       | 2023-11-06
            200.00       | 0.00        | 03       | 2023-11-06
            400.00       | 0.00        | 06       | 2023-11-06
            800.00       | 0.00        | 01       | 2023-11-07
            """
        )
    )
    assert rows(
        spec,
        """SELECT posting_date, account_code, debit_amt, source_row_cnt, count(*) OVER ()
        FROM jrn_line WHERE debit_amt <> 0 ORDER BY ALL""",
    ) == table("""
        day        | account | debit  | rows | vouchers
        2023-11-06 | 1002    | 300.00 | 2    | 3
        2023-11-06 | 1003    | 400.00 | 1    | 3
        2023-11-07 | 1002    | 800.00 | 1    | 3
    """)


# refunds of pending money ----------------------------------------------------------------------

PENDING_AND_BACK = """
    clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
    C1           |                   | Z         | 600.00       | 200.00       |             | 2023-10-20
    C2           | C1                | -         | -600.00      | -200.00      |             | 2023-11-10
"""


def balance(spec: Spec, account: str) -> str:
    """Credits less debits of one account over all months."""
    return rows(
        run(spec),
        f"""SELECT coalesce(sum(credit_amt - debit_amt), 0)::DECIMAL(18, 2) FROM jrn_line
        WHERE account_code = '{account}'""",
    )[0][0]


def test_e16_refund_of_a_premium_still_pending_leaves_4601_not_income() -> None:
    """E16.PEND: it never reached 4001, so 4001 has nothing to give back; 4601 ends at zero."""
    spec = world(contributions=PENDING_AND_BACK)
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E81   | 1002    | NA   | 800.00 |
        E81   | 4601    | PEND |        | 800.00
        E16   | 4601    | PEND | 800.00 |
        E16   | 1002    | NA   |        | 800.00
    """)
    assert balance(spec, "4601") == "0.00"
    assert check(spec, "T-13").status == "passed"
    assert check(spec, "J-04").status == "passed"


def test_e16_refund_before_the_attribution_of_its_original_is_pending_too() -> None:
    """Back on 10 November, attributed on 15 November: only the 600 that stayed move to the funds."""
    spec = world(
        contributions="""
        clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | traf_time
        C1           |                   | Z         | 600.00       | 200.00       | 200.00      | 2023-10-20 | 2023-11-15 09:00:00
        C2           | C1                | -         | -150.00      | -50.00       | -50.00      | 2023-11-10 |
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E81   | 1002    | NA   | 800.00 |
        E81   | 4601    | PEND |        | 800.00
        E16   | 4601    | PEND | 200.00 |
        E16   | 1002    | NA   |        | 200.00
        E83   | 4601    | PEND | 150.00 |
        E83   | 400102  | PA   |        | 150.00
        E83   | 4601    | PEND | 450.00 |
        E83   | 400101  | POOL |        | 450.00
    """)
    assert balance(spec, "4601") == "0.00"
    assert [check(spec, c).status for c in ("T-13", "J-04")] == ["passed", "passed"]


@pytest.mark.parametrize("refund_day", ["2023-11-15", "2023-11-20", "2023-12-05"])
def test_e16_refund_after_attribution_lowers_premium_income(refund_day: str) -> None:
    """From the day of attribution the money is in 400101/400102, and comes back out of them."""
    spec = world(
        contributions=f"""
        clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date    | traf_time
        C1           |                   | Z         | 600.00       | 200.00       | 200.00      | 2023-10-20   | 2023-11-15 09:00:00
        C2           | C1                | -         | -600.00      | -200.00      | -200.00     | {refund_day} |
        """
    )
    assert lines(spec, "event_code = 'E16'") == table("""
        event | account | fund | debit  | credit
        E16   | 400102  | PA   | 200.00 |
        E16   | 1002    | NA   |        | 200.00
        E16   | 400101  | POOL | 600.00 |
        E16   | 1002    | NA   |        | 600.00
    """)
    assert balance(spec, "4601") == "0.00"


def test_e16_refund_of_a_premium_attributed_in_its_own_month_never_was_pending() -> None:
    """Received on the 6th, attributed on the 29th, back on the 10th: posted to its funds at once."""
    spec = world(
        contributions="""
        clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | traf_sumamt | arvl_date  | traf_time
        C1           |                   | Z         | 600.00       | 0.00        | 2023-11-06 | 2023-11-29 09:00:00
        C2           | C1                | -         | -600.00      | 0.00        | 2023-11-10 |
        """
    )
    assert lines(spec, "event_code = 'E16'") == table("""
        event | account | fund | debit  | credit
        E16   | 400101  | POOL | 600.00 |
        E16   | 1002    | NA   |        | 600.00
    """)


def test_resident_refund_is_never_pending() -> None:
    """Ledger 390 has one fund: no split to wait for, an empty ``traf_sumamt`` says nothing."""
    spec = world(
        contributions="""
        clct_obj | insutype | clct_detl_id | init_clct_detl_id | revs_flag | psn_clct_amt | traf_sumamt | arvl_date
        R        | 390      | C1           |                   | Z         | 380.00       |             | 2023-10-20
        R        | 390      | C2           | C1                | -         | -380.00      |             | 2023-11-10
        """
    )
    assert lines(spec, "event_code = 'E16'") == table("""
        event | account | fund | debit  | credit
        E16   | 4001    | NA   | 380.00 |
        E16   | 1002    | NA   |        | 380.00
    """)


@pytest.mark.parametrize(("clct_way", "bank"), [("01", "1002"), ("02", "1002"), ("06", "1003")])
def test_refund_of_pending_money_is_an_allowed_bank_pair(clct_way: str, bank: str) -> None:
    """T-30 knows 4601 against every account refunds leave from."""
    spec = world(
        contributions=f"""
        clct_detl_id | init_clct_detl_id | clct_way   | revs_flag | emp_clct_amt | traf_sumamt | arvl_date
        C1           |                   | {clct_way} | Z         | 600.00       |             | 2023-10-20
        C2           | C1                | {clct_way} | -         | -600.00      |             | 2023-11-10
        """
    )
    assert lines(spec, "event_code = 'E16'") == [
        ("E16", "4601", "PEND", "600.00", ""),
        ("E16", bank, "NA", "", "600.00"),
    ]
    assert check(spec, "T-30").items == []


@pytest.mark.parametrize(
    ("cashym", "event", "pool", "account"),
    [("202212", "E17", "540101", "540102"), ("202301", "E16", "400101", "400102")],
)
def test_refund_without_its_original_is_dated_by_the_month_the_fee_was_for(
    cashym: str, event: str, pool: str, account: str
) -> None:
    """[D] The original was never delivered: ``cashym`` tells E17 from E16."""
    spec = world(
        contributions=f"""
        clct_detl_id | init_clct_detl_id | revs_flag | cashym   | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
        C2           | C1                | -         | {cashym} | -600.00      | -200.00      | -200.00     | 2023-01-10
        """
    )
    assert lines(spec) == [
        (event, account, "PA", "200.00", ""),
        (event, "1002", "NA", "", "200.00"),
        (event, pool, "POOL", "600.00", ""),
        (event, "1002", "NA", "", "600.00"),
    ]


def test_the_day_of_a_known_original_goes_before_the_month_the_fee_was_for() -> None:
    """December's fee received in January: a refund in March is of this year."""
    spec = world(
        contributions="""
        clct_detl_id | init_clct_detl_id | revs_flag | cashym | emp_clct_amt | traf_sumamt | arvl_date
        C1           |                   | Z         | 202212 | 600.00       | 0.00        | 2023-01-05
        C2           | C1                | -         | 202212 | -600.00      | 0.00        | 2023-03-10
        """
    )
    assert lines(spec, "period_ym = 202303") == table("""
        event | account | fund | debit  | credit
        E16   | 400101  | POOL | 600.00 |
        E16   | 1002    | NA   |        | 600.00
    """)


def test_a_negative_base_correction_is_a_refund() -> None:
    """clct_type 34 below zero: positive amounts on the refund's side, no red income line."""
    spec = world(
        contributions="""
        clct_type | emp_clct_amt | psn_clct_amt | traf_sumamt
        34        | -60.00       | -20.00       | -20.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit | credit
        E16   | 400102  | PA   | 20.00 |
        E16   | 1002    | NA   |       | 20.00
        E16   | 400101  | POOL | 60.00 |
        E16   | 1002    | NA   |       | 60.00
    """)


def test_a_positive_base_correction_is_premium() -> None:
    """clct_type 34 above zero posts as any premium."""
    spec = world(
        contributions="""
        clct_type | emp_clct_amt | psn_clct_amt | traf_sumamt
        34        | 60.00        | 20.00        | 20.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit | credit
        E01   | 1002    | NA   | 60.00 |
        E01   | 400101  | POOL |       | 60.00
        E02   | 1002    | NA   | 20.00 |
        E02   | 400102  | PA   |       | 20.00
    """)


def test_a_maternity_row_of_the_employer_does_not_hide_the_employees_own_insurance() -> None:
    """510 and 310 of one employer and month are two moneys in one ledger: 40 + 800, not 40."""
    spec = world(
        contributions="""
        insutype | clct_obj | emp_no_hash | cashym | emp_clct_amt | psn_clct_amt | traf_sumamt
        510      | E        | e1          | 202311 | 40.00        | 0.00         | 0.00
        310      | S        | e1          | 202311 | 600.00       | 200.00       | 200.00
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E01   | 1002    | NA   | 640.00 |
        E01   | 400101  | POOL |        | 640.00
        E02   | 1002    | NA   | 200.00 |
        E02   | 400102  | PA   |        | 200.00
    """)
