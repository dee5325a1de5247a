"""Statements as they are printed, whole, from extracts that a person can add up by hand.

Golden-1 is the worked example of the accounting page (§3.5) in book k17; the residents' example is
ours. Columns: 资产负债表 年初余额, 期末余额; 收支表 本月数, 本年累计数, 表样本月数.
"""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, check, check_ids, rows, run, table, world

NOVEMBER = {
    "vouchers": """
        voucher_no | posting_date | account_code | debit_amt  | credit_amt | fund
        V1         | 2023-11-01   | 1003         | 1000000.00 | 0.00       | NA
        V1         | 2023-11-01   | 300101       | 0.00       | 700000.00  | POOL
        V1         | 2023-11-01   | 300102       | 0.00       | 300000.00  | PA
    """,
    "contributions": """
        emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | traf_time
        60000.00     | 20000.00     | 20000.00    | 2023-11-06 |
        6000.00      | 0.00         | 1500.00     | 2023-11-07 | 2023-12-11 09:00:00
        4000.00      | 0.00         |             | 2023-11-07 |
        60000.00     | 20000.00     | 20000.00    | 2023-12-06 |
        4000.00      | 0.00         |             | 2023-12-07 |
    """,
    "settlements": """
        med_type | clr_ym | hifp_pay | acct_pay
        21       | 202310 | 30000.00 | 1000.00
        14       | 202310 | 12000.00 | 0.00
        11       | 202310 | 8000.00  | 4000.00
        41       | 202310 | 0.00     | 10000.00
        21       | 202311 | 55000.00 | 16000.00
    """,
    "clearing": """
        fee_clr_id | clr_ym | act_dfr_amt | acct_pay
        F10        | 202310 | 50000.00    | 15000.00
        F11        | 202311 | 55000.00    | 16000.00
    """,
    "fund_transfers": """
        traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt      | balc       | acen_date  | fee_clr_id
        T01     | PREM_IN   | 1             | 1            | 80000.00 | 80000.00   | 2023-11-06 |
        T02     | PREM_IN   | 1             | 1            | 10000.00 | 90000.00   | 2023-11-07 |
        T03     | URSN      | 1             | 2            | 90000.00 | 0.00       | 2023-11-10 |
        T04     | URSN      | 4             | 1            | 90000.00 | 1090000.00 | 2023-11-10 |
        T05     | INTE_IN   | 4             | 1            | 1000.00  | 1091000.00 | 2023-11-20 |
        T06     | ALLOC_OUT | 4             | 2            | 70000.00 | 1021000.00 | 2023-11-21 |
        T07     | ALLOC_OUT | 2             | 1            | 70000.00 | 70000.00   | 2023-11-21 |
        T08     | DFR_OUT   | 2             | 2            | 65000.00 | 5000.00    | 2023-11-24 | F10
        T11     | PREM_IN   | 1             | 1            | 80000.00 | 80000.00   | 2023-12-06 |
        T12     | PREM_IN   | 1             | 1            | 4000.00  | 84000.00   | 2023-12-07 |
        T13     | URSN      | 1             | 2            | 84000.00 | 0.00       | 2023-12-10 |
        T14     | URSN      | 4             | 1            | 84000.00 | 1105000.00 | 2023-12-10 |
        T15     | INTE_IN   | 4             | 1            | 500.00   | 1105500.00 | 2023-12-20 |
        T16     | ALLOC_OUT | 4             | 2            | 75000.00 | 1030500.00 | 2023-12-21 |
        T17     | ALLOC_OUT | 2             | 1            | 75000.00 | 80000.00   | 2023-12-21 |
        T18     | DFR_OUT   | 2             | 2            | 71000.00 | 9000.00    | 2023-12-24 | F11
    """,
}

RESIDENTS = {
    "vouchers": """
        insutype | posting_date | account_code | debit_amt | credit_amt
        390      | 2023-11-01   | 1003         | 500000.00 | 0.00
        390      | 2023-11-01   | 3001         | 0.00      | 500000.00
    """,
    "contributions": """
        clct_detl_id | init_clct_detl_id | clct_obj | insutype | clct_type | revs_flag | clct_way | accrym_begn | psn_clct_amt | finsubs_amt | latefee | arvl_date  | intsury_time
        C1           |                   | R        | 390      | 10        | Z         | 02       | 202301      | 3800.00      | 6400.00     | 0.00    | 2023-11-02 | 2023-11-03 10:00:00
        C2           |                   | R        | 390      | 10        | Z         | 02       | 202401      | 400000.00    | 670000.00   | 0.00    | 2023-11-02 | 2023-11-03 10:00:00
        C3           | C2                | R        | 390      | 991       | -         | 10       | 202401      | -400.00      | 0.00        | 0.00    | 2023-12-05 |
        C4           |                   | R        | 390      | 30        | Z         | 01       | 202310      | 900.00       | 0.00        | 12.50   | 2023-12-04 |
    """,
    "settlements": """
        setl_id | insutype | med_type | clr_ym | hifp_pay  | hifmi_pay
        S1      | 390      | 21       | 202310 | 180000.00 | 20000.00
        S2      | 391      | 11       | 202310 | 0.00      | 0.00
        S3      | 390      | 11       | 202310 | 60000.00  | 0.00
    """,
    "clearing": """
        fee_clr_id | insutype | clr_ym | fund_appy_sum | det_sumamt | act_dfr_amt
        F10        | 390      | 202310 | 240000.00     | 10000.00   | 230000.00
    """,
    "recoveries": """
        det_id | insutype | setl_id | ocur_ym | retn_way | traf_sn | crtf_amt | act_retn_amt
        D1     | 390      | S1      | 202310  | 2        | T21     | 1000.00  | 1000.00
        D2     | 390      |         | 202206  | 2        | T22     | 2000.00  | 2000.00
    """,
    "fund_transfers": """
        traf_sn | insutype | traf_item  | hif_acct_type | incexpd_dirc | amt       | balc       | acen_date  | fee_clr_id
        T01     | 390      | SURY_IN    | 5             | 1            | 403800.00 | 403800.00  | 2023-11-03 |
        T02     | 390      | URSN       | 5             | 2            | 403800.00 | 0.00       | 2023-11-06 |
        T03     | 390      | URSN       | 4             | 1            | 403800.00 | 903800.00  | 2023-11-06 |
        T04     | 390      | FINSUBS_IN | 4             | 1            | 676400.00 | 1580200.00 | 2023-11-08 |
        T05     | 390      | ALLOC_OUT  | 4             | 2            | 300000.00 | 1280200.00 | 2023-11-20 |
        T06     | 390      | ALLOC_OUT  | 2             | 1            | 300000.00 | 300000.00  | 2023-11-20 |
        T07     | 390      | DFR_OUT    | 2             | 2            | 230000.00 | 70000.00   | 2023-11-24 | F10
        T08     | 390      | DABING_OUT | 2             | 2            | 50000.00  | 20000.00   | 2023-11-27 |
        T11     | 390      | PREM_IN    | 1             | 1            | 912.50    | 912.50     | 2023-12-04 |
        T12     | 390      | REFD_OUT   | 1             | 2            | 400.00    | 512.50     | 2023-12-05 |
        T13     | 390      | URSN       | 1             | 2            | 512.50    | 0.00       | 2023-12-10 |
        T14     | 390      | URSN       | 4             | 1            | 512.50    | 1280712.50 | 2023-12-10 |
        T21     | 390      | RETN_IN    | 2             | 1            | 1000.00   | 21000.00   | 2023-12-12 |
        T22     | 390      | RETN_IN    | 2             | 1            | 2000.00   | 23000.00   | 2023-12-13 |
        T23     | 390      | INTE_IN    | 2             | 1            | 35.00     | 23035.00   | 2023-12-20 |
        T24     | 390      | INTE_OUT   | 2             | 2            | 35.00     | 23000.00   | 2023-12-21 |
        T25     | 390      | INTE_OUT   | 4             | 1            | 35.00     | 1280747.50 | 2023-12-21 |
        T26     | 390      | INTE_IN    | 4             | 1            | 3200.00   | 1283947.50 | 2023-12-21 |
    """,
}


#: checks of books, and of other pools, that these examples do not keep
ONLY_OTHER_BOOKS = {
    "T-17",
    "T-18",
    "T-20",
    "T-21",
    "T-22",
    "T-23",
    "T-24",
    "T-26",
    "T-27",
    "T-31",
    "T-32",
}


@cache
def employees() -> Spec:
    """Golden-1, November and December."""
    return world(**NOVEMBER)


@cache
def residents() -> Spec:
    """The residents' fund of the same pool, November and December."""
    return world(**RESIDENTS)


def balance_sheet(spec: Spec, ym: int, period: str = "M") -> list[tuple[str, ...]]:
    """项目, 年初余额, 期末余额."""
    return rows(
        run(spec, "fct_balance_sheet"),
        f"""SELECT row_name, year_open_amt, close_amt FROM fct_balance_sheet
        WHERE period_ym = {ym} AND period_type = '{period}' ORDER BY row_order""",
    )


def income_statement(spec: Spec, ym: int) -> list[tuple[str, ...]]:
    """项目, 本月数, 本年累计数, 表样本月数."""
    return rows(
        run(spec, "fct_income_statement"),
        f"""SELECT row_name, month_amt, ytd_amt, form_amt FROM fct_income_statement
        WHERE period_ym = {ym} AND period_type = 'M' ORDER BY row_order""",
    )


@pytest.mark.mechanism("S38")
def test_01_employees_balance_sheet_of_november() -> None:
    """Golden-1: assets 1,026,000 = pool 710,000 + accounts 305,000 + pending 11,000."""
    assert balance_sheet(employees(), 202311) == table("""
        项目                 | 年初余额   | 期末余额
        库存现金             | 0.00       | 0.00
        收入户存款           | 0.00       | 0.00
        财政专户存款         | 1000000.00 | 1021000.00
        支出户存款           | 0.00       | 5000.00
        国库存款             | 0.00       | 0.00
        暂付款               | 0.00       | 0.00
        其中：异地就医预付金 | 0.00       | 0.00
        债券投资             | 0.00       | 0.00
        资产总计             | 1000000.00 | 1026000.00
        暂收款               | 0.00       | 0.00
        其中：异地就医资金   | 0.00       | 0.00
        借入款项             | 0.00       | 0.00
        负债合计             | 0.00       | 0.00
        一般基金结余         | 1000000.00 | 1026000.00
        （一）统筹基金       | 700000.00  | 710000.00
        （二）个人账户基金   | 300000.00  | 305000.00
        （三）待转基金       | 0.00       | 11000.00
        净资产合计           | 1000000.00 | 1026000.00
        负债与净资产总计     | 1000000.00 | 1026000.00
    """)


@pytest.mark.mechanism("S38")
def test_02_employees_income_statement_of_november() -> None:
    """Golden-1: 5.1 = 10,000, 5.2 = 5,000, 5.3 = 10,000 premium + 1,000 interest."""
    assert income_statement(employees(), 202311) == table("""
        项目                   | 本月数   | 本年累计数 | 表样本月数
        一、统筹基金收入       | 60000.00 | 60000.00   | 60000.00
        社会保险费收入         | 60000.00 | 60000.00   | 60000.00
        财政补贴收入           | 0.00     | 0.00       | 0.00
        利息收入               | 0.00     | 0.00       | 0.00
        上级补助收入           | 0.00     | 0.00       | 0.00
        下级上解收入           | 0.00     | 0.00       | 0.00
        其他收入               | 0.00     | 0.00       | 0.00
        二、个人账户基金收入   | 20000.00 | 20000.00   | 20000.00
        社会保险费收入         | 20000.00 | 20000.00   | 20000.00
        利息收入               | 0.00     | 0.00       | 0.00
        转移收入               | 0.00     | 0.00       | 0.00
        上级补助收入           | 0.00     | 0.00       | 0.00
        下级上解收入           | 0.00     | 0.00       | 0.00
        其他收入               | 0.00     | 0.00       | 0.00
        三、统筹基金支出       | 50000.00 | 50000.00   | 50000.00
        社会保险待遇支出       | 50000.00 | 50000.00   | 50000.00
        （一）住院费用         | 30000.00 | 30000.00   | 30000.00
        （二）门诊大病费用     | 12000.00 | 12000.00   | 12000.00
        （三）门诊统筹费用     | 8000.00  | 8000.00    | 8000.00
        （四）生育医疗费用     | 0.00     | 0.00       | 0.00
        （五）生育津贴         | 0.00     | 0.00       | 0.00
        大病保险支出           | 0.00     | 0.00       | 0.00
        上解上级支出           | 0.00     | 0.00       | 0.00
        补助下级支出           | 0.00     | 0.00       | 0.00
        其他支出               | 0.00     | 0.00       | 0.00
        四、个人账户基金支出   | 15000.00 | 15000.00   | 15000.00
        社会保险待遇支出       | 15000.00 | 15000.00   | 15000.00
        （一）住院费用         | 1000.00  | 1000.00    | 1000.00
        （二）门诊费用         | 4000.00  | 4000.00    | 4000.00
        （三）药店医药费用     | 10000.00 | 10000.00   | 10000.00
        转移支出               | 0.00     | 0.00       | 0.00
        上解上级支出           | 0.00     | 0.00       | 0.00
        补助下级支出           | 0.00     | 0.00       | 0.00
        其他支出               | 0.00     | 0.00       | 0.00
        五、本期基金结余       | 26000.00 | 26000.00   | 26000.00
        统筹基金结余           | 10000.00 | 10000.00   | 10000.00
        个人账户基金结余       | 5000.00  | 5000.00    | 5000.00
        待转基金               | 11000.00 | 11000.00   | 11000.00
    """)


def test_03_employees_books_of_november_pass_every_check_that_applies() -> None:
    """Assets = net assets, books = bank, and so on; nothing is a year end yet."""
    spec = world(202311, **NOVEMBER)
    told = {check_id: check(spec, check_id).status for check_id in check_ids()}
    skipped = {check_id for check_id, status in told.items() if status == "not_applicable"}
    assert (
        skipped
        == {"I-01", "I-02", "J-06", "J-07", "R-03", "T-08", "T-15", "T-16", "T-19", "T-25", "T-29"}
        | ONLY_OTHER_BOOKS
    )
    assert {told[check_id] for check_id in check_ids() if check_id not in skipped} == {"passed"}


def test_04_employees_assets_and_totals_of_december() -> None:
    """Golden-1: 1,039,500 under every policy; how it splits over funds differs by book."""
    totals = ("财政专户存款", "支出户存款", "资产总计", "净资产合计", "负债与净资产总计")
    sheet = [row for row in balance_sheet(employees(), 202312) if row[0] in totals]
    assert sheet == table("""
        项目             | 年初余额   | 期末余额
        财政专户存款     | 1000000.00 | 1030500.00
        支出户存款       | 0.00       | 9000.00
        资产总计         | 1000000.00 | 1039500.00
        净资产合计       | 1000000.00 | 1039500.00
        负债与净资产总计 | 1000000.00 | 1039500.00
    """)


def test_05_six_thousand_of_novembers_pending_premium_are_attributed_in_december() -> None:
    """Golden-1: 4,500 to the pool and 1,500 to the accounts; 4,000 of November stay open."""
    spec = run(employees(), "fct_pending_item")
    assert rows(
        spec,
        """SELECT account_code, credit_amt FROM jrn_journal
        WHERE event_code = 'E83' AND credit_amt <> 0 ORDER BY ALL""",
    ) == [("400101", "4500.00"), ("400102", "1500.00")]
    assert rows(
        spec,
        """SELECT kind, received_ym, received_amt, attributed_amt, open_amt FROM fct_pending_item
        WHERE period_ym = 202312 ORDER BY kind DESC, received_ym""",
    ) == table("""
        kind | received | amount   | attributed | open
        PREM | 202311   | 10000.00 | 6000.00    | 4000.00
        PREM | 202312   | 4000.00  | 0.00       | 4000.00
        INTE | 202311   | 1000.00  | 0.00       | 1000.00
        INTE | 202312   | 500.00   | 0.00       | 500.00
    """)


def test_06_a_year_that_ends_with_pending_money_is_split_beforehand() -> None:
    """8,000 of premium and 1,500 of interest at 75 : 25; what T-19 says where nobody splits them."""
    spec = run(employees(), "fct_journal")
    assert rows(
        spec,
        """SELECT event_code, account_code, sum(debit_amt), sum(credit_amt) FROM fct_journal
        WHERE event_code IN ('E84', 'E85') GROUP BY ALL ORDER BY ALL""",
    ) == table("""
        event | account  | debit   | credit
        E84   | 400101   | 0.00    | 6000.00
        E84   | 400102   | 0.00    | 2000.00
        E84   | 4601     | 8000.00 | 0.00
        E85   | 42010101 | 0.00    | 1125.00
        E85   | 42010201 | 0.00    | 375.00
        E85   | 4602     | 1500.00 | 0.00
    """)
    assert check(spec, "T-19").status == "passed"
    unsplit = world(**NOVEMBER).sql("DELETE FROM rule_posting WHERE event_code IN ('E84', 'E85')")
    assert check(unsplit, "T-19").failed == (
        ("610100-310", "202312", "4601", "0.00", "8000.00"),
        ("610100-310", "202312", "4602", "0.00", "1500.00"),
    )


def test_07_residents_balance_sheet_of_november() -> None:
    """Prepaid premium is income of the year of receipt: no liability (K17)."""
    assert balance_sheet(residents(), 202311) == table("""
        项目                 | 年初余额  | 期末余额
        库存现金             | 0.00      | 0.00
        收入户存款           | 0.00      | 0.00
        财政专户存款         | 500000.00 | 1280200.00
        支出户存款           | 0.00      | 20000.00
        国库存款             | 0.00      | 0.00
        暂付款               | 0.00      | 0.00
        其中：异地就医预付金 | 0.00      | 0.00
        债券投资             | 0.00      | 0.00
        资产总计             | 500000.00 | 1300200.00
        暂收款               | 0.00      | 0.00
        其中：异地就医资金   | 0.00      | 0.00
        借入款项             | 0.00      | 0.00
        负债合计             | 0.00      | 0.00
        一般基金结余         | 500000.00 | 1300200.00
        净资产合计           | 500000.00 | 1300200.00
        负债与净资产总计     | 500000.00 | 1300200.00
    """)


def test_08_residents_income_statement_of_november() -> None:
    """Premium 403,800 without the subsidy on its rows; 230,000 paid of 240,000 settled."""
    assert income_statement(residents(), 202311) == table("""
        项目               | 本月数     | 本年累计数 | 表样本月数
        一、基金收入       | 1080200.00 | 1080200.00 | 1080200.00
        社会保险费收入     | 403800.00  | 403800.00  | 403800.00
        财政补贴收入       | 676400.00  | 676400.00  | 676400.00
        利息收入           | 0.00       | 0.00       | 0.00
        上级补助收入       | 0.00       | 0.00       | 0.00
        下级上解收入       | 0.00       | 0.00       | 0.00
        其他收入           | 0.00       | 0.00       | 0.00
        二、基金支出       | 280000.00  | 280000.00  | 280000.00
        社会保险待遇支出   | 230000.00  | 230000.00  | 230000.00
        （一）住院费用     | 172500.00  | 172500.00  | 172500.00
        （二）门诊费用     | 57500.00   | 57500.00   | 57500.00
        （三）其他费用     | 0.00       | 0.00       | 0.00
        大病保险支出       | 50000.00   | 50000.00   | 50000.00
        上解上级支出       | 0.00       | 0.00       | 0.00
        补助下级支出       | 0.00       | 0.00       | 0.00
        其他支出           | 0.00       | 0.00       | 0.00
        三、本期基金结余   | 800200.00  | 800200.00  | 800200.00
    """)


def test_09_residents_income_statement_of_december() -> None:
    """A refund, a late fee, interest of two accounts, one recovery of this year and one of 2022."""
    assert income_statement(residents(), 202312) == table("""
        项目               | 本月数   | 本年累计数 | 表样本月数
        一、基金收入       | 5747.50  | 1085947.50 | 5747.50
        社会保险费收入     | 500.00   | 404300.00  | 500.00
        财政补贴收入       | 0.00     | 676400.00  | 0.00
        利息收入           | 3235.00  | 3235.00    | 3235.00
        上级补助收入       | 0.00     | 0.00       | 0.00
        下级上解收入       | 0.00     | 0.00       | 0.00
        其他收入           | 2012.50  | 2012.50    | 2012.50
        二、基金支出       | -1000.00 | 279000.00  | -1000.00
        社会保险待遇支出   | -1000.00 | 229000.00  | -1000.00
        （一）住院费用     | -1000.00 | 171500.00  | -1000.00
        （二）门诊费用     | 0.00     | 57500.00   | 0.00
        （三）其他费用     | 0.00     | 0.00       | 0.00
        大病保险支出       | 0.00     | 50000.00   | 0.00
        上解上级支出       | 0.00     | 0.00       | 0.00
        补助下级支出       | 0.00     | 0.00       | 0.00
        其他支出           | 0.00     | 0.00       | 0.00
        三、本期基金结余   | 6747.50  | 806947.50  | 6747.50
    """)


@pytest.mark.mechanism("S38")
def test_10_residents_annual_statements() -> None:
    """本年数 = December's 本年累计数; the annual sheet is December's."""
    spec = run(residents(), "fct_income_statement")
    assert (
        rows(
            spec,
            """SELECT y.row_name FROM fct_income_statement AS y
        INNER JOIN fct_income_statement AS m USING (period_ym, row_code)
        WHERE y.period_type = 'Y' AND m.period_type = 'M' AND (y.ytd_amt <> m.ytd_amt
            OR y.form_amt <> y.ytd_amt OR y.month_amt IS NOT NULL OR y.prior_year_amt IS NOT NULL)""",
        )
        == []
    )
    assert balance_sheet(residents(), 202312, "Y") == table("""
        项目                 | 年初余额  | 期末余额
        库存现金             | 0.00      | 0.00
        收入户存款           | 0.00      | 0.00
        财政专户存款         | 500000.00 | 1283947.50
        支出户存款           | 0.00      | 23000.00
        国库存款             | 0.00      | 0.00
        暂付款               | 0.00      | 0.00
        其中：异地就医预付金 | 0.00      | 0.00
        债券投资             | 0.00      | 0.00
        资产总计             | 500000.00 | 1306947.50
        暂收款               | 0.00      | 0.00
        其中：异地就医资金   | 0.00      | 0.00
        借入款项             | 0.00      | 0.00
        负债合计             | 0.00      | 0.00
        一般基金结余         | 500000.00 | 1306947.50
        净资产合计           | 500000.00 | 1306947.50
        负债与净资产总计     | 500000.00 | 1306947.50
    """)


def test_11_residents_books_of_the_year_pass_every_check_that_applies() -> None:
    """390 has no funds to split and no pending money."""
    told = {check_id: check(residents(), check_id).status for check_id in check_ids()}
    skipped = {check_id for check_id, status in told.items() if status == "not_applicable"}
    assert (
        skipped
        == {"I-01", "I-02", "J-06", "R-03", "T-06", "T-08", "T-15", "T-16", "T-19", "T-25", "T-28"}
        | ONLY_OTHER_BOOKS
    )
    assert {told[check_id] for check_id in check_ids() if check_id not in skipped} == {"passed"}
