"""Bank statement lines that post by themselves, and those that only reconcile."""

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, lines, rows, run, table, world


def bank(*drawn: str) -> Spec:
    """A world with these bank lines: scheme, item, account type, direction, amount, fund code."""
    return world(
        fund_transfers="insutype | traf_item | hif_acct_type | incexpd_dirc | amt | fund_code\n"
        + "\n".join(drawn)
    )


@pytest.mark.mechanism("S46")
@pytest.mark.event("E08")
@pytest.mark.parametrize(("insutype", "fund"), [("310", "POOL"), ("390", "NA")])
def test_e08_fiscal_subsidy_is_income_from_the_bank_line(insutype: str, fund: str) -> None:
    """E08: into the fiscal account; in ledger 310 the pool's."""
    assert lines(bank(f"{insutype} | FINSUBS_IN | 4 | 1 | 640.00 |")) == [
        ("E08", "1003", "NA", "640.00", ""),
        ("E08", "4101", fund, "", "640.00"),
    ]


@pytest.mark.mechanism("S02")
@pytest.mark.event("E09")
@pytest.mark.parametrize(
    ("insutype", "fund_code", "account", "fund"),
    [
        ("310", "310100", "42010101", "POOL"),
        ("310", "310101", "42010101", "POOL"),
        ("310", "310200", "42010201", "PA"),
        ("310", "510100", "42010101", "POOL"),
        ("390", "390100", "4201", "NA"),
        ("390", "", "4201", "NA"),
    ],
)
def test_e09_interest_goes_to_the_fund_the_bank_line_names(
    insutype: str, fund_code: str, account: str, fund: str
) -> None:
    """E09: attribution known."""
    assert lines(bank(f"{insutype} | INTE_IN | 4 | 1 | 12.34 | {fund_code}")) == [
        ("E09", "1003", "NA", "12.34", ""),
        ("E09", account, fund, "", "12.34"),
    ]


@pytest.mark.parametrize(
    ("acct_type", "account"),
    [("1", "1002"), ("2", "1004"), ("3", "1004"), ("4", "1003"), ("5", "1005")],
)
def test_e09_interest_stays_in_the_account_that_earned_it(acct_type: str, account: str) -> None:
    """E09: revenue, expenditure, fiscal account and treasury all earn interest."""
    spec = bank(f"310 | INTE_IN | {acct_type} | 1 | 5.00 | 310100")
    assert lines(spec, "debit_amt <> 0") == [("E09", account, "NA", "5.00", "")]


@pytest.mark.mechanism("S27")
@pytest.mark.event("E82")
@pytest.mark.parametrize("fund_code", ["", "999999"])
def test_e82_interest_of_unknown_attribution_is_pending(fund_code: str) -> None:
    """E82: no fund code, or one the rules do not know, in ledger 310."""
    assert lines(bank(f"310 | INTE_IN | 4 | 1 | 1000.00 | {fund_code}")) == table("""
        event | account | fund | debit   | credit
        E82   | 1003    | NA   | 1000.00 |
        E82   | 4602    | PEND |         | 1000.00
    """)


@pytest.mark.mechanism("S10")
@pytest.mark.event("E21")
@pytest.mark.parametrize("insutype", ["310", "390"])
def test_e21_sweep_of_the_revenue_account_posts_once_for_its_two_bank_lines(insutype: str) -> None:
    """E21: the paying leg posts, the receiving leg only reconciles."""
    spec = bank(f"{insutype} | URSN | 1 | 2 | 800.00 |", f"{insutype} | URSN | 4 | 1 | 800.00 |")
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E21   | 1003    | NA   | 800.00 |
        E21   | 1002    | NA   |        | 800.00
    """)


@pytest.mark.mechanism("S10")
@pytest.mark.event("E22")
def test_e22_treasury_to_fiscal_account() -> None:
    """E22: the treasury's leg tells it from a sweep."""
    spec = bank("310 | URSN | 5 | 2 | 800.00 |", "310 | URSN | 4 | 1 | 800.00 |")
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E22   | 1003    | NA   | 800.00 |
        E22   | 1005    | NA   |        | 800.00
    """)


@pytest.mark.mechanism("S10")
@pytest.mark.event("E23")
def test_e23_funding_of_the_expenditure_account() -> None:
    """E23: 1003 → 1004."""
    spec = bank("390 | ALLOC_OUT | 4 | 2 | 700.00 |", "390 | ALLOC_OUT | 2 | 1 | 700.00 |")
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E23   | 1004    | NA   | 700.00 |
        E23   | 1003    | NA   |        | 700.00
    """)


@pytest.mark.mechanism("S10")
@pytest.mark.event("E24")
def test_e24_interest_of_the_expenditure_account_is_handed_over() -> None:
    """E24: after E09, no income."""
    spec = bank("310 | INTE_OUT | 2 | 2 | 5.00 |", "310 | INTE_OUT | 4 | 1 | 5.00 |")
    assert lines(spec) == table("""
        event | account | fund | debit | credit
        E24   | 1003    | NA   | 5.00  |
        E24   | 1004    | NA   |       | 5.00
    """)


@pytest.mark.event("E38")
@pytest.mark.parametrize(("acct_type", "account"), [("2", "1004"), ("4", "1003")])
@pytest.mark.parametrize(("insutype", "fund"), [("310", "POOL"), ("390", "NA")])
def test_e38_money_for_catastrophic_illness_insurance(
    acct_type: str, account: str, insutype: str, fund: str
) -> None:
    """E38: 5101, borne by the pool, from the account that paid."""
    assert lines(bank(f"{insutype} | DABING_OUT | {acct_type} | 2 | 90.00 |")) == [
        ("E38", "5101", fund, "90.00", ""),
        ("E38", account, "NA", "", "90.00"),
    ]


@pytest.mark.parametrize(
    ("item", "acct_type", "direction"),
    [("PREM_IN", "1", "1"), ("SURY_IN", "5", "1"), ("REFD_OUT", "1", "2"), ("RETN_IN", "2", "1")],
)
def test_bank_lines_that_other_tables_tell_never_post(
    item: str, acct_type: str, direction: str
) -> None:
    """One posting source per event: these reconcile only."""
    assert lines(bank(f"310 | {item} | {acct_type} | {direction} | 800.00 |")) == []


def test_maternity_allowance_order_is_no_clearing_payment() -> None:
    """dfr_souc 103 stays out of the payments that need a clearing row."""
    spec = world(
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | dfr_souc | amt
        DFR_OUT   | 2             | 2            | 103      | 9000.00
        """
    )
    run(spec, "jrn_payment")
    assert rows(spec, "SELECT count(*) FROM jrn_payment") == [("0",)]


def test_a_cancelled_bank_line_posts_nothing() -> None:
    """fin_vali_flag F."""
    spec = bank("310 | FINSUBS_IN | 4 | 1 | 640.00 |").sql(
        "UPDATE fund_transfers SET fin_vali_flag = 'F'"
    )
    assert lines(spec) == []


def test_bank_lines_after_the_last_month_are_not_posted() -> None:
    """``through_ym`` ends the books."""
    spec = world(
        202311,
        fund_transfers="""
        traf_item  | hif_acct_type | amt    | acen_date
        FINSUBS_IN | 4             | 640.00 | 2023-11-30
        FINSUBS_IN | 4             | 1.00   | 2023-12-01
        """,
    )
    assert rows(run(spec), "SELECT sum(debit_amt) FROM jrn_line") == [("640.00",)]


@pytest.mark.parametrize("insutype", ["310", "390"])
@pytest.mark.parametrize(("item", "event"), [("URSN", "E21"), ("INTE_OUT", "E24")])
def test_a_joint_account_hands_over_like_the_expenditure_account(
    insutype: str, item: str, event: str
) -> None:
    """hif_acct_type 3 收支户 is 1004 [D]: Dr 1003 / Cr 1004, once for the two bank lines."""
    spec = bank(f"{insutype} | {item} | 3 | 2 | 5.00 |", f"{insutype} | {item} | 4 | 1 | 5.00 |")
    assert lines(spec) == [
        (event, "1003", "NA", "5.00", ""),
        (event, "1004", "NA", "", "5.00"),
    ]
    assert [check(spec, c).status for c in ("J-01", "T-12", "T-30")] == ["passed"] * 3
