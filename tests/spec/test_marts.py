"""The marts beside the books: counts, memos, lists; and that every mart is as it is declared."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from schemas.marts import MARTS
from schemas.table import by_name
from tests.spec.drawn import add
from tests.spec.harness import rows, run, table, world
from tests.spec.worlds import good


@pytest.mark.parametrize("name", list(by_name(MARTS)))
def test_a_mart_has_the_declared_columns_in_the_declared_order(name: str) -> None:
    """Readers bind by name, the dictionary by position."""
    spec = run(world(), name)
    told = [row[0] for row in rows(spec, f"DESCRIBE {name}")]
    assert told == [column.name for column in by_name(MARTS)[name].columns]


@pytest.mark.parametrize(
    "name", [n for n, d in by_name(MARTS).items() if n.startswith("fct_") and n != "fct_check"]
)
def test_a_mart_has_one_row_a_key_and_no_empty_required_cell(name: str) -> None:
    """The declared key is unique; a column that may not be NULL is not."""
    spec = run(good(), name)
    declared = by_name(MARTS)[name]
    keys = ", ".join(declared.spec.key)
    assert rows(spec, f"SELECT {keys} FROM {name} GROUP BY ALL HAVING count(*) > 1") == []
    for column in declared.columns:
        if not column.nullable:
            assert rows(spec, f"SELECT count(*) FROM {name} WHERE {column.name} IS NULL") == [
                ("0",)
            ], column.name


def test_a_reversal_counts_minus_one_in_the_settlement_month() -> None:
    """人次 3 − 1 = 2 over four rows; money is net; an invalid row is in neither."""
    spec = world(
        settlements="""
        setl_id | init_setl_id | med_type | setl_time           | medfee_sumamt | hifp_pay | acct_pay | cash_payamt | vali_flag
        S1      |              | 1101     | 2023-11-05 10:00:00 | 100.00        | 60.00    | 10.00    | 30.00       | 1
        S2      |              | 1102     | 2023-11-06 10:00:00 | 50.00         | 30.00    | 0.00     | 20.00       | 1
        S3      |              | 11       | 2023-11-07 10:00:00 | 40.00         | 20.00    | 0.00     | 20.00       | 1
        S4      | S3           | 11       | 2023-11-08 10:00:00 | -40.00        | -20.00   | 0.00     | -20.00      | 1
        S5      |              | 11       | 2023-11-09 10:00:00 | 999.00        | 999.00   | 0.00     | 0.00        | 0
        """
    )
    assert rows(
        run(spec, "fct_settlement_month"),
        """SELECT period_ym, fixmedins_code, med_type, spending_class, setl_cnt, row_cnt,
            medfee_sumamt, hifp_pay, acct_pay, cash_payamt FROM fct_settlement_month""",
    ) == table("""
        month  | institution  | type | class      | visits | rows | fee    | pool  | account | cash
        202311 | H61010000001 | 11   | outpatient | 2      | 4    | 150.00 | 90.00 | 10.00   | 50.00
    """)


def test_a_reversal_in_a_later_month_lowers_that_month() -> None:
    """The original's month stays as it was published."""
    spec = world(
        settlements="""
        setl_id | init_setl_id | setl_time           | hifp_pay
        S1      |              | 2023-10-31 23:59:59 | 60.00
        S2      | S1           | 2023-11-01 00:00:00 | -60.00
        """
    )
    assert rows(
        run(spec, "fct_settlement_month"),
        "SELECT period_ym, setl_cnt, hifp_pay FROM fct_settlement_month ORDER BY ALL",
    ) == [("202310", "1", "60.00"), ("202311", "-1", "-60.00")]


def test_settled_not_paid_is_a_memo_by_clearing_month() -> None:
    """October is paid below what was settled, November not at all, one row has no month yet."""
    spec = world(
        settlements="""
        setl_id | clr_ym | hifp_pay | acct_pay
        S1      | 202310 | 700.00   | 50.00
        S2      | 202310 | 300.00   | 0.00
        S3      | 202311 | 80.00    | 20.00
        S4      |        | 5.00     | 0.00
        """,
        clearing="""
        fee_clr_id | clr_ym | fund_appy_sum | act_dfr_amt | acct_pay | dpst_sumamt
        F1         | 202310 | 1010.00       | 900.00      | 50.00    | 40.00
        F2         | 202311 | 88.00         | 80.00       | 20.00    | 0.00
        """,
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | amt    | acen_date  | fee_clr_id
        DFR_OUT   | 2             | 2            | 950.00 | 2023-11-15 | F1
        """,
    )
    assert rows(
        run(spec, "fct_unpaid_settlement"),
        """SELECT clr_ym, row_cnt, settled_pool_amt, settled_pa_amt, paid_pool_amt, paid_pa_amt,
            payment_difference_amt, applied_difference_amt, reserve_amt, unpaid_pool_amt,
            unpaid_pa_amt
        FROM fct_unpaid_settlement ORDER BY clr_ym""",
    ) == table("""
        month  | rows | settled | account | paid   | paid  | difference | applied | reserve | unpaid | unpaid
        0      | 1    | 5.00    | 0.00    | 0.00   | 0.00  | 0.00       | 0.00    | 0.00    | 5.00   | 0.00
        202310 | 2    | 1000.00 | 50.00   | 900.00 | 50.00 | -100.00    | 10.00   | 40.00   | 0.00   | 0.00
        202311 | 1    | 80.00   | 20.00   | 0.00   | 0.00  | 0.00       | 0.00    | 0.00    | 80.00  | 20.00
    """)


def test_settled_equals_paid_less_difference_plus_unpaid() -> None:
    """The memo adds up for every clearing month."""
    spec = run(good(), "fct_unpaid_settlement")
    assert (
        rows(
            spec,
            """SELECT ledger_id, clr_ym FROM fct_unpaid_settlement
            WHERE settled_pool_amt <> paid_pool_amt - payment_difference_amt + unpaid_pool_amt""",
        )
        == []
    )


def test_a_payment_after_the_last_month_is_not_paid_yet() -> None:
    """Books through October: the clearing month is open."""
    spec = world(
        202310,
        settlements="""
        clr_ym | hifp_pay
        202310 | 700.00
        """,
        clearing="""
        fee_clr_id | clr_ym | act_dfr_amt
        F1         | 202310 | 700.00
        """,
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | amt    | acen_date  | fee_clr_id
        DFR_OUT   | 2             | 2            | 700.00 | 2023-11-15 | F1
        """,
    )
    assert rows(
        run(spec, "fct_unpaid_settlement"),
        "SELECT paid_pool_amt, unpaid_pool_amt FROM fct_unpaid_settlement",
    ) == [("0.00", "700.00")]


def test_money_of_other_funds_is_a_memo_by_settlement_month() -> None:
    """One row a fund that bore something."""
    spec = world(
        settlements="""
        setl_time           | hifp_pay | cvlserv_pay | hifes_pay | hifmi_pay | hifob_pay | hifdm_pay | maf_pay | othfund_pay
        2023-11-05 10:00:00 | 500.00   | 1.00        | 2.00      | 3.00      | 4.00      | 5.00      | 6.00    | 7.00
        2023-11-06 10:00:00 | 500.00   | 0.00        | 0.00      | 30.00     | 0.00      | 0.00      | -6.00   | 0.00
        """
    )
    assert rows(
        run(spec, "fct_other_fund"),
        """SELECT period_ym, fund_column, fund_column_name, memo_amt FROM fct_other_fund
        ORDER BY fund_column""",
    ) == table("""
        month  | column      | name                 | amount
        202311 | cvlserv_pay | 公务员医疗补助       | 1.00
        202311 | hifdm_pay   | 伤残人员医疗保障     | 5.00
        202311 | hifes_pay   | 企业补充医疗保险     | 2.00
        202311 | hifmi_pay   | 居民大病保险         | 33.00
        202311 | hifob_pay   | 职工大额医疗费用补助 | 4.00
        202311 | othfund_pay | 其他基金             | 7.00
    """)


def test_pending_premiums_are_listed_by_month_of_receipt_at_each_month_end() -> None:
    """October's 5,000 is attributed in November (in part), November's 10,000 stays open."""
    spec = world(
        202311,
        contributions="""
        emp_clct_amt | traf_sumamt | arvl_date  | traf_time
        2000.00      | 500.00      | 2023-10-20 | 2023-11-15 10:00:00
        3000.00      |             | 2023-10-21 |
        10000.00     |             | 2023-11-06 |
        """,
    )
    assert rows(
        run(spec, "fct_pending_item"),
        """SELECT kind, received_ym, period_ym, received_amt, attributed_amt, open_amt
        FROM fct_pending_item ORDER BY ALL""",
    ) == table("""
        kind | received | month  | amount   | attributed | open
        PREM | 202310   | 202310 | 5000.00  | 0.00       | 5000.00
        PREM | 202310   | 202311 | 5000.00  | 2000.00    | 3000.00
        PREM | 202311   | 202311 | 10000.00 | 0.00       | 10000.00
    """)


def test_open_items_add_up_to_the_balance_of_4601() -> None:
    """T-23's idea under A2017: the list explains the account."""
    spec = run(run(good(), "fct_pending_item"), "fct_ledger_month")
    assert rows(
        spec,
        """SELECT p.period_ym, p.open_amt, l.closing_amt FROM fct_pending_item AS p
        INNER JOIN fct_ledger_month AS l USING (ledger_id, period_ym)
        WHERE l.account_code = '4601' AND l.closing_stage = 'post' ORDER BY ALL""",
    ) == table("""
        month  | open     | account
        202311 | 10000.00 | 10000.00
        202312 | 0.00     | 0.00
        202401 | 0.00     | 0.00
    """)


def test_premiums_by_cash_month_and_event() -> None:
    """Pool and account money, what is pending, late fees; refunds are negative."""
    spec = run(good("UPDATE contributions SET latefee = 12 WHERE clct_detl_id = 'C4'"),
        "fct_contribution_month")  # fmt: skip
    assert rows(
        spec,
        """SELECT insutype, period_ym, event_code, row_cnt, premium_amt, pool_amt, pa_amt,
            pending_amt, latefee_amt FROM fct_contribution_month ORDER BY ALL""",
    ) == table("""
        scheme | month  | event | rows | premium  | pool     | account  | pending  | late fee
        310    | 202311 | E01   | 1    | 80000.00 | 60000.00 | 20000.00 | 0.00     | 0.00
        310    | 202311 | E81   | 1    | 10000.00 | 0.00     | 0.00     | 10000.00 | 0.00
        310    | 202312 | E01   | 2    | 51000.00 | 41000.00 | 10000.00 | 0.00     | 12.00
        310    | 202312 | E16   | 1    | -800.00  | -600.00  | -200.00  | 0.00     | 0.00
        390    | 202311 | E05   | 1    | 40000.00 | 40000.00 | 0.00     | 0.00     | 0.00
    """)


BUDGET = """
    insutype | budg_ver | budg_item      | stt_mon | budg_amt
    390      | B0       | 社会保险费收入 | 19      | 999999.00
    390      | A1       | 社会保险费收入 | 19      | 80000.00
    390      | A1       | 社会保险费收入 | 10      | 5000.00
    390      | A1       | 社会保险费收入 | 11      | 30000.00
    390      | A1       | 社会保险费收入 | 12      | 45000.00
    390      | A1       | 财政补贴收入   | 19      | 128000.00
    390      | A1       | 大病保险支出   | 12      | 10000.00
"""


def budgeted(ym: int) -> list[tuple[str, ...]]:
    """Item, version, year, to date, actual, ratio of ledger 390 in one month."""
    spec = good()
    add(spec.con, "budget", BUDGET)
    run(spec, "fct_budget_execution")
    return rows(
        spec,
        f"""SELECT budg_item, budg_ver, budget_year_amt, budget_ytd_amt, actual_ytd_amt,
            execution_ratio::DECIMAL(9, 6) FROM fct_budget_execution
        WHERE period_ym = {ym} ORDER BY budg_item""",
    )


@pytest.mark.mechanism("S08", "S20")
def test_budget_execution_compares_the_last_version_with_the_year_to_date() -> None:
    """A1 replaces B0; a year row wins over the months; without a year row the months add up."""
    assert budgeted(202312) == table("""
        item           | version | year      | to date  | actual   | ratio
        大病保险支出   | A1      | 10000.00  | 10000.00 | 9000.00  | 0.900000
        社会保险费收入 | A1      | 80000.00  | 80000.00 | 40000.00 | 0.500000
        财政补贴收入   | A1      | 128000.00 |          | 64000.00 | 0.500000
    """)


def test_budget_to_date_ends_with_the_month() -> None:
    """November: October's and November's share; nothing of December's."""
    assert budgeted(202311) == table("""
        item           | version | year      | to date  | actual   | ratio
        大病保险支出   | A1      | 10000.00  |          | 0.00     | 0.000000
        社会保险费收入 | A1      | 80000.00  | 35000.00 | 40000.00 | 0.500000
        财政补贴收入   | A1      | 128000.00 |          | 64000.00 | 0.500000
    """)


def test_a_budget_of_another_year_is_not_compared() -> None:
    """January 2024 has no budget here."""
    assert budgeted(202401) == []


def test_every_voucher_names_the_files_and_records_behind_it() -> None:
    """A payment stands on its bank line, its clearing row and its settlements."""
    spec = run(good(), "fct_voucher_source")
    assert rows(
        spec,
        """SELECT s.table_name, s.source_row_cnt, s.first_src_row, s.last_src_row, s.source_amt
        FROM fct_voucher_source AS s
        WHERE s.voucher_id IN (SELECT voucher_id FROM jrn_journal WHERE event_id = 'PAY|T12')
        ORDER BY ALL""",
    ) == table("""
        table          | rows | first | last | amount
        clearing       | 1    | 1     | 1    | 65000.00
        fund_transfers | 1    | 12    | 12   | 65000.00
        settlements    | 2    | 1     | 2    | 67000.00
    """)


def test_personal_accounts_are_published_as_totals() -> None:
    """One movement type of a pool in a month; no person is in it."""
    spec = world(
        account_details="""
        acct_ym | acct_incexpd_type | amt   | balc
        202311  | 11                | 20.00 | 120.00
        202311  | 11                | 30.00 | 80.00
        202311  | 21                | 5.00  | 75.00
        """
    )
    assert rows(
        run(spec, "fct_pa_month"),
        "SELECT acct_incexpd_type, row_cnt, amt, balance_amt FROM fct_pa_month ORDER BY ALL",
    ) == [("11", "2", "50.00", "200.00"), ("21", "1", "5.00", "75.00")]


def test_an_institution_is_known_by_the_pool_it_settles_with_most() -> None:
    """H hospital, P pharmacy, anything else other."""
    spec = world(
        settlements="""
        fixmedins_code | poolarea_no | setl_time
        H61010000001   | 610100      | 2023-10-05 10:00:00
        H61010000001   | 610300      | 2023-11-05 10:00:00
        H61010000001   | 610300      | 2023-11-06 10:00:00
        P61010000002   | 610100      | 2023-11-06 10:00:00
        X1             | 610100      | 2023-11-06 10:00:00
        """
    )
    assert rows(
        run(spec, "dim_institution"), "SELECT * FROM dim_institution ORDER BY fixmedins_code"
    ) == table("""
        code         | type     | pool   | first  | last
        H61010000001 | hospital | 610300 | 202310 | 202311
        P61010000002 | pharmacy | 610100 | 202311 | 202311
        X1           | other    | 610100 | 202311 | 202311
    """)


def test_every_month_of_the_books_is_in_the_calendar() -> None:
    """dim_month covers months without vouchers."""
    spec = run(good("DELETE FROM contributions WHERE clct_detl_id <> 'C1'"), "dim_month")
    assert rows(spec, "SELECT period_ym, period_end_date FROM dim_month ORDER BY ALL") == [
        ("202311", "2023-11-30"),
        ("202312", "2023-12-31"),
        ("202401", "2024-01-31"),
    ]


# what the books' last month leaves out ---------------------------------------------------------


def test_a_person_with_two_movements_in_a_month_has_one_balance() -> None:
    """120, then 150: 150 once, on the last movement's type; amounts of both count."""
    spec = world(
        account_details="""
        psn_no_hash | acct_ym | acct_incexpd_type | amt   | balc   | updt_time
        p1          | 202311  | 11                | 20.00 | 120.00 | 2023-11-05 09:00:00
        p1          | 202311  | 12                | 30.00 | 150.00 | 2023-11-25 09:00:00
        p2          | 202311  | 11                | 20.00 | 40.00  | 2023-11-05 09:00:00
        p1          | 202312  | 11                | 20.00 | 170.00 | 2023-12-05 09:00:00
        """
    )
    assert rows(
        run(spec, "fct_pa_month"),
        """SELECT period_ym, acct_incexpd_type, row_cnt, amt, balance_amt FROM fct_pa_month
        ORDER BY ALL""",
    ) == table("""
        month  | type | rows | amount | balance
        202311 | 11   | 2    | 40.00  | 40.00
        202311 | 12   | 1    | 30.00  | 150.00
        202312 | 11   | 1    | 20.00  | 170.00
    """)


def test_two_movements_of_one_type_and_one_moment_have_one_balance() -> None:
    """The later record of the file stands."""
    spec = world(
        account_details="""
        psn_no_hash | src_row | acct_ym | amt   | balc   | updt_time
        p1          | 1       | 202311  | 20.00 | 120.00 | 2023-11-05 09:00:00
        p1          | 2       | 202311  | 30.00 | 150.00 | 2023-11-05 09:00:00
        """
    )
    assert rows(
        run(spec, "fct_pa_month"), "SELECT row_cnt, amt, balance_amt FROM fct_pa_month"
    ) == [("2", "50.00", "150.00")]


def test_memo_marts_end_with_the_books() -> None:
    """Rows of December are delivered already; the books are through November."""
    spec = world(
        202311,
        contributions="""
        emp_clct_amt | traf_sumamt | arvl_date
        600.00       | 0.00        | 2023-11-30
        700.00       | 0.00        | 2023-12-01
        """,
        settlements="""
        setl_time           | hifp_pay | hifmi_pay
        2023-11-30 23:59:59 | 500.00   | 3.00
        2023-12-01 00:00:00 | 900.00   | 4.00
        """,
    )
    premium = "SELECT period_ym, premium_amt FROM fct_contribution_month"
    settled = "SELECT period_ym, hifp_pay FROM fct_settlement_month"
    memo = "SELECT period_ym, memo_amt FROM fct_other_fund"
    assert rows(run(spec, "fct_contribution_month"), premium) == [("202311", "600.00")]
    assert rows(run(spec, "fct_settlement_month"), settled) == [("202311", "500.00")]
    assert rows(run(spec, "fct_other_fund"), memo) == [("202311", "3.00")]


REFUNDED = """
    clct_detl_id | init_clct_detl_id | revs_flag | emp_clct_amt | traf_sumamt | arvl_date  | traf_time
    C1           |                   | Z         | 800.00       |             | 2023-10-20 |
    C2           | C1                | -         | -500.00      |             | 2023-11-10 |
    C3           |                   | Z         | 900.00       | 0.00        | 2023-10-21 | 2023-12-15 09:00:00
    C4           | C3                | -         | -100.00      | 0.00        | 2023-11-11 |
    C5           |                   | Z         | 70.00        | 0.00        | 2023-11-12 |
    C6           | C5                | -         | -20.00       | 0.00        | 2023-11-13 |
"""


def test_a_refund_of_pending_money_is_told_as_a_refund_of_pending_money() -> None:
    """One E16 row a month: 600 were pending, 20 were the pool's."""
    spec = run(world(contributions=REFUNDED), "fct_contribution_month")
    assert rows(
        spec,
        """SELECT period_ym, event_code, row_cnt, premium_amt, pool_amt, pa_amt, pending_amt
        FROM fct_contribution_month ORDER BY ALL""",
    ) == table("""
        month  | event | rows | premium | pool   | account | pending
        202310 | E81   | 2    | 1700.00 | 0.00   | 0.00    | 1700.00
        202311 | E01   | 1    | 70.00   | 70.00  | 0.00    | 0.00
        202311 | E16   | 3    | -620.00 | -20.00 | 0.00    | -600.00
    """)


def test_money_given_back_is_no_longer_open() -> None:
    """October's 1,700: 500 and 100 go back in November, 800 are attributed in December; 300 stay.

    The account is empty at the year end: the 300 are split beforehand, the list still names them.
    """
    spec = run(world(contributions=REFUNDED), "fct_pending_item")
    assert rows(
        spec,
        """SELECT received_ym, period_ym, received_amt, open_amt FROM fct_pending_item
        ORDER BY ALL""",
    ) == table("""
        received | month  | amount  | open
        202310   | 202310 | 1700.00 | 1700.00
        202310   | 202311 | 1700.00 | 1100.00
        202310   | 202312 | 1700.00 | 300.00
    """)
    assert rows(
        run(spec, "fct_ledger_month"),
        """SELECT period_ym, closing_amt FROM fct_ledger_month
        WHERE account_code = '4601' AND closing_stage = 'post' ORDER BY ALL""",
    ) == [("202310", "1700.00"), ("202311", "1100.00"), ("202312", "0.00")]


def test_the_tenth_adjustment_of_a_budget_follows_the_ninth() -> None:
    """B0 < A1 < A9 < A10: versions are counted, not spelled."""
    spec = good()
    add(
        spec.con,
        "budget",
        """
        insutype | budg_ver | budg_item      | stt_mon | budg_amt
        390      | B0       | 社会保险费收入 | 19      | 10000.00
        390      | A9       | 社会保险费收入 | 19      | 90000.00
        390      | A10      | 社会保险费收入 | 19      | 100000.00
        390      | A1       | 社会保险费收入 | 19      | 20000.00
        """,
    )
    assert rows(
        run(spec, "fct_budget_execution"),
        """SELECT budg_ver, budget_year_amt FROM fct_budget_execution WHERE period_ym = 202312""",
    ) == [("A10", "100000.00")]


def test_an_institution_seen_only_in_clearing_is_listed() -> None:
    """Its settlements may come later or carry another code; the payment names it."""
    spec = world(
        settlements="""
        fixmedins_code | setl_time
        H61010000001   | 2023-11-05 10:00:00
        """,
        clearing="""
        fee_clr_id | fixmedins_code | poolarea_no | clr_ym
        F1         | H61010000001   | 610100      | 202310
        F2         | P61030000009   | 610300      | 202309
        """,
    )
    assert rows(
        run(spec, "dim_institution"), "SELECT * FROM dim_institution ORDER BY fixmedins_code"
    ) == table("""
        code         | type     | pool   | first  | last
        H61010000001 | hospital | 610100 | 202310 | 202311
        P61030000009 | pharmacy | 610300 | 202309 | 202309
    """)
