"""Recoveries: same year back out of expenditure, earlier years into other income."""

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, lines, rows, run, table, world


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


@pytest.mark.parametrize("det_type", ["30", "40"])
def test_prepayment_set_off_and_reserve_are_no_recoveries(det_type: str) -> None:
    """det_type 30 预付金抵扣, 40 预留金暂扣."""
    assert lines(recovered(det_type=det_type)) == []


def test_nothing_came_back_nothing_posts() -> None:
    """A certified case with no money yet; the fine goes to the treasury, never into the fund."""
    spec = recovered(act_retn_amt="0.00", penl_amt="900.00", detd_stas="10")
    assert lines(spec) == []
