"""Benefits post when they are paid, spread over the accounts as the settlements behind them stand."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, lines, rows, run, table, world


def paid(
    settlements: str, *, pool: str = "0", account: str = "0", insutype: str = "310", **more: str
) -> Spec:
    """One institution's clearing of 202311, paid from the expenditure account on 12 December."""
    return world(
        settlements=settlements,
        clearing=f"""
        fee_clr_id | insutype   | act_dfr_amt | acct_pay
        F1         | {insutype} | {pool}      | {account}
        """,
        fund_transfers=f"""
        traf_sn | insutype   | traf_item | hif_acct_type | incexpd_dirc | amt              | fee_clr_id | acen_date
        T1      | {insutype} | DFR_OUT   | 2             | 2            | {more.get("amt", pool)} | F1         | 2023-12-12
        """,
    )


@pytest.mark.mechanism("S06", "S47")
@pytest.mark.event("E31", "E32", "E33", "E37")
@pytest.mark.parametrize(
    ("med_type", "event", "account"),
    [
        ("2101", "E31", "50010101"),
        ("24", "E31", "50010101"),
        ("28", "E31", "50010101"),
        ("14", "E32", "50010102"),
        ("15", "E32", "50010102"),
        ("11", "E33", "50010103"),
        ("13", "E33", "50010103"),
        ("16", "E33", "50010103"),
        ("41", "E33", "50010103"),
        ("81", "E33", "50010103"),
        ("51", "E37", "50010104"),
        ("52", "E37", "50010104"),
        ("53", "E37", "50010104"),
    ],
)
def test_pool_money_goes_to_the_account_of_its_medical_category(
    med_type: str, event: str, account: str
) -> None:
    """E31, E32, E33, E37: ``hifp_pay`` by ``med_type``."""
    spec = paid(
        f"""
        med_type   | hifp_pay
        {med_type} | 500.00
        """,
        pool="500.00",
    )
    assert lines(spec) == [
        (event, account, "POOL", "500.00", ""),
        (event, "1004", "NA", "", "500.00"),
    ]


@pytest.mark.mechanism("S06")
@pytest.mark.event("E34", "E35", "E36")
@pytest.mark.parametrize(
    ("med_type", "event", "account"),
    [
        ("11", "E34", "50010202"),
        ("14", "E34", "50010202"),
        ("51", "E34", "50010202"),
        ("41", "E35", "50010203"),
        ("21", "E36", "50010201"),
        ("52", "E36", "50010201"),
    ],
)
def test_account_money_goes_to_the_personal_account_fund(
    med_type: str, event: str, account: str
) -> None:
    """E34, E35, E36: ``acct_pay`` by ``med_type``."""
    spec = paid(
        f"""
        med_type   | acct_pay
        {med_type} | 70.00
        """,
        account="70.00",
        amt="70.00",
    )
    assert lines(spec) == [
        (event, account, "PA", "70.00", ""),
        (event, "1004", "NA", "", "70.00"),
    ]


def test_one_payment_covers_pool_and_account_money() -> None:
    """The bank moved 570 once; two funds bear it."""
    spec = paid(
        """
        med_type | hifp_pay | acct_pay
        21       | 500.00   | 70.00
        """,
        pool="500.00",
        account="70.00",
        amt="570.00",
    )
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E36   | 50010201 | PA   | 70.00  |
        E36   | 1004     | NA   |        | 70.00
        E31   | 50010101 | POOL | 500.00 |
        E31   | 1004     | NA   |        | 500.00
    """)


@pytest.mark.event("E41")
@pytest.mark.parametrize(
    ("insutype", "med_type", "account"),
    [
        ("390", "21", "500101"),
        ("390", "52", "500101"),
        ("390", "11", "500102"),
        ("390", "14", "500102"),
        ("390", "41", "500102"),
        ("390", "51", "500102"),
        ("391", "21", "500101"),
    ],
)
def test_e41_residents_have_their_own_details(insutype: str, med_type: str, account: str) -> None:
    """E41: 住院 and 生育住院 → 500101, the rest → 500102; no fund split."""
    spec = paid(
        f"""
        insutype   | med_type   | hifp_pay
        {insutype} | {med_type} | 500.00
        """,
        pool="500.00",
        insutype=insutype,
    )
    assert lines(spec) == [
        ("E41", account, "NA", "500.00", ""),
        ("E41", "1004", "NA", "", "500.00"),
    ]


def test_maternity_of_scheme_510_is_paid_out_of_ledger_310() -> None:
    """E37: 510 rows belong to the employees' pool."""
    spec = paid(
        """
        insutype | med_type | hifp_pay
        510      | 52       | 500.00
        """,
        pool="500.00",
        insutype="510",
    )
    assert rows(
        run(spec), "SELECT ledger_id, account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0"
    ) == [("610100-310", "50010104", "500.00")]


@pytest.mark.mechanism("S47")
@pytest.mark.event("E37")
def test_e37_maternity_allowance_posts_from_the_payment_order() -> None:
    """dfr_souc 103 is in no settlement table: 50010105, once, and no clearing is asked for."""
    spec = world(
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | dfr_souc | amt
        DFR_OUT   | 2             | 2            | 103      | 9000.00
        """
    )
    assert lines(spec) == table("""
        event | account  | fund | debit   | credit
        E37   | 50010105 | POOL | 9000.00 |
        E37   | 1004     | NA   |         | 9000.00
    """)


def test_a_drg_difference_follows_the_settlements_in_proportion() -> None:
    """1,000 settled, 900 paid: every part bears its tenth."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 700.00
        14       | 200.00
        11       | 100.00
        """,
        pool="900.00",
    )
    assert lines(spec, "account_code <> '1004'") == table("""
        event | account  | fund | debit  | credit
        E32   | 50010102 | POOL | 180.00 |
        E31   | 50010101 | POOL | 630.00 |
        E33   | 50010103 | POOL | 90.00  |
    """)


def test_a_drg_surplus_follows_the_settlements_too() -> None:
    """1,000 settled, 1,100 paid."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 700.00
        11       | 300.00
        """,
        pool="1100.00",
    )
    assert rows(
        run(spec),
        """SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0 ORDER BY ALL""",
    ) == [("50010101", "770.00"), ("50010103", "330.00")]


def test_the_parts_of_a_payment_re_add_to_the_fen() -> None:
    """100.00 over three equal parts: 33.33 + 33.34 + 33.33, never 99.99."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 1.00
        14       | 1.00
        11       | 1.00
        """,
        pool="100.00",
    )
    assert rows(
        run(spec),
        """SELECT account_code, debit_amt, sum(debit_amt) OVER () FROM jrn_line
        WHERE debit_amt <> 0 ORDER BY ALL""",
    ) == [
        ("50010101", "33.34", "100.00"),
        ("50010102", "33.33", "100.00"),
        ("50010103", "33.33", "100.00"),
    ]


def test_a_payment_of_one_fen_lands_on_one_account() -> None:
    """No part is rounded up twice."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 5.00
        11       | 5.00
        """,
        pool="0.01",
    )
    assert rows(run(spec), "SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0") == [
        ("50010101", "0.01")
    ]


def test_a_large_payment_is_split_without_losing_a_fen() -> None:
    """Products of two amounts in fen need more than 64 bits."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 6000000000.01
        11       | 3000000000.02
        """,
        pool="9000000000.03",
    )
    assert rows(
        run(spec),
        "SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0 ORDER BY ALL",
    ) == [("50010101", "6000000000.01"), ("50010103", "3000000000.02")]


def test_a_part_that_reversals_made_negative_stays_negative() -> None:
    """Outpatient reversals above the month's visits: the part is red, the payment re-adds."""
    spec = paid(
        """
        setl_id | init_setl_id | med_type | hifp_pay
        S1      |              | 21       | 1000.00
        S2      | S0           | 11       | -100.00
        """,
        pool="900.00",
    )
    assert lines(spec, "account_code <> '1004'") == table("""
        event | account  | fund | debit   | credit
        E31   | 50010101 | POOL | 1000.00 |
        E33   | 50010103 | POOL | -100.00 |
    """)


def test_a_reversed_settlement_weighs_nothing() -> None:
    """Original and reversal of one clearing month cancel."""
    spec = paid(
        """
        setl_id | init_setl_id | med_type | hifp_pay
        S1      |              | 21       | 1000.00
        S2      |              | 11       | 300.00
        S3      | S2           | 11       | -300.00
        """,
        pool="1000.00",
    )
    assert rows(run(spec), "SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0") == [
        ("50010101", "1000.00")
    ]


@pytest.mark.parametrize("vali_flag", ["0", "2"])
def test_an_invalid_settlement_weighs_nothing(vali_flag: str) -> None:
    """vali_flag 0 invalid, 2 冲正挂起."""
    spec = paid(
        f"""
        med_type | hifp_pay | vali_flag
        21       | 1000.00  | 1
        11       | 300.00   | {vali_flag}
        """,
        pool="1000.00",
    )
    assert rows(run(spec), "SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0") == [
        ("50010101", "1000.00")
    ]


def test_only_the_settlements_of_the_cleared_application_weigh() -> None:
    """Another institution, clearing type, month or scheme has another key."""
    spec = paid(
        """
        fixmedins_code | clr_type | clr_ym | insutype | med_type | hifp_pay
        H61010000001   | 21       | 202311 | 310      | 21       | 1000.00
        H61010000002   | 21       | 202311 | 310      | 11       | 300.00
        H61010000001   | 11       | 202311 | 310      | 11       | 300.00
        H61010000001   | 21       | 202310 | 310      | 11       | 300.00
        H61010000001   | 21       |        | 310      | 11       | 300.00
        H61010000001   | 21       | 202311 | 510      | 52       | 300.00
        """,
        pool="1000.00",
    )
    assert rows(run(spec), "SELECT account_code, debit_amt FROM jrn_line WHERE debit_amt <> 0") == [
        ("50010101", "1000.00")
    ]


def test_settled_and_not_yet_paid_stays_outside_the_books() -> None:
    """The statutory clock is the payment."""
    spec = world(
        settlements="""
        med_type | hifp_pay | acct_pay
        21       | 500.00   | 70.00
        """,
        clearing="""
        act_dfr_amt | acct_pay
        500.00      | 70.00
        """,
    )
    assert lines(spec) == []


def test_a_payment_is_booked_in_the_month_of_the_bank_not_of_the_clearing() -> None:
    """clr_ym 202311, paid on 12 December."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 500.00
        """,
        pool="500.00",
    )
    assert rows(run(spec), "SELECT DISTINCT period_ym, posting_date FROM jrn_line") == [
        ("202312", "2023-12-12")
    ]


@pytest.mark.parametrize(
    ("fin_vali_flag", "fin_dspo_flag"), [("F", "4"), ("Z", "1"), ("Z", "2"), ("Z", "9")]
)
def test_an_order_that_moved_no_money_is_no_payment(fin_vali_flag: str, fin_dspo_flag: str) -> None:
    """Cancelled, in transit or failed."""
    spec = paid(
        """
        med_type | hifp_pay
        21       | 500.00
        """,
        pool="500.00",
    ).sql(
        f"UPDATE fund_transfers SET fin_vali_flag = '{fin_vali_flag}', "
        f"fin_dspo_flag = '{fin_dspo_flag}'"
    )
    assert lines(spec) == []


def test_cash_and_other_funds_of_a_settlement_post_nothing() -> None:
    """cash_payamt, hifmi_pay, maf_pay … are memo: only what the order pays is booked."""
    spec = paid(
        """
        med_type | hifp_pay | hifmi_pay | hifob_pay | maf_pay | cvlserv_pay | cash_payamt
        21       | 500.00   | 40.00     | 30.00     | 20.00   | 10.00       | 400.00
        """,
        pool="500.00",
    )
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E31   | 50010101 | POOL | 500.00 |
        E31   | 1004     | NA   |        | 500.00
    """)
