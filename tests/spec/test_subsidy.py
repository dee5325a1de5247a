"""Subsidy due: heads × dated standard against the bank, year by year."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, copy, rerun, rows, run, table, world

HEADS = """
    stt_ym | insu_admdvs | insutype | psn_type | insu_psncnt
    202306 | 610102      | 390      | 14       | 500
    202312 | 610102      | 390      | 14       | 60
    202312 | 610102      | 390      | 15       | 30
    202312 | 610102      | 390      | ALL      | 90
    202312 | 610103      | 390      | 14       | 10
    202312 | 610103      | 310      | 11       | 7000
    202403 | 610102      | 390      | ALL      | 100
"""
BANK = """
    traf_sn | insutype | traf_item  | hif_acct_type | amt      | acen_date
    T1      | 390      | FINSUBS_IN | 4             | 60000.00 | 2023-05-10
    T2      | 390      | FINSUBS_IN | 4             | 4000.00  | 2023-11-10
    T3      | 390      | FINSUBS_IN | 4             | 50000.00 | 2024-02-10
    T4      | 310      | FINSUBS_IN | 4             | 700.00   | 2023-05-10
"""


@cache
def _subsidy() -> Spec:
    return run(world(insured_headcount=HEADS, fund_transfers=BANK), "fct_subsidy_due")


def told(spec: Spec) -> list[tuple[str, ...]]:
    """Year, month of the heads, heads, standard, due, received, difference, state."""
    return rows(
        rerun(spec, "fct_subsidy_due"),
        """SELECT subsidy_year, head_ym, head_cnt, standard_amt, due_amt, received_amt, diff_amt,
            status FROM fct_subsidy_due ORDER BY ALL""",
    )


@pytest.mark.mechanism("S46")
def test_heads_by_the_standard_of_the_year() -> None:
    """100 heads at the end of 2023 (the row of all before its groups), 100 by March 2024."""
    assert told(copy(_subsidy())) == table("""
        year | heads of | heads | standard | due      | received | diff      | state
        2023 | 202312   | 100   | 640.00   | 64000.00 | 64000.00 | 0.00      | matched
        2024 | 202403   | 100   | 670.00   | 67000.00 | 50000.00 | -17000.00 | open
    """)


@pytest.mark.parametrize(
    ("change", "due", "diff", "status"),
    [
        ("UPDATE fund_transfers SET amt = 3999.99 WHERE traf_sn = 'T2'", "64000.00", "-0.01", "short"),
        ("UPDATE fund_transfers SET amt = 4000.01 WHERE traf_sn = 'T2'", "64000.00", "0.01", "over"),
        # cancelled before it moved money
        ("UPDATE fund_transfers SET fin_vali_flag = 'F' WHERE traf_sn = 'T2'", "64000.00", "-4000.00", "short"),
        ("UPDATE rule_subsidy SET benefit_year = 2022 WHERE benefit_year = 2023", "", "", "no_standard"),
        ("DELETE FROM insured_headcount WHERE stt_ym < 202400", "", "", "no_count"),
        # a pool's own standard goes before the nation's
        ("INSERT INTO rule_subsidy SELECT '610100', 2023, 700, 380, '', ''", "70000.00", "-6000.00", "short"),
        ("INSERT INTO rule_subsidy SELECT '610200', 2023, 700, 380, '', ''", "64000.00", "0.00", "matched"),
    ],
)  # fmt: skip
def test_what_decides_the_state(change: str, due: str, diff: str, status: str) -> None:
    spec = copy(_subsidy()).sql(change)
    rerun(spec, "stg_transfer")
    row = told(spec)[0]
    assert (row[4], row[6], row[7]) == (due, diff, status)


def test_the_subsidy_on_premium_rows_is_memo_by_benefit_year() -> None:
    """An unpaid row tells nothing; the bank alone counts as received."""
    spec = run(
        world(
            insured_headcount=HEADS,
            fund_transfers=BANK,
            contributions="""
                clct_obj | insutype | clct_flag | cashym | accrym_begn | psn_clct_amt | finsubs_amt | arvl_date
                R        | 390      | 1         | 202310 | 202401      | 400.00       | 670.00      | 2023-10-10
                R        | 390      | 1         | 202310 | 202301      | 380.00       | 640.00      | 2023-10-10
                R        | 390      | 0         | 202310 | 202301      | 380.00       | 640.00      |
            """,
        ),
        "fct_subsidy_due",
    )
    assert rows(
        spec, "SELECT subsidy_year, told_amt, received_amt FROM fct_subsidy_due ORDER BY 1"
    ) == [("2023", "640.00", "64000.00"), ("2024", "670.00", "50000.00")]


@pytest.mark.mechanism("S46")
def test_the_standards_are_those_published() -> None:
    assert rows(
        world(),
        "SELECT benefit_year, subsidy_amt, personal_amt FROM rule_subsidy WHERE scope = '*' ORDER BY 1",
    ) == [("2023", "640.00", "380.00"), ("2024", "670.00", "400.00")]
