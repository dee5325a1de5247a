"""A clearing row paid in several orders, and orders that come back."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from tests.spec.harness import Spec, check, lines, rows, run, table, world

OPENING = """
    line_no | posting_date | account_code | debit_amt | credit_amt | fund
    1       | 2023-11-01   | 1004         | 1000.00   | 0.00       | NA
    2       | 2023-11-01   | 300101       | 0.00      | 1000.00    | POOL
"""


def cleared(*orders: str, through: int = 209912, dpst: str = "0.00") -> Spec:
    """F1: 400 pooled (inpatient 3 : outpatient 1) and 100 of accounts; orders: no, amount, balance, day."""
    drawn = "traf_sn | amt | balc | acen_date | fin_vali_flag | traf_item | hif_acct_type | incexpd_dirc | fee_clr_id\n"
    return world(
        through,
        vouchers=OPENING,
        settlements="""
        setl_id | med_type | hifp_pay | acct_pay
        S1      | 21       | 300.00   | 0.00
        S2      | 11       | 100.00   | 100.00
        """,
        clearing=f"""
        fee_clr_id | act_dfr_amt | acct_pay | dpst_sumamt
        F1         | 400.00      | 100.00   | {dpst}
        """,
        fund_transfers=drawn + "\n".join(f"{order} | DFR_OUT | 2 | 2 | F1" for order in orders),
    )


def statuses(spec: Spec) -> dict[str, str]:
    """What the checks of payments say."""
    return {c: check(spec, c).status for c in ("J-02", "J-05", "T-11", "T-12", "T-14")}


ALL_PASS = dict.fromkeys(("J-02", "J-05", "T-11", "T-12", "T-14"), "passed")
FIRST = "T1 | 300.00 | 700.00 | 2023-11-20 | Z"
SECOND = "T2 | 200.00 | 500.00 | 2023-12-05 | Z"
BACK = "T2 | -300.00 | 1000.00 | 2023-12-05 | -"


def test_each_of_two_orders_bears_its_share_of_both_funds() -> None:
    """300 + 200 on 400 + 100: 240 + 60, then 160 + 40; each voucher re-adds to its order."""
    spec = cleared(FIRST, SECOND)
    assert lines(spec, "event_code <> 'OPEN'") == table("""
        event | account  | fund | debit  | credit
        E34   | 50010202 | PA   | 60.00  |
        E34   | 1004     | NA   |        | 60.00
        E31   | 50010101 | POOL | 180.00 |
        E31   | 1004     | NA   |        | 180.00
        E33   | 50010103 | POOL | 60.00  |
        E33   | 1004     | NA   |        | 60.00
        E34   | 50010202 | PA   | 40.00  |
        E34   | 1004     | NA   |        | 40.00
        E31   | 50010101 | POOL | 120.00 |
        E31   | 1004     | NA   |        | 120.00
        E33   | 50010103 | POOL | 40.00  |
        E33   | 1004     | NA   |        | 40.00
    """)
    assert statuses(spec) == ALL_PASS


def test_one_of_two_orders_so_far_bears_its_share() -> None:
    """Only 300 of 500 paid: 240 pooled and 60 of accounts, and nothing is wrong yet."""
    spec = cleared(FIRST)
    assert rows(run(spec, "jrn_payment"), "SELECT amt, pool_amt, pa_amt FROM jrn_payment") == [
        ("300.00", "240.00", "60.00")
    ]
    assert statuses(spec) == ALL_PASS


def test_three_orders_that_do_not_divide_evenly_complete_both_funds() -> None:
    """166.67 + 166.67 + 166.66: shares are cumulated, the last order makes 400 and 100 exact."""
    spec = cleared(
        "T1 | 166.67 | 833.33 | 2023-11-20 | Z",
        "T2 | 166.67 | 666.66 | 2023-11-21 | Z",
        "T3 | 166.66 | 500.00 | 2023-12-05 | Z",
    )
    assert rows(
        run(spec, "jrn_payment"),
        "SELECT traf_sn, pool_amt, pa_amt FROM jrn_payment ORDER BY traf_sn",
    ) == table("""
        order | pool   | account
        T1    | 133.34 | 33.33
        T2    | 133.33 | 33.34
        T3    | 133.33 | 33.33
    """)
    assert statuses(spec) == ALL_PASS


def test_orders_beyond_the_clearing_row_fail_j_05() -> None:
    """300 + 200 + 0.01 on 500: the clearing row is named with what it allows and what was paid."""
    spec = cleared(FIRST, SECOND, "T3 | 0.01 | 499.99 | 2023-12-06 | Z")
    assert check(spec, "J-05").failed == (("610100-310", "202312", "F1", "500.00", "500.01"),)


def test_the_same_order_twice_fails_j_05() -> None:
    """Paid in full and again: 1,000 on 500."""
    spec = cleared(
        "T1 | 500.00 | 500.00 | 2023-11-20 | Z",
        "T2 | 500.00 | 0.00   | 2023-11-21 | Z",
    )
    assert check(spec, "J-05").failed == (("610100-310", "202311", "F1", "500.00", "1000.00"),)


def test_an_order_that_comes_back_is_negative_expenditure_of_its_month() -> None:
    """Direction 2, flag «-», −300: the mirror of the order, in the month it came back."""
    spec = cleared(FIRST, BACK)
    assert lines(spec, "period_ym = 202312") == table("""
        event | account  | fund | debit   | credit
        E34   | 50010202 | PA   | -60.00  |
        E34   | 1004     | NA   |         | -60.00
        E31   | 50010101 | POOL | -180.00 |
        E31   | 1004     | NA   |         | -180.00
        E33   | 50010103 | POOL | -60.00  |
        E33   | 1004     | NA   |         | -60.00
    """)
    assert (
        rows(
            spec,
            """SELECT account_code, sum(debit_amt - credit_amt)::DECIMAL(18, 2) FROM jrn_line
        WHERE NOT is_opening GROUP BY account_code HAVING sum(debit_amt - credit_amt) <> 0""",
        )
        == []
    )
    assert statuses(spec) == ALL_PASS


def test_an_order_that_came_back_may_be_paid_again() -> None:
    """300, −300, 500: net 500 on 500, both sides exact."""
    spec = cleared(FIRST, BACK, "T3 | 500.00 | 500.00 | 2024-01-08 | Z")
    assert rows(run(spec, "jrn_payment"), "SELECT sum(pool_amt), sum(pa_amt) FROM jrn_payment") == [
        ("400.00", "100.00")
    ]
    assert statuses(spec) == ALL_PASS


def test_the_memo_of_unpaid_settlements_knows_the_part_that_is_not_paid() -> None:
    """300 of 500 paid: 160 and 40 are open; the reserve is told once however many orders there are."""
    told = """SELECT paid_pool_amt, paid_pa_amt, payment_difference_amt, reserve_amt,
        unpaid_pool_amt, unpaid_pa_amt FROM fct_unpaid_settlement"""
    partly = run(cleared(FIRST, dpst="20.00"), "fct_unpaid_settlement")
    whole = run(cleared(FIRST, SECOND, dpst="20.00"), "fct_unpaid_settlement")
    back = run(cleared(FIRST, BACK, dpst="20.00"), "fct_unpaid_settlement")
    assert rows(partly, told) + rows(whole, told) + rows(back, told) == table("""
        paid   | account | difference | reserve | unpaid | account
        240.00 | 60.00   | 0.00       | 20.00   | 160.00 | 40.00
        400.00 | 100.00  | 0.00       | 20.00   | 0.00   | 0.00
        0.00   | 0.00    | 0.00       | 20.00   | 400.00 | 100.00
    """)


def test_an_order_after_the_last_month_is_left_out_of_the_shares_before_it() -> None:
    """Books through November show the first order's share whatever December brings."""
    spec = cleared(FIRST, SECOND, through=202311)
    assert rows(
        run(spec),
        """SELECT account_code, debit_amt FROM jrn_line
        WHERE debit_amt <> 0 AND NOT is_opening ORDER BY ALL""",
    ) == [("50010101", "180.00"), ("50010103", "60.00"), ("50010202", "60.00")]
    assert check(spec, "T-14").status == "passed"
