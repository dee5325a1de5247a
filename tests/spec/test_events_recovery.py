"""Recoveries: same year back out of expenditure, earlier years into other income."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, lines, rows, run, table, world


def recovered(insutype: str = "310", med_type: str = "21", **cells: str) -> Spec:
    """One recovery of settlement S1; back on the expenditure account on 20 November where T9 is."""
    row = {
        "setl_id": "S1",
        "ocur_ym": "202303",
        "retn_way": "2",
        "traf_sn": "T9",
        "act_retn_amt": "300.00",
        "crtf_amt": "300.00",
        "insutype": insutype,
        **cells,
    }
    return world(
        settlements=f"""
        setl_id | insutype   | med_type   | hifp_pay
        S1      | {insutype} | {med_type} | 500.00
        """,
        recoveries=" | ".join(row) + "\n" + " | ".join(row.values()),
        fund_transfers=f"""
        traf_sn | insutype   | traf_item | hif_acct_type | incexpd_dirc | amt    | acen_date
        T9      | {insutype} | RETN_IN   | 2             | 1            | 300.00 | 2023-11-20
        """,
    )


@pytest.mark.mechanism("S48")
@pytest.mark.event("E43")
@pytest.mark.parametrize(
    ("insutype", "med_type", "account", "fund"),
    [
        ("310", "21", "50010101", "POOL"),
        ("310", "14", "50010102", "POOL"),
        ("310", "11", "50010103", "POOL"),
        ("310", "52", "50010104", "POOL"),
        ("390", "21", "500101", "NA"),
        ("390", "11", "500102", "NA"),
    ],
)
def test_e43_same_year_recovery_credits_the_original_detail(
    insutype: str, med_type: str, account: str, fund: str
) -> None:
    """E43: expenditure of the year falls by what came back."""
    spec = recovered(insutype, med_type)
    assert lines(spec) == [
        ("E43", "1004", "NA", "300.00", ""),
        ("E43", account, fund, "", "300.00"),
    ]


def test_e43_is_dated_by_the_bank_line() -> None:
    """The books follow the bank, not ``act_retn_date``."""
    spec = run(recovered(act_retn_date="2023-11-06"))
    assert rows(spec, "SELECT DISTINCT posting_date FROM jrn_line") == [("2023-11-20",)]


def test_e43_without_a_known_settlement_goes_to_inpatient() -> None:
    """A case that names no settlement [D]."""
    assert lines(recovered(setl_id=""), "credit_amt <> 0") == [
        ("E43", "50010101", "POOL", "", "300.00")
    ]


def test_e43_into_the_revenue_account() -> None:
    """The account is the bank line's."""
    spec = recovered().sql("UPDATE fund_transfers SET hif_acct_type = '1'")
    assert lines(spec, "debit_amt <> 0") == [("E43", "1002", "NA", "300.00", "")]


@pytest.mark.mechanism("S48")
@pytest.mark.event("E44")
@pytest.mark.parametrize(
    ("insutype", "account", "fund"), [("310", "450101", "POOL"), ("390", "4501", "NA")]
)
def test_e44_recovery_of_an_earlier_year_is_other_income(
    insutype: str, account: str, fund: str
) -> None:
    """E44: this year's expenditure stays as it is."""
    assert lines(recovered(insutype, ocur_ym="202212")) == [
        ("E44", "1004", "NA", "300.00", ""),
        ("E44", account, fund, "", "300.00"),
    ]


@pytest.mark.event("E44")
def test_e44_set_off_against_a_payment_grosses_up_expenditure_and_income() -> None:
    """retn_way 1, earlier year: the payment was net, so Dr 5001 / Cr 4501 and no bank line."""
    assert lines(recovered(ocur_ym="202212", retn_way="1", traf_sn="")) == table("""
        event | account  | fund | debit  | credit
        E44   | 50010101 | POOL | 300.00 |
        E44   | 450101   | POOL |        | 300.00
    """)


def test_e44_set_off_of_residents() -> None:
    """retn_way 1 in ledger 390."""
    spec = recovered("390", "11", ocur_ym="202212", retn_way="1", traf_sn="")
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E44   | 500102  | NA   | 300.00 |
        E44   | 4501    | NA   |        | 300.00
    """)


def test_set_off_in_the_same_year_posts_nothing() -> None:
    """The payment is already net."""
    assert lines(recovered(retn_way="1", traf_sn="")) == []


def test_the_year_of_certification_counts_where_the_month_is_not_known() -> None:
    """``ocur_ym`` empty: ``crtf_date``."""
    spec = recovered(ocur_ym="", crtf_date="2022-12-20")
    assert rows(run(spec), "SELECT DISTINCT event_code FROM jrn_line") == [("E44",)]


def test_a_reserve_is_no_recovery() -> None:
    """det_type 40 预留金暂扣."""
    assert lines(recovered(det_type="40")) == []


def test_nothing_came_back_nothing_posts() -> None:
    """A certified case with no money yet; the fine goes to the treasury, never into the fund."""
    spec = recovered(act_retn_amt="0.00", penl_amt="900.00", detd_stas="10")
    assert lines(spec) == []


def test_way_3_without_a_bank_line_comes_back_to_the_expenditure_account() -> None:
    """[D] retn_way 3 names no bank row: 1004 on the day of return, where benefits came from."""
    spec = recovered(retn_way="3", traf_sn="", act_retn_date="2023-11-06")
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E43   | 1004     | NA   | 300.00 |
        E43   | 50010101 | POOL |        | 300.00
    """)
    assert rows(spec, "SELECT DISTINCT posting_date FROM jrn_line") == [("2023-11-06",)]
    assert check(spec, "J-01").status == "passed"


def test_way_3_of_an_earlier_year() -> None:
    """Other income, on 1004 too."""
    assert lines(recovered(retn_way="3", traf_sn="", ocur_ym="202212")) == table("""
        event | account | fund | debit  | credit
        E44   | 1004    | NA   | 300.00 |
        E44   | 450101  | POOL |        | 300.00
    """)


def test_a_bank_line_that_is_named_and_missing_is_not_guessed() -> None:
    """J-01 tells: 1004 stands in only where no bank line is named."""
    assert check(recovered(traf_sn="T8"), "J-01").status == "failed"


TWO_VERSIONS = """
    det_id | updt_time           | ocur_ym | retn_way | traf_sn | detd_stas | crtf_amt | act_retn_amt | act_retn_date
    D1     | 2023-10-21 09:00:00 | 202303  | 2        | T1      | 20        | 300.00   | 100.00       | 2023-10-20
    D1     | 2023-11-21 09:00:00 | 202303  | 2        | T2      | 30        | 300.00   | 300.00       | 2023-11-20
"""
TWO_RECEIPTS = """
    traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt    | balc   | acen_date
    T1      | RETN_IN   | 2             | 1            | 100.00 | 100.00 | 2023-10-20
    T2      | RETN_IN   | 2             | 1            | 200.00 | 300.00 | 2023-11-20
"""


def test_a_cumulative_recovery_posts_what_each_version_adds() -> None:
    """100 in October, 300 altogether in November: 100, then 200, each in its month."""
    spec = world(recoveries=TWO_VERSIONS, fund_transfers=TWO_RECEIPTS)
    assert lines(spec, "period_ym = 202310") == table("""
        event | account  | fund | debit  | credit
        E43   | 1004     | NA   | 100.00 |
        E43   | 50010101 | POOL |        | 100.00
    """)
    assert lines(spec, "period_ym = 202311") == table("""
        event | account  | fund | debit  | credit
        E43   | 1004     | NA   | 200.00 |
        E43   | 50010101 | POOL |        | 200.00
    """)
    for check_id in ("J-01", "J-04", "T-01", "T-11", "T-12"):
        assert check(spec, check_id).status == "passed", check_id


def test_october_stays_as_published_when_the_second_version_comes() -> None:
    """Books through October are the same with and without November's row."""
    first = "\n".join(TWO_VERSIONS.splitlines()[:3])
    before = world(202310, recoveries=first, fund_transfers=TWO_RECEIPTS)
    after = world(202310, recoveries=TWO_VERSIONS, fund_transfers=TWO_RECEIPTS)
    entry = "SELECT voucher_key, posting_date, account_code, debit_amt FROM jrn_line ORDER BY ALL"
    assert rows(run(before), entry) == rows(run(after), entry)


def test_a_version_that_brings_no_money_posts_nothing() -> None:
    """Certified first, paid later, then a correction of its text: one entry."""
    spec = world(
        recoveries="""
        det_id | updt_time           | ocur_ym | retn_way | traf_sn | detd_stas | crtf_amt | act_retn_amt | act_retn_date
        D1     | 2023-09-21 09:00:00 | 202303  |          |         | 10        | 300.00   | 0.00         |
        D1     | 2023-11-21 09:00:00 | 202303  | 2        | T1      | 30        | 300.00   | 300.00       | 2023-11-20
        D1     | 2023-12-21 09:00:00 | 202303  | 2        | T1      | 30        | 300.00   | 300.00       | 2023-11-20
        """,
        fund_transfers="""
        traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt    | acen_date
        T1      | RETN_IN   | 2             | 1            | 300.00 | 2023-11-20
        """,
    )
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E43   | 1004     | NA   | 300.00 |
        E43   | 50010101 | POOL |        | 300.00
    """)
