"""Advances to hospitals and their clearing, payments that come back, persons, outside care."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.drawn import add
from tests.spec.harness import Spec, check, lines, rows, run, table, world
from tests.spec.worlds import good

TWO_SETTLEMENTS = """
    setl_id | med_type | hifp_pay | acct_pay
    S1      | 21       | 300.00   | 0.00
    S2      | 11       | 100.00   | 100.00
"""
CLEARED = """
    fee_clr_id | act_dfr_amt | acct_pay
    F1         | 400.00      | 100.00
"""


def statuses(spec: Spec, *check_ids: str) -> dict[str, str]:
    """What these checks say."""
    return {check_id: check(spec, check_id).status for check_id in check_ids}


@pytest.mark.event("E25")
def test_a_payment_that_the_bank_returns_goes_back_to_the_very_accounts() -> None:
    """E25: the order of 500 on three accounts comes back as it went; paid again, it stands once."""
    spec = world(
        settlements=TWO_SETTLEMENTS,
        clearing=CLEARED,
        fund_transfers="""
        traf_sn | init_traf_sn | traf_item  | hif_acct_type | incexpd_dirc | amt    | balc   | acen_date  | fee_clr_id
        T1      |              | DFR_OUT    | 2             | 2            | 500.00 | 100.00 | 2023-11-20 | F1
        T2      | T1           | BANKRET_IN | 2             | 1            | 500.00 | 600.00 | 2023-11-24 |
        T3      |              | DFR_OUT    | 2             | 2            | 500.00 | 100.00 | 2023-12-04 | F1
        """,
    )
    assert lines(spec, "event_code = 'E25'") == table("""
        event | account  | fund | debit  | credit
        E25   | 1004     | NA   | 100.00 |
        E25   | 50010202 | PA   |        | 100.00
        E25   | 1004     | NA   | 300.00 |
        E25   | 50010101 | POOL |        | 300.00
        E25   | 1004     | NA   | 100.00 |
        E25   | 50010103 | POOL |        | 100.00
    """)
    assert rows(
        spec,
        "SELECT sum(debit_amt - credit_amt) FROM jrn_line WHERE starts_with(account_code, '5001')",
    ) == [("500.00",)]
    assert set(statuses(spec, "J-01", "J-02", "J-04", "J-05", "T-12", "T-14", "T-30").values()) == {
        "passed"
    }


@pytest.mark.event("E25")
@pytest.mark.parametrize(
    ("souc", "account", "fund"),
    [("103", "50010105", "POOL"), ("303", "50010209", "PA"), ("207", "110102", "NA")],
)
def test_a_returned_order_without_settlements_goes_back_too(
    souc: str, account: str, fund: str
) -> None:
    """E25 of an allowance, of a refund to heirs, of a prepayment."""
    spec = world(
        fund_transfers=f"""
        traf_sn | init_traf_sn | traf_item  | hif_acct_type | incexpd_dirc | amt   | dfr_souc | acen_date
        T1      |              | DFR_OUT    | 2             | 2            | 90.00 | {souc}   | 2023-11-20
        T2      | T1           | BANKRET_IN | 2             | 1            | 90.00 |          | 2023-11-24
        """
    )
    assert lines(spec, "event_code = 'E25'") == [
        ("E25", "1004", "NA", "90.00", ""),
        ("E25", account, fund, "", "90.00"),
    ]
    assert statuses(spec, "J-01", "T-12") == {"J-01": "passed", "T-12": "passed"}


def reimbursed(order: str, docno: str) -> Spec:
    """A person's own bills: 300 pooled, 50 of the account; no clearing row."""
    return world(
        settlements="""
        setl_id | med_type | hifp_pay | acct_pay | setl_type | clr_ym
        S7      | 21       | 300.00   | 50.00    | 1         |
        S8      | 11       | 900.00   | 0.00     | 2         | 202311
        """,
        fund_transfers=f"""
        traf_item | hif_acct_type | incexpd_dirc | amt     | dfr_souc | docno   | acen_date
        DFR_OUT   | 2             | 2            | {order} | 101      | {docno} | 2023-11-20
        """,
    )


@pytest.mark.event("E31", "E36")
def test_a_person_is_reimbursed_through_the_settlement_that_the_order_names() -> None:
    """dfr_souc 101 without a clearing row: the same accounts as a hospital's bill."""
    spec = reimbursed("350.00", "S7")
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E36   | 50010201 | PA   | 50.00  |
        E36   | 1004     | NA   |        | 50.00
        E31   | 50010101 | POOL | 300.00 |
        E31   | 1004     | NA   |        | 300.00
    """)
    assert set(statuses(spec, "J-02", "J-04", "J-05", "T-14").values()) == {"passed"}


@pytest.mark.parametrize("docno", ["", "S9"])
def test_a_reimbursement_that_names_no_settlement_is_refused(docno: str) -> None:
    """J-02: money left the bank and nobody knows for what."""
    assert statuses(reimbursed("350.00", docno), "J-02") == {"J-02": "failed"}


def test_a_settlement_reimbursed_twice_is_refused() -> None:
    """J-05 guards it like a clearing row."""
    spec = reimbursed("351.00", "S7")
    assert check(spec, "J-05").failed == (("610100-310", "202311", "SETL|S7", "350.00", "351.00"),)


OUTSIDE = """
    setl_id | med_type | hifp_pay | clr_type | out_flag | fix_blng_admdvs | fixmedins_code
    S1      | 21       | 300.00   | 9910     | 1        | 620000          | H62010000001
    S2      | 11       | 100.00   | 9910     | 1        | 620000          | H62010000002
    S3      | 21       | 777.00   | 9910     | 1        | 510000          | H51010000001
"""


@pytest.mark.mechanism("S44")
@pytest.mark.event("E63")
@pytest.mark.parametrize(("item", "souc"), [("XCLR_OUT", ""), ("DFR_OUT", "99902")])
def test_a_clearing_notice_of_another_region_is_spread_over_its_settlements(
    item: str, souc: str
) -> None:
    """E63: 398 for 400 settled in region 620000; the other region's care bears nothing."""
    spec = world(
        settlements=OUTSIDE,
        clearing="""
        fee_clr_id | fixmedins_code | clr_type | act_dfr_amt
        F1         | 620000         | 9910     | 398.00
        """,
        fund_transfers=f"""
        traf_item | hif_acct_type | incexpd_dirc | amt    | dfr_souc | fee_clr_id | acen_date
        {item}    | 2             | 2            | 398.00 | {souc}   | F1         | 2023-12-20
        """,
    )
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E63   | 50010101 | POOL | 298.50 |
        E63   | 1004     | NA   |        | 298.50
        E63   | 50010103 | POOL | 99.50  |
        E63   | 1004     | NA   |        | 99.50
    """)
    assert set(statuses(spec, "J-01", "J-02", "J-04", "T-14", "T-30").values()) == {"passed"}
    assert rows(
        run(spec, "jrn_source"),
        "SELECT source_row_cnt, source_amt FROM jrn_source WHERE table_name = 'settlements'",
    ) == [("2", "400.00")]


@pytest.mark.event("E53")
def test_what_the_final_clearing_owes_is_e53_on_the_accounts_of_the_benefits() -> None:
    """dfr_souc 204."""
    spec = world(
        settlements=TWO_SETTLEMENTS,
        clearing=CLEARED,
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | amt    | dfr_souc | fee_clr_id | acen_date
        DFR_OUT   | 2             | 2            | 500.00 | 204      | F1         | 2023-12-20
        """,
    )
    assert lines(spec, "debit_amt <> 0") == table("""
        event | account  | fund | debit  | credit
        E53   | 50010202 | PA   | 100.00 |
        E53   | 50010101 | POOL | 300.00 |
        E53   | 50010103 | POOL | 100.00 |
    """)


def set_off(amount: str, clr_ym: str = "202311", insutype: str = "310") -> Spec:
    """A hospital's prepayment set off against its clearing month: inpatient 3, outpatient 1."""
    return world(
        settlements=f"""
        setl_id | insutype   | med_type | hifp_pay
        S1      | {insutype} | 21       | 300.00
        S2      | {insutype} | 11       | 100.00
        """,
        recoveries=f"""
        insutype   | obj_type | fixmedins_code | det_type | retn_way | crtf_amt | act_retn_amt | act_retn_date | clr_ym
        {insutype} | 31       | H61010000001   | 30       | 1        | {amount} | {amount}     | 2023-12-20    | {clr_ym}
        """,
    )


@pytest.mark.event("E52")
@pytest.mark.parametrize(
    ("insutype", "inpatient", "outpatient", "fund"),
    [("310", "50010101", "50010103", "POOL"), ("390", "500101", "500102", "NA")],
)
def test_a_prepayment_is_cleared_against_the_institutions_benefits(
    insutype: str, inpatient: str, outpatient: str, fund: str
) -> None:
    """E52: 110102 of that hospital falls, in the shares of its settlements."""
    spec = set_off("80.01", insutype=insutype)
    assert lines(spec) == [
        ("E52", inpatient, fund, "60.01", ""),
        ("E52", "110102", "NA", "", "60.01"),
        ("E52", outpatient, fund, "20.00", ""),
        ("E52", "110102", "NA", "", "20.00"),
    ]
    assert rows(spec, "SELECT DISTINCT cntp_code FROM jrn_event") == [("H61010000001",)]
    assert statuses(spec, "J-01", "J-04") == {"J-01": "passed", "J-04": "passed"}


@pytest.mark.parametrize("clr_ym", ["", "202201"])
def test_a_prepayment_with_nothing_to_clear_against_is_refused(clr_ym: str) -> None:
    """J-01 names it; nothing is guessed."""
    assert check(set_off("80.00", clr_ym), "J-01").items == ["CLEAR.UNKNOWN"]


@pytest.mark.event("E45")
@pytest.mark.parametrize(("ocur_ym", "account"), [("202303", "50010101"), ("202203", "450101")])
def test_a_persons_wrong_benefit_is_taken_from_the_personal_account(
    ocur_ym: str, account: str
) -> None:
    """E45: obj_type 11 set off; the account pays, the pool gets it (this year) or income does."""
    spec = world(
        settlements="""
        setl_id | med_type | hifp_pay
        S1      | 21       | 500.00
        """,
        recoveries=f"""
        obj_type | setl_id | ocur_ym   | retn_way | crtf_amt | act_retn_amt | act_retn_date
        11       | S1      | {ocur_ym} | 1        | 300.00   | 300.00       | 2023-11-20
        """,
    )
    assert lines(spec) == [
        ("E45", "50010202", "PA", "300.00", ""),
        ("E45", account, "POOL", "", "300.00"),
    ]


@pytest.mark.mechanism("S43")
@pytest.mark.event("E51")
@pytest.mark.parametrize(
    ("day", "approval", "limit", "failed"),
    [
        ("2024-01-08", "NULL", "6", ("P1 可支付月数", "6.00", "5.86")),
        ("2024-01-08", "'A7'", "6", None),
        ("2024-01-08", "NULL", "5", None),
        ("2023-11-20", "NULL", "6", ("P1 可支付月数", "6.00", "")),
    ],
)
def test_e51_needs_a_fund_that_can_pay_or_an_approval(
    day: str, approval: str, limit: str, failed: tuple[str, str, str] | None
) -> None:
    """J-06: residents' fund at 5.86 months; a pool's own limit; a month nobody has measured."""
    spec = good(
        f"""INSERT INTO fund_transfers SELECT * REPLACE ('P1' AS traf_sn, '390' AS insutype,
        DATE '{day}' AS acen_date, {approval} AS approval_id)
        FROM fund_transfers WHERE traf_sn = 'T18'""",
        f"""INSERT INTO rule_parameter SELECT * REPLACE ('610100' AS scope, '{limit}' AS value)
        FROM rule_parameter WHERE name = 'prepay_min_months_390'""",
    )
    told = check(spec, "J-06").failed
    assert [row[2:] for row in told] == ([failed] if failed else [])


@pytest.mark.mechanism("S11", "S43")
@pytest.mark.event("E51", "E52", "E53")
def test_a_hospitals_advance_is_kept_and_cleared_under_its_name() -> None:
    """T-16: 100 lent to each of two hospitals; clearing 130 against the first is seen."""
    drawn = """
        traf_sn | traf_item   | hif_acct_type | incexpd_dirc | amt    | dfr_souc | fixmedins_code | acen_date
        T1      | DFR_OUT     | 2             | 2            | 100.00 | 207      | H61010000001   | 2023-10-08
        T2      | DFR_OUT     | 2             | 2            | 100.00 | 207      | H61010000002   | 2023-10-08
        T3      | PREPAY_BACK | 2             | 1            | 20.00  |          | H61010000001   | 2023-12-28
    """
    fine = set_off("80.00")
    for spec, failed in ((fine, []), (set_off("130.00"), ["110102 H61010000001"])):
        add(spec.con, "fund_transfers", drawn)
        assert check(spec, "T-16").items == failed
