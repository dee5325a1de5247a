"""Assessed against collected by payer class, held against dated rates and base rules (S04, S13)."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, copy, rows, run, table, world

#: e1 an enterprise, e2 a public body, e3 a centre that pays for laid-off workers, e4 insures itself
ROWS = """
    clct_detl_id | clct_obj | emp_no_hash | cashym | clct_flag | emp_type | emp_mgt_type | emp_clctstd | clct_psncnt | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
    C1           | E        | e1          | 202401 | 1         | 10       | 01           | 10000.00    | 2           | 600.00       | 200.00       | 200.00      | 2024-01-10
    C2           | E        | e2          | 202401 | 0         | 30       | 01           | 5000.00     | 1           | 300.00       | 100.00       | 100.00      |
    C3           | E        | e3          | 202401 | 1         | 10       | 05           | 9000.00     | 3           | 720.00       | 0.00         | 0.00        | 2024-01-10
    C4           | E        | e4          | 202401 | 1         | 10       | 02           |             | 1           | 0.00         | 250.00       | 0.00        | 2024-01-10
    C5           | E        | e1          | 202402 | 1         | 10       | 01           | 10000.00    | 2           | 500.00       | 200.00       | 200.00      | 2024-02-10
    C6           | E        | e2          | 202402 | 1         | 30       | 01           | 5000.00     | 1           | 300.00       | 100.00       | 100.00      | 2024-03-08
    C7           | S        | e5          | 202402 | 0         |          |              |             |             | 50.00        | 20.00        | 20.00       |
    C8           | R        |             | 202402 | 1         |          |              |             |             | 0.00         | 400.00       |             | 2024-02-10
"""


@cache
def _inputs() -> Spec:
    return world(
        contributions=ROWS.replace("| R        |             |", "| R        | e8          |")
    ).sql(
        "UPDATE contributions SET insutype = '390' WHERE clct_obj = 'R'",
        "INSERT INTO rule_contribution_base SELECT 'EMP_RATE', '610100', '*', 0.06, '', '', "
        "DATE '2024-01-01', NULL, ''",
        "INSERT INTO rule_contribution_base SELECT 'MEAN_WAGE', '610100', '*', 5000, '元', '', "
        "DATE '2024-01-01', NULL, ''",
    )


def told(spec: Spec, columns: str, ym: int) -> list[tuple[str, ...]]:
    return rows(
        run(spec, "fct_assessment"),
        f"SELECT {columns} FROM fct_assessment WHERE period_ym = {ym} ORDER BY insutype, payer_class",
    )


@pytest.mark.mechanism("S03", "S13")
def test_assessed_collected_and_arrears_by_payer_class() -> None:
    assert told(
        copy(_inputs()),
        "payer_class, row_cnt, unpaid_cnt, assessed_amt, collected_amt, arrear_amt",
        202401,
    ) == table("""
        class | rows | unpaid | assessed | collected | arrear
        02    | 1    | 0      | 250.00   | 250.00    | 0.00
        05    | 1    | 0      | 720.00   | 720.00    | 0.00
        10    | 1    | 0      | 800.00   | 800.00    | 0.00
        30    | 1    | 1      | 400.00   | 0.00      | 400.00
    """)
    # a person's row and a resident's are classes of their own
    assert told(copy(_inputs()), "payer_class, assessed_amt, collected_amt", 202402) == table("""
        class | assessed | collected
        05    | 0.00     | 0.00
        10    | 700.00   | 700.00
        30    | 400.00   | 400.00
        S     | 70.00    | 0.00
        R     | 400.00   | 400.00
    """)


def test_money_that_comes_after_the_month_of_the_books_is_not_collected_yet() -> None:
    spec = copy(_inputs()).sql("UPDATE param_run SET through_ym = 202402")
    assert told(spec, "payer_class, unpaid_cnt, collected_amt, arrear_amt", 202402)[2] == (
        "30",
        "1",
        "0.00",
        "400.00",
    )


@pytest.mark.mechanism("S05", "S13")
def test_the_premium_against_base_times_rate() -> None:
    """6 % and 2 %: 800 of 10,000 is right, 700 is 100 short; without a base nothing is held."""
    columns = "payer_class, base_amt, implied_amt, rate_diff_amt, status"
    assert told(copy(_inputs()), columns, 202401) == table("""
        class | base     | implied | diff | state
        02    |          |         |      | no_base
        05    | 9000.00  | 720.00  | 0.00 | matched
        10    | 10000.00 | 800.00  | 0.00 | matched
        30    | 5000.00  | 400.00  | 0.00 | matched
    """)
    assert told(copy(_inputs()), columns, 202402)[1] == (
        "10",
        "10000.00",
        "800.00",
        "-100.00",
        "rate_differs",
    )


@pytest.mark.mechanism("S04")
@pytest.mark.parametrize(
    ("change", "rule_base", "diff", "status"),
    [
        # 60 % of the mean wage of 5,000, three persons: 9,000
        ("SELECT 1", "9000.00", "0.00", "matched"),
        ("UPDATE contributions SET emp_clctstd = 8000, emp_clct_amt = 640 WHERE clct_detl_id = 'C3'",
            "9000.00", "-1000.00", "base_differs"),
        # the centre pays both parts: nothing may be taken from the person
        ("UPDATE contributions SET emp_clct_amt = 540, psn_clct_amt = 180 WHERE clct_detl_id = 'C3'",
            "9000.00", "0.00", "person_charged"),
        # no mean wage is known: the base cannot be checked
        ("DELETE FROM rule_contribution_base WHERE base_rule = 'MEAN_WAGE'", "", "", "matched"),
        # the wage of another pool is not taken
        ("UPDATE rule_contribution_base SET scope = '610200' WHERE base_rule = 'MEAN_WAGE'",
            "", "", "matched"),
        # … nor one that is not in force yet
        ("UPDATE rule_contribution_base SET valid_from = '2024-01-02' WHERE base_rule = 'MEAN_WAGE'",
            "", "", "matched"),
    ],
)  # fmt: skip
def test_the_base_of_laid_off_workers(change: str, rule_base: str, diff: str, status: str) -> None:
    spec = copy(_inputs()).sql(change)
    assert told(spec, "payer_class, rule_base_amt, base_diff_amt, status", 202401)[1] == (
        "05",
        rule_base,
        diff,
        status,
    )


def test_a_pool_s_own_rate_goes_before_the_general_one() -> None:
    spec = copy(_inputs()).sql(
        "UPDATE rule_contribution_base SET valid_to = DATE '2024-01-31' WHERE scope = '610100' "
        "AND base_rule = 'EMP_RATE'",
        "INSERT INTO rule_contribution_base SELECT 'EMP_RATE', '610100', '*', 0.05, '', '', "
        "DATE '2024-02-01', NULL, ''",
    )
    columns = "payer_class, implied_amt, status"
    assert told(spec, columns, 202401)[2] == ("10", "800.00", "matched")
    assert told(spec, columns, 202402)[1] == ("10", "700.00", "matched")


def test_a_general_rate_judges_nobody() -> None:
    """The law says "about 6 %": the difference is told, the state says that no rate is known."""
    spec = copy(_inputs()).sql(
        "DELETE FROM rule_contribution_base WHERE scope = '610100' AND base_rule = 'EMP_RATE'"
    )
    assert told(spec, "payer_class, rate_diff_amt, status", 202402)[1] == (
        "10",
        "-100.00",
        "no_local_rate",
    )


@pytest.mark.mechanism("S13")
def test_undeclared_payers_are_memo_at_110_percent_of_last_month() -> None:
    """e3 declared 720 for January and nothing for February; e4 insures itself and is not asked."""
    assert told(copy(_inputs()), "payer_class, undeclared_cnt, undeclared_amt", 202402)[0] == (
        "05",
        "1",
        "792.00",
    )
    assert told(copy(_inputs()), "undeclared_cnt", 202403) == []


def test_the_110_percent_are_rounded_half_up_to_the_fen() -> None:
    spec = copy(_inputs()).sql(
        "UPDATE contributions SET emp_clct_amt = 720.05 WHERE clct_detl_id = 'C3'"
    )
    assert told(spec, "payer_class, undeclared_amt", 202402)[0] == ("05", "792.06")


def test_nobody_is_undeclared_before_the_law() -> None:
    spec = copy(_inputs()).sql(
        "UPDATE contributions SET cashym = cashym - 1400, arvl_date = arvl_date - INTERVAL 14 YEAR"
    )
    assert set(told(spec, "undeclared_cnt", 201002)) == {("0",)}


def test_collected_is_what_the_books_post() -> None:
    """Every premium of the journal, and nothing else, is collected here."""
    spec = run(run(copy(_inputs()), "fct_assessment"), "fct_journal")
    assert rows(spec, "SELECT sum(collected_amt) FROM fct_assessment") == rows(
        spec,
        """SELECT sum(credit_amt - debit_amt) FROM fct_journal
        WHERE (left(account_code, 4) = '4001' OR account_code = '4601') AND NOT is_closing
            AND event_code <> 'E83'""",
    )
