"""Five natural readings of the extracts count money twice (accounting §2.1): each is shut out.

Each world has one right figure and a wrong one; each wrong reading, put into the SQL or the rules
on purpose, makes the named checks fail.
"""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from tests.spec.harness import Spec, check, mutate, statement, world


def failing(spec: Spec, *check_ids: str) -> list[str]:
    """Those of the checks that fail."""
    return [check_id for check_id in check_ids if check(spec, check_id).status == "failed"]


def month(spec: Spec, ym: int, *row_codes: str) -> dict[str, str]:
    """本月数 of some rows of the only ledger's 收支表."""
    told = statement(spec, "fct_income_statement", ym)
    return {row_code: told[row_code][0] for row_code in row_codes}


# 1 ------------------------------------------------------------------- finsubs_amt + FINSUBS_IN


def subsidised() -> Spec:
    """One resident pays 380; the row also names 640 of subsidy, which the bank shows as received."""
    return world(
        contributions="""
        clct_obj | insutype | psn_clct_amt | finsubs_amt | clct_sumamt | arvl_date
        R        | 390      | 380.00       | 640.00      | 1020.00     | 2023-11-06
        """,
        fund_transfers="""
        traf_sn | insutype | traf_item  | hif_acct_type | amt    | balc   | acen_date
        T1      | 390      | PREM_IN    | 1             | 380.00 | 380.00 | 2023-11-06
        T2      | 390      | FINSUBS_IN | 4             | 640.00 | 640.00 | 2023-11-10
        """,
    )


def test_subsidy_is_income_once_from_the_bank_line() -> None:
    """1,020 of income, not 1,660."""
    assert month(subsidised(), 202311, "1", "1.1", "1.2") == {
        "1": "1020.00",
        "1.1": "380.00",
        "1.2": "640.00",
    }
    assert failing(subsidised(), "T-11", "T-12", "T-13") == []


def test_subsidy_read_as_premium_is_seen() -> None:
    """The revenue account would hold money the bank never showed."""
    spec = mutate(
        subsidised(),
        "stg_contribution",
        "c.psn_clct_amt, c.oth_clct_amt",
        "c.psn_clct_amt + c.finsubs_amt as psn_clct_amt, c.oth_clct_amt",
    )
    assert month(spec, 202311, "1") == {"1": "1660.00"}
    assert failing(spec, "T-11", "T-12") == ["T-11", "T-12"]


# 2 ------------------------------------------------------------- contributions + PREM_IN/SURY_IN


def collected() -> Spec:
    """800 through the bank and 500 through the treasury, each told by a premium row and a bank row."""
    return world(
        contributions="""
        clct_way | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | intsury_time
        01       | 600.00       | 200.00       | 200.00      | 2023-11-06 |
        02       | 500.00       | 0.00         | 0.00        | 2023-11-06 | 2023-11-08 10:00:00
        """,
        fund_transfers="""
        traf_sn | traf_item | hif_acct_type | amt    | balc   | acen_date
        T1      | PREM_IN   | 1             | 800.00 | 800.00 | 2023-11-06
        T2      | SURY_IN   | 5             | 500.00 | 500.00 | 2023-11-08
        """,
    )


def test_premiums_are_income_once_from_the_premium_rows() -> None:
    """1,100 + 200, not twice that: bank rows of premiums only reconcile."""
    assert month(collected(), 202311, "1.1", "2.1") == {"1.1": "1100.00", "2.1": "200.00"}
    assert failing(collected(), "T-11", "T-12", "T-13") == []


def test_a_bank_row_of_premiums_that_posts_is_seen() -> None:
    """The rule that names the posting source, changed for PREM_IN and SURY_IN."""
    for item, income in (("PREM_IN", "1900.00"), ("SURY_IN", "1600.00")):
        spec = collected().sql(
            "UPDATE rule_traf_item SET posting_source = 'fund_transfers', key_suffix = 'ALL'"
            f" WHERE traf_item = '{item}'",
            f"""INSERT INTO rule_posting SELECT * REPLACE ('{item}.ALL/310' AS rule_id,
                '{item}.ALL' AS posting_key) FROM rule_posting WHERE rule_id = 'E01.POOL/310'""",
        )
        assert month(spec, 202311, "1.1") == {"1.1": income}
        assert failing(spec, "T-11", "T-12", "T-13") == ["T-11", "T-12", "T-13"]


# 3 ------------------------------------------------------------------ employer rows + person rows


def employed() -> Spec:
    """An employer's month and the same money again in the rows of its two employees."""
    return world(
        contributions="""
        clct_obj | emp_no_hash | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
        E        | e1          | 600.00       | 200.00       | 200.00      | 2023-11-06
        S        | e1          | 450.00       | 150.00       | 150.00      | 2023-11-06
        S        | e1          | 150.00       | 50.00        | 50.00       | 2023-11-06
        """,
        fund_transfers="""
        traf_item | hif_acct_type | amt    | balc   | acen_date
        PREM_IN   | 1             | 800.00 | 800.00 | 2023-11-06
        """,
    )


def test_an_employers_month_is_income_once() -> None:
    """600 + 200, not 1,200 + 400."""
    assert month(employed(), 202311, "1.1", "2.1") == {"1.1": "600.00", "2.1": "200.00"}
    assert failing(employed(), "T-11", "T-12", "T-13") == []


def test_employer_and_person_rows_both_posted_are_seen() -> None:
    """The revenue account would hold 1,600 where the bank shows 800."""
    spec = mutate(employed(), "stg_contribution", "where clct_obj = 'E'", "where clct_obj = '?'")
    assert month(spec, 202311, "1.1", "2.1") == {"1.1": "1200.00", "2.1": "400.00"}
    assert failing(spec, "T-11", "T-12") == ["T-11", "T-12"]


# 4 ---------------------------------------------------------------------------- hifmi_pay + E38


def insured() -> Spec:
    """The fund paid 9,000 to the insurer; a settlement shows 3,000 that the insurer bore."""
    return world(
        vouchers="""
        insutype | line_no | posting_date | account_code | debit_amt | credit_amt
        390      | 1       | 2023-11-01   | 1004         | 50000.00  | 0.00
        390      | 2       | 2023-11-01   | 3001         | 0.00      | 50000.00
        """,
        settlements="""
        insutype | med_type | hifp_pay | hifmi_pay
        390      | 21       | 20000.00 | 3000.00
        """,
        clearing="""
        fee_clr_id | insutype | act_dfr_amt
        F1         | 390      | 20000.00
        """,
        fund_transfers="""
        traf_sn | insutype | traf_item  | hif_acct_type | incexpd_dirc | amt      | balc     | acen_date  | fee_clr_id
        T1      | 390      | DFR_OUT    | 2             | 2            | 20000.00 | 30000.00 | 2023-11-15 | F1
        T2      | 390      | DABING_OUT | 2             | 2            | 9000.00  | 21000.00 | 2023-11-20 |
        """,
    )


def test_catastrophic_illness_is_expenditure_once_when_the_premium_is_moved() -> None:
    """9,000 on row 2.2 and 20,000 on row 2.1; the 3,000 is the insurer's and stays a memo."""
    assert month(insured(), 202311, "2", "2.1", "2.2") == {
        "2": "29000.00",
        "2.1": "20000.00",
        "2.2": "9000.00",
    }
    assert failing(insured(), "J-02", "T-11", "T-12", "T-14") == []


def test_hifmi_pay_added_to_what_is_paid_is_seen() -> None:
    """The payment order would be booked above what the bank moved."""
    spec = mutate(
        insured(),
        "jrn_payment",
        "(c.pool_amt * 100)::hugeint as pool_fen",
        "((c.pool_amt + (select sum(hifmi_pay) from settlements)) * 100)::hugeint as pool_fen",
    )
    assert month(spec, 202311, "2") == {"2": "32000.00"}
    assert failing(spec, "J-02", "T-11", "T-12", "T-14") == ["J-02", "T-11", "T-12", "T-14"]


# 5 ------------------------------------------------------------------------ settlements + DFR_OUT


def settled_and_paid() -> Spec:
    """52,000 settled in October, 50,000 of it paid in November."""
    return world(
        vouchers="""
        line_no | posting_date | account_code | debit_amt | credit_amt | fund
        1       | 2023-11-01   | 1004         | 80000.00  | 0.00       | NA
        2       | 2023-11-01   | 300101       | 0.00      | 80000.00   | POOL
        """,
        settlements="""
        setl_id | med_type | hifp_pay | clr_ym
        S1      | 21       | 40000.00 | 202310
        S2      | 11       | 12000.00 | 202310
        """,
        clearing="""
        fee_clr_id | clr_ym | act_dfr_amt
        F1         | 202310 | 50000.00
        """,
        fund_transfers="""
        traf_item | hif_acct_type | incexpd_dirc | amt      | balc     | acen_date  | fee_clr_id
        DFR_OUT   | 2             | 2            | 50000.00 | 30000.00 | 2023-11-15 | F1
        """,
    )


def test_benefits_are_expenditure_once_when_they_are_paid() -> None:
    """50,000: not 52,000 and not 102,000."""
    assert month(settled_and_paid(), 202311, "3.1", "3.1.1", "3.1.3") == {
        "3.1": "50000.00",
        "3.1.1": "38461.54",
        "3.1.3": "11538.46",
    }
    assert failing(settled_and_paid(), "J-02", "T-11", "T-12", "T-14") == []


def test_settlements_that_post_beside_the_payment_are_seen() -> None:
    """Both clocks at once: the bank moved 50,000 only."""
    spec = mutate(
        settled_and_paid(),
        "jrn_event",
        "    from jrn_recovery\n",
        """    from jrn_recovery
    union all
    select ledger_id, poolarea_no, scheme, 'SETL|' || setl_id, date '2023-11-30',
        'PAY.' || pool_part, '1004', null, 202311, hifp_pay, 1
    from stg_settlement
""",
    )
    assert month(spec, 202311, "3.1") == {"3.1": "102000.00"}
    assert failing(spec, "J-04", "T-11", "T-12") == ["J-04", "T-11", "T-12"]
