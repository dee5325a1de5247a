"""Premiums paid by others, received ahead, taken from accounts; the pool's allocation to them."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, lines, rows, run, table, world

SUPPL_ON = """
    INSERT INTO rule_parameter
    SELECT * REPLACE ('610100' AS scope, 'on' AS value) FROM rule_parameter
    WHERE name = 'suppl2026'
"""


@pytest.mark.event("E07")
def test_e07_a_third_party_pays_into_the_fiscal_account() -> None:
    """clct_way 06: the same income accounts as the payer's own premium."""
    spec = world(
        contributions="""
        clct_obj | insutype | clct_way | emp_clct_amt | psn_clct_amt | traf_sumamt | accrym_begn
        S        | 310      | 06       | 0.00         | 100.00       | 30.00       | 202311
        R        | 390      | 06       | 0.00         | 380.00       |             | 202311
        """
    )
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E07   | 1003    | NA   | 30.00  |
        E07   | 400102  | PA   |        | 30.00
        E07   | 1003    | NA   | 70.00  |
        E07   | 400101  | POOL |        | 70.00
        E07   | 1003    | NA   | 380.00 |
        E07   | 4001    | NA   |        | 380.00
    """)


@pytest.mark.event("E19")
@pytest.mark.parametrize("clct_type", ["36", "40", "41"])
def test_e19_moves_premium_income_from_the_pool_to_the_accounts(clct_type: str) -> None:
    """No cash; red ink on the pool's side, so the sum of 4001 stays; the employer's row stays."""
    spec = world(
        contributions=f"""
        clct_obj | emp_no_hash | clct_type   | emp_clct_amt | psn_clct_amt | traf_sumamt | traf_time
        E        | e1          | 10          | 600.00       | 0.00         | 0.00        |
        S        | e1          | {clct_type} | 0.00         | 100.00       | 100.00      | 2023-12-20 08:00:00
        """
    )
    assert lines(spec, "event_code = 'E19'") == table("""
        event | account | fund | debit | credit
        E19   | 400101  | POOL |       | -100.00
        E19   | 400102  | PA   |       | 100.00
    """)
    assert rows(spec, "SELECT DISTINCT posting_date FROM jrn_line WHERE event_code = 'E19'") == [
        ("2023-12-20",)
    ]
    assert [check(spec, c).items for c in ("J-01", "J-04", "T-01", "T-13")] == [[]] * 4


def ahead(*rows_drawn: str, on: bool = True, through: int = 209912) -> Spec:
    """Residents' premiums: id, original, reversal flag, benefit year's month, amount, day."""
    head = "clct_detl_id | init_clct_detl_id | revs_flag | accrym_begn | psn_clct_amt | arvl_date | clct_obj | insutype | clct_way\n"
    spec = world(through, contributions=head + "\n".join(f"{r} | R | 390 | 02" for r in rows_drawn))
    return spec.sql(SUPPL_ON) if on else spec


PAID = "C1 | | Z | 202701 | 400.00 | 2026-10-12"
LATE = "C2 | | Z | 202701 | 400.00 | 2026-12-01"
BACK = "C3 | C1 | - | 202701 | -400.00 | 2026-11-20"
BACK_IN_THE_YEAR = "C4 | C1 | - | 202701 | -400.00 | 2027-02-20"


@pytest.mark.event("E05s", "E06s")
def test_e05s_premiums_of_next_year_wait_and_e06s_makes_them_income_at_once() -> None:
    """suppl2026 on for the pool: 200104 until the first day of the benefit year."""
    spec = ahead(PAID, LATE)
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E05s  | 1005    | NA   | 400.00 |
        E05s  | 200104  | NA   |        | 400.00
        E05s  | 1005    | NA   | 400.00 |
        E05s  | 200104  | NA   |        | 400.00
        E06s  | 200104  | NA   | 800.00 |
        E06s  | 4001    | NA   |        | 800.00
    """)
    assert rows(spec, "SELECT posting_date FROM jrn_event WHERE posting_key = 'E06s.ALL'") == [
        ("2027-01-01",)
    ]
    assert [check(spec, c).items for c in ("J-01", "J-04", "T-13", "T-30")] == [[]] * 4


@pytest.mark.event("E05")
@pytest.mark.parametrize("on", [True, False])
def test_the_switch_is_off_unless_the_pool_has_chosen_it(on: bool) -> None:
    """E05 before 2026 whatever the switch says, and in 2026 without it."""
    year = "2025" if on else "2026"
    spec = ahead(f"C1 | | Z | {int(year) + 1}01 | 400.00 | {year}-10-12", on=on)
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E05   | 1005    | NA   | 400.00 |
        E05   | 4001    | NA   |        | 400.00
    """)


def test_another_pools_choice_is_not_this_pools() -> None:
    """A pool's own row goes before ``*``."""
    spec = ahead(PAID).sql("UPDATE rule_parameter SET scope = '620100' WHERE scope = '610100'")
    assert rows(run(spec), "SELECT DISTINCT event_code FROM jrn_line") == [("E05",)]


@pytest.mark.event("E16", "E97")
def test_a_premium_given_back_before_its_year_never_becomes_income() -> None:
    """200104 takes it back; nothing is left for January."""
    spec = ahead(PAID, BACK)
    assert lines(spec) == table("""
        event | account | fund | debit  | credit
        E05s  | 1005    | NA   | 400.00 |
        E05s  | 200104  | NA   |        | 400.00
        E16   | 200104  | NA   | 400.00 |
        E16   | 1002    | NA   |        | 400.00
    """)
    assert [check(spec, c).items for c in ("J-01", "J-04", "T-13", "T-30")] == [[]] * 4


@pytest.mark.event("E16", "E97")
def test_a_premium_given_back_in_its_year_is_a_refund_of_this_years_income() -> None:
    """Received in 2026, income of 2027, given back in 2027: E16, not E17."""
    spec = ahead(PAID, BACK_IN_THE_YEAR)
    assert lines(spec, "period_ym = 202702") == table("""
        event | account | fund | debit  | credit
        E16   | 4001    | NA   | 400.00 |
        E16   | 1002    | NA   |        | 400.00
    """)


@pytest.mark.event("E03", "E04")
def test_a_personal_account_pays_without_a_bank() -> None:
    """clct_way 31: the payer's account is spent; a resident's premium goes over 2001 and 1101."""
    spec = world(
        contributions="""
        clct_obj | insutype | clct_way | psn_type | psn_clct_amt | traf_sumamt | accrym_begn
        S        | 310      | 31       | 1103     | 100.00       | 30.00       | 202311
        R        | 390      | 31       | 1501     | 380.00       |             | 202311
        """
    )
    assert lines(spec) == table("""
        event | account  | fund | debit  | credit
        E03   | 50010202 | PA   | 30.00  |
        E03   | 400102   | PA   |        | 30.00
        E03   | 50010202 | PA   | 70.00  |
        E03   | 400101   | POOL |        | 70.00
        E04   | 50010202 | PA   | 380.00 |
        E04   | 200109   | NA   |        | 380.00
        E04   | 110109   | NA   | 380.00 |
        E04   | 4001     | NA   |        | 380.00
    """)
    assert [check(spec, c).items for c in ("J-01", "J-04", "T-01", "T-13", "T-30")] == [[]] * 5
