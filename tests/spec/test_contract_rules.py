"""Rules over sets of accepted rows: what they hit, what they pass, what they cannot tell."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.drawn import add
from tests.spec.harness import Spec, mutate, rows, run, table, world
from tests.spec.worlds import good


def units(model: str, spec: Spec, columns: str = "src_row, is_hit") -> list[tuple[str, ...]]:
    """What a model says of each of its rows, in the file's order; '' where it cannot tell."""
    return rows(run(spec, model), f"SELECT {columns} FROM {model} ORDER BY rule_id, src_row")


# ------------------------------------------------------------------ POSSIBLE_DOUBLE_COLLECTION

PREMIUMS = """
    clct_detl_id | init_clct_detl_id | clct_obj | insutype | psn_no_hash | cashym | accrym_begn | accrym_end | clct_type | clct_flag | revs_flag | clct_sumamt | arvl_date
    A1           |                   | R        | 390      | p1          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-11-06
    A2           |                   | R        | 390      | p1          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-12-04
    B1           |                   | R        | 390      | p2          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-11-06
    B2           |                   | R        | 390      | p2          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-11-07
    B3           | B1                | R        | 390      | p2          | 202401 | 202401      | 202412     | 10        | 1         | -         | -380.00     | 2023-11-08
    C1           |                   | R        | 390      | p3          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-11-06
    C2           |                   | R        | 390      | p3          | 202401 | 202401      | 202412     | 20        | 1         | Z         | 380.00      | 2023-11-06
    C3           |                   | R        | 390      | p3          | 202501 | 202501      | 202512     | 10        | 1         | Z         | 380.00      | 2023-11-06
    D1           |                   | R        | 390      | p4          | 202401 | 202401      | 202412     | 10        | 1         | Z         | 380.00      | 2023-11-06
    D2           |                   | R        | 390      | p4          | 202401 | 202401      | 202412     | 10        | 0         | Z         | 380.00      |
    E1           |                   | E        | 310      |             | 202311 | 202311      | 202311     | 10        | 1         | Z         | 900.00      | 2023-11-06
    E2           |                   | E        | 310      |             | 202311 | 202311      | 202311     | 10        | 1         | Z         | 900.00      | 2023-11-06
"""
DOUBLE = """SELECT period_ym, src_row, row_cnt, is_hit, expected_amt, found_amt, amount
    FROM set_double_collection ORDER BY ALL NULLS LAST"""


def test_a_premium_paid_twice_is_hit_once() -> None:
    """p1's second row. p2's first was reversed; p3 paid three things; p4's second is not paid; employers have no person."""
    spec = run(world(contributions=PREMIUMS), "set_double_collection")
    assert rows(spec, DOUBLE) == table("""
        ym     | row | rows | hit   | expected | found  | amount
        202311 |     | 6    | False |          |        |
        202312 | 2   | 1    | True  | 0.00     | 380.00 | 380.00
        202312 |     | 0    | False |          |        |
    """)


def test_a_premium_reversed_in_part_is_still_in_force() -> None:
    """380 − 100: p2 has paid twice."""
    spec = world(contributions=PREMIUMS).sql(
        "UPDATE contributions SET clct_sumamt = -100 WHERE clct_detl_id = 'B3'"
    )
    assert [row[1] for row in rows(run(spec, "set_double_collection"), DOUBLE)] == [
        "4",
        "",
        "2",
        "",
    ]


def test_a_reversal_that_is_not_taken_out_is_seen() -> None:
    """Mutation: without the reversals p2 would be hit."""
    spec = mutate(
        world(contributions=PREMIUMS), "set_double_collection",
        "where r.init_clct_detl_id is null or p.clct_sumamt + r.clct_sumamt <> 0", "",
    )  # fmt: skip
    assert [row[1] for row in rows(spec, DOUBLE)] == ["4", "", "2", ""]


# ---------------------------------------------------------------------------- TRANSFER_ONE_LEG

HEAD = "traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt | acen_date"
#: statements from 1 November to 29 December
SPAN = """
    source_sha | traf_item | acen_date
    span       | PREM_IN   | 2023-11-01
    span       | PREM_IN   | 2023-12-29
"""


def legs(drawn: str, head: str = HEAD) -> list[tuple[str, ...]]:
    """(row, hit) of the legs between the first and the last line of ``SPAN``."""
    spec = world(fund_transfers=f"{head}\n{drawn}")
    add(spec.con, "fund_transfers", SPAN)
    return units("set_transfer", spec)


def test_both_legs_within_a_week_are_a_transfer() -> None:
    """Seven days apart are, eight are not: both legs stand alone."""
    assert legs("""
        T1 | URSN      | 1 | 2 | 90.00 | 2023-11-10
        T2 | URSN      | 4 | 1 | 90.00 | 2023-11-17
        T3 | ALLOC_OUT | 4 | 2 | 70.00 | 2023-11-20
        T4 | ALLOC_OUT | 2 | 1 | 70.00 | 2023-11-28
    """) == [("1", "False"), ("2", "False"), ("3", "True"), ("4", "True")]


def test_another_amount_or_item_or_the_same_direction_is_no_second_leg() -> None:
    """A fen less; another item; two payments."""
    assert legs("""
        T1 | URSN      | 1 | 2 | 90.00 | 2023-11-10
        T2 | URSN      | 4 | 1 | 89.99 | 2023-11-10
        T3 | ALLOC_OUT | 4 | 2 | 70.00 | 2023-11-20
        T4 | INTE_OUT  | 4 | 1 | 70.00 | 2023-11-20
        T5 | URSN      | 1 | 2 | 60.00 | 2023-11-20
        T6 | URSN      | 5 | 2 | 60.00 | 2023-11-20
    """) == [(str(n), "True") for n in range(1, 7)]


def test_equal_amounts_are_paired_one_to_one() -> None:
    """Of three payments of 50 one never arrived: that of the 13th, whose week saw no other receipt."""
    assert legs("""
        T1 | URSN | 1 | 2 | 50.00 | 2023-11-03
        T2 | URSN | 4 | 1 | 50.00 | 2023-11-03
        T3 | URSN | 1 | 2 | 50.00 | 2023-11-13
        T4 | URSN | 1 | 2 | 50.00 | 2023-11-23
        T5 | URSN | 4 | 1 | 50.00 | 2023-11-24
    """) == [("1", "False"), ("2", "False"), ("3", "True"), ("4", "False"), ("5", "False")]


def test_a_leg_out_of_reach_leaves_the_others_their_partners() -> None:
    """The first is too early for the receipt of the 14th, the second is not."""
    assert legs("""
        T1 | URSN | 1 | 2 | 50.00 | 2023-11-02
        T2 | URSN | 1 | 2 | 50.00 | 2023-11-08
        T3 | URSN | 4 | 1 | 50.00 | 2023-11-14
        T4 | URSN | 1 | 2 | 50.00 | 2023-11-18
        T5 | URSN | 4 | 1 | 50.00 | 2023-11-20
    """) == [("1", "True"), ("2", "False"), ("3", "False"), ("4", "False"), ("5", "False")]


def test_a_receipt_long_before_its_payment_is_none_of_its_legs() -> None:
    """Received on the 10th, sent on the 18th; the one of the 19th is its leg."""
    drawn = """
        T1 | URSN | 4 | 1 | 50.00 | 2023-11-10
        T2 | URSN | 1 | 2 | 50.00 | 2023-11-18
        T3 | URSN | 4 | 1 | 50.00 | 2023-11-19
    """
    assert legs(drawn) == [("1", "True"), ("2", "False"), ("3", "False")]


def test_a_leg_at_the_edge_of_the_statements_cannot_be_told() -> None:
    """Received on the 2nd, perhaps sent before the first page; sent on the 27th, perhaps received after the last."""
    assert legs("""
        T1 | URSN | 4 | 1 | 90.00 | 2023-11-02
        T2 | URSN | 1 | 2 | 80.00 | 2023-12-27
        T3 | URSN | 1 | 2 | 70.00 | 2023-12-22
    """) == [("1", ""), ("2", ""), ("3", "True")]


def test_a_line_taken_back_waits_for_no_other_leg() -> None:
    """T2 strikes T1 in its own account; T4 names T3, but in another account."""
    assert legs(
        """
        T1 | URSN | 1 | 2 | 90.00  | 2023-11-10 | Z |
        T2 | URSN | 1 | 2 | -90.00 | 2023-11-11 | - | T1
        T3 | URSN | 1 | 2 | 80.00  | 2023-11-10 | Z |
        T4 | URSN | 5 | 2 | -80.00 | 2023-11-11 | - | T3
        """,
        f"{HEAD} | fin_vali_flag | init_traf_sn",
    ) == [("3", "True"), ("4", "True")]  # fmt: skip


def test_money_from_outside_and_cancelled_lines_are_no_legs() -> None:
    """The premium is external; F never moved money."""
    assert legs(
        "T1 | URSN | 1 | 2 | 90.00 | 2023-11-10 | F |", f"{HEAD} | fin_vali_flag | init_traf_sn"
    ) == []  # fmt: skip


# ------------------------------------------------------------------------------- BALANCE_BREAK


def balances(drawn: str) -> list[tuple[str, ...]]:
    """(row, hit, expected, found, amount) of the lines that tell a balance."""
    head = "traf_item | hif_acct_type | incexpd_dirc | amt | balc | acen_date"
    spec = world(fund_transfers=f"{head}\n{drawn}")
    return units("set_balance", spec, "src_row, is_hit, expected_amt, found_amt, amount")


def test_each_balance_follows_from_the_one_before() -> None:
    """The first has none before it; row 3 is 10 too low, row 4 follows from row 3."""
    assert balances("""
        PREM_IN | 1 | 1 | 80.00 | 180.00 | 2023-11-06
        URSN    | 1 | 2 | 30.00 | 150.00 | 2023-11-07
        PREM_IN | 1 | 1 | 20.00 | 160.00 | 2023-11-07
        REFD_OUT| 1 | 2 | 5.00  | 155.00 | 2023-11-08
        URSN    | 4 | 1 | 30.00 | 930.00 | 2023-11-07
    """) == table("""
        row | hit   | expected | found  | amount
        1   |       |          | 180.00 |
        2   | False | 150.00   | 150.00 | 0.00
        3   | True  | 170.00   | 160.00 | 10.00
        4   | False | 155.00   | 155.00 | 0.00
        5   |       |          | 930.00 |
    """)


def test_an_untold_balance_is_carried_over() -> None:
    """Row 2 tells none, its money counts; a date before the file's place goes first."""
    assert balances("""
        PREM_IN | 1 | 1 | 80.00 | 180.00 | 2023-11-06
        PREM_IN | 1 | 1 | 7.00  |        | 2023-11-07
        PREM_IN | 1 | 1 | 20.00 | 210.00 | 2023-11-09
        PREM_IN | 1 | 1 | 3.00  | 190.00 | 2023-11-08
    """) == table("""
        row | hit   | expected | found  | amount
        1   |       |          | 180.00 |
        3   | False | 210.00   | 210.00 | 0.00
        4   | False | 190.00   | 190.00 | 0.00
    """)


def test_two_accounts_of_one_kind_are_two_statements() -> None:
    """Same pool, scheme and kind; the last four digits differ."""
    spec = world(
        fund_transfers="""
        traf_item | hif_acct_type | bankacct_mask | amt   | balc   | acen_date
        PREM_IN   | 1             | 1111          | 10.00 | 110.00 | 2023-11-06
        PREM_IN   | 1             | 2222          | 10.00 | 510.00 | 2023-11-06
        PREM_IN   | 1             | 1111          | 10.00 | 120.00 | 2023-11-07
        """
    )
    assert units("set_balance", spec) == [("1", ""), ("2", ""), ("3", "False")]


def test_lines_of_one_day_follow_the_files_by_name() -> None:
    """The second file's line of the 6th comes after the first file's."""
    drawn = """
        traf_item | source_sha | src_row | amt   | balc   | acen_date
        PREM_IN   | zz         | 1       | 10.00 | 110.00 | 2023-11-06
        PREM_IN   | aa         | 1       | 10.00 | 120.00 | 2023-11-06
    """
    named = """
        source_sha | source_file
        zz         | fund_transfers_610100_202311_1.csv
        aa         | fund_transfers_610100_202311_2.csv
    """
    for files, hits in (
        (named, [("aa", "False"), ("zz", "")]),
        ("batch_id", [("aa", ""), ("zz", "True")]),
    ):
        spec = run(world(fund_transfers=drawn, intake_batch=files), "set_balance")
        assert rows(spec, "SELECT source_sha, is_hit FROM set_balance ORDER BY 1") == hits


# -------------------------------------------------------------------------------- INTEREST_ODD

TERM = "traf_item | hif_acct_type | amt | balc | acen_date | int_begndate | int_enddate | int_rate | fund_code | term_flag"


def interest(amounts: tuple[str, str], *, begin: str = "2023-09-21", term: str = "") -> Spec:
    """36,000 from 1 September, 72,000 from 21 October; two interest rows of 21 December."""
    return world(
        fund_transfers=f"""{TERM}
        PREM_IN | 4 | 36000.00 | 36000.00 | 2023-09-01 | | | | |
        PREM_IN | 4 | 36000.00 | 72000.00 | 2023-10-21 | | | | |
        INTE_IN | 4 | {amounts[0]} | | 2023-12-21 | {begin} | 2023-12-20 | 0.010000 | 310100 | {term}
        INTE_IN | 4 | {amounts[1]} | | 2023-12-21 | {begin} | 2023-12-20 | 0.010000 | 310200 | {term}
        """
    )


WHAT = "src_row, is_hit, expected_amt, found_amt, amount"


def test_interest_is_held_against_rate_balance_and_days() -> None:
    """36,000 × 30 days + 72,000 × 61 days at 1 % / 360 = 30 + 122 = 152; both funds' rows together."""
    assert units("set_interest", interest(("100.00", "52.00")), WHAT) == [
        ("3", "False", "152.00", "152.00", "0.00")
    ]


@pytest.mark.parametrize(
    ("second", "hit"), [("59.60", "False"), ("59.61", "True"), ("44.39", "True")]
)
def test_interest_may_differ_by_five_per_cent(second: str, hit: str) -> None:
    """7.60 of 152 either way."""
    assert units("set_interest", interest(("100.00", second))) == [("3", hit)]


def test_interest_of_an_unknown_balance_or_of_a_deposit_cannot_be_told() -> None:
    """A term that begins before the statement; a deposit with a term of its own."""
    assert units("set_interest", interest(("1.00", "1.00"), begin="2023-08-21")) == [("3", "")]
    assert units("set_interest", interest(("1.00", "1.00"), term="1")) == [("3", "")]
    assert units("set_interest", interest(("1.00", "1.00"), term="0")) == [("3", "True")]


# ----------------------------------------------------------------------------- BUDGET_YEAR_SUM


def budget(months: int, amount: str, institution: str = "") -> list[tuple[str, ...]]:
    """A year of 1,200 and so many months of 100, the last of ``amount``."""
    body = "\n".join(
        f"{n:02d} | {amount if n == months else '100.00'} | {institution}"
        for n in range(1, months + 1)
    )
    spec = world(budget=f"stt_mon | budg_amt | fixmedins_code\n19 | 1200.00 |\n{body}")
    return units("set_budget", spec, "is_hit, expected_amt, found_amt, amount")


def test_twelve_months_make_the_year() -> None:
    """1,200; a fen more; eleven months tell nothing; an institution's months are not the pool's."""
    assert budget(12, "100.00") == [("False", "1200.00", "1200.00", "0.00")]
    assert budget(12, "100.01") == [("True", "1200.01", "1200.00", "0.01")]
    assert budget(11, "100.00") == [("", "1100.00", "1200.00", "100.00")]
    assert budget(12, "100.01", "H61010000001") == []


# ----------------------------------------------------------------------------------- HEADCOUNT


def heads(rule: str, drawn: str, insutype: str = "310") -> list[tuple[str, ...]]:
    """(row, hit, expected, found) under one rule."""
    head = "stt_ym | psn_type | insu_psncnt | new_insu_cnt | paus_insu_cnt"
    spec = world(insured_headcount=f"{head}\n{drawn}").sql(
        f"UPDATE insured_headcount SET insutype = '{insutype}'"
    )
    return [
        row[1:]
        for row in units("set_headcount", spec, "rule_id, src_row, is_hit, expected_cnt, found_cnt")
        if row[0] == rule
    ]


ROLL = """
    202312 | ALL | 1000 | 10 | 5
    202401 | ALL | 1020 | 30 | 10
    202402 | ALL | 1021 | 30 | 10
    202403 | ALL | 1021 |    | 10
    202405 | ALL | 1021 | 0  | 0
"""


def test_headcount_rolls_on_from_the_month_before() -> None:
    """January 1,000 + 30 − 10; February is 19 short; no movement told; April is missing."""
    assert heads("HEADCOUNT_ROLL", ROLL) == table("""
        row | hit   | expected | found
        1   |       |          | 1000
        2   | False | 1020     | 1020
        3   | True  | 1040     | 1021
        4   |       |          | 1021
        5   |       |          | 1021
    """)


JUMP = """
    202312 | 11 | 1000 | |
    202401 | 11 | 1201 | |
    202402 | 11 | 1441 | |
    202403 | 11 | 1152 | |
    202404 | 11 | 0    | |
    202405 | 11 | 50   | |
"""


def test_headcount_may_move_by_a_fifth_in_a_month() -> None:
    """+20.1 %, +19.98 %, −20.06 %, to nothing; from nothing no rate can be told."""
    assert [row[:2] for row in heads("HEADCOUNT_JUMP", JUMP)] == [
        ("1", ""), ("2", "True"), ("3", "False"), ("4", "True"), ("5", "True"), ("6", ""),
    ]  # fmt: skip


def test_residents_may_jump_in_january_only() -> None:
    """The January row is not tested, the others are."""
    assert [row[:2] for row in heads("HEADCOUNT_JUMP", JUMP, "390")] == [
        ("1", ""), ("3", "False"), ("4", "True"), ("5", "True"), ("6", ""),
    ]  # fmt: skip


def test_all_is_the_sum_of_the_groups() -> None:
    """1,000 = 700 + 300; 1,001 is not; a month with ALL alone has nothing to add up."""
    assert heads("HEADCOUNT_SUM", """
        202312 | ALL | 1000 | |
        202312 | 11  | 700  | |
        202312 | 12  | 300  | |
        202401 | ALL | 1001 | |
        202401 | 11  | 700  | |
        202401 | 12  | 300  | |
        202402 | ALL | 1001 | |
        202403 | 11  | 700  | |
    """) == [("1", "False", "1000", "1000"), ("4", "True", "1000", "1001"), ("7", "", "", "1001")]  # fmt: skip


# ------------------------------------------------------------------------------------ RECOVERY

CLAIMS = """
    setl_id | init_setl_id | hifp_pay | acct_pay | vali_flag | setl_time
    S1      |              | 100.00   | 10.00    | 1         | 2023-11-05 09:00:00
    S2      |              | 200.00   | 0.00     | 1         | 2023-11-06 09:00:00
    S3      | S1           | -100.00  | -10.00   | 1         | 2023-11-07 09:00:00
    S4      | S2           | -200.00  | 0.00     | 0         | 2023-11-07 09:00:00
"""
CLAIMED = """
    det_id | setl_id | ocur_ym | retn_way | crtf_amt | act_retn_amt | updt_time
    D1     | S1      | 202311  | 1        | 100.00   | 0.00         | 2023-12-01 09:00:00
    D1     | S1      | 202311  | 1        | 100.00   | 100.00       | 2023-12-02 09:00:00
    D2     | S2      | 202311  | 1        | 200.00   | 200.00       | 2023-12-01 09:00:00
    D3     | S1      | 202311  | 2        | 100.00   | 100.00       | 2023-12-01 09:00:00
    D4     | S9      | 202311  | 2        | 50.00    | 50.00        | 2023-12-01 09:00:00
    D5     | S9      | 202310  | 2        | 50.00    | 50.00        | 2023-12-01 09:00:00
    D6     | S9      |         | 2        | 50.00    | 50.00        | 2023-12-01 09:00:00
    D7     |         | 202311  | 1        | 50.00    | 50.00        | 2023-12-01 09:00:00
"""


def test_recoveries_and_the_settlements_they_name() -> None:
    """D1 by its newest version is taken twice; S2's reversal is not valid; D4's claim is nowhere, D5's
    month was never delivered, D6 tells no month, D7 names none."""
    spec = world(settlements=CLAIMS, recoveries=CLAIMED)
    assert units(
        "set_recovery", spec, "rule_id, src_row, is_hit, expected_amt, found_amt, amount"
    ) == table("""
        rule                   | row | hit   | expected | found   | amount
        RECOVERY_AND_REVERSAL  | 2   | True  | 0.00     | -110.00 | 100.00
        RECOVERY_AND_REVERSAL  | 3   | False | 0.00     |         | 200.00
        RECOVERY_CLAIM_UNKNOWN | 2   | False | 100.00   |         | 100.00
        RECOVERY_CLAIM_UNKNOWN | 3   | False | 200.00   |         | 200.00
        RECOVERY_CLAIM_UNKNOWN | 4   | False | 100.00   |         | 100.00
        RECOVERY_CLAIM_UNKNOWN | 5   | True  | 50.00    |         | 50.00
        RECOVERY_CLAIM_UNKNOWN | 6   |       | 50.00    |         | 50.00
        RECOVERY_CLAIM_UNKNOWN | 7   |       | 50.00    |         | 50.00
    """)


# --------------------------------------------------------------------------------------- marts


def test_rates_and_hits_are_published_up_to_the_last_month() -> None:
    """Three rows tested, one hit, in November; December lies behind the books."""
    spec = world(
        202311,
        fund_transfers="""
        traf_item | amt   | balc   | acen_date
        PREM_IN   | 10.00 | 110.00 | 2023-11-06
        PREM_IN   | 10.00 | 120.00 | 2023-11-07
        PREM_IN   | 10.00 | 131.00 | 2023-11-08
        PREM_IN   | 10.00 | 141.00 | 2023-11-09
        PREM_IN   | 10.00 | 142.00 | 2023-12-09
        """,
        intake_batch="source_sha | source_file\ntest | f.csv",
    )
    run(run(spec, "fct_contract_rate"), "fct_contract_hit")
    assert rows(
        spec,
        """SELECT rule_id, rule_zh, period_ym, rows_tested, rows_hit, rows_undecided, hit_amt,
            hit_permille FROM fct_contract_rate ORDER BY ALL""",
    ) == [
        ("BALANCE_BREAK", "账户余额不等于上一笔余额加减本笔金额", "202311", "3", "1", "1", "1.00", "333.3333")
    ]  # fmt: skip
    assert rows(
        spec, "SELECT rule_id, source_file, src_row, expected_amt, found_amt, amount FROM fct_contract_hit"
    ) == [("BALANCE_BREAK", "f.csv", "3", "130.00", "131.00", "1.00")]  # fmt: skip


def test_a_sound_world_has_no_hit() -> None:
    """Both schemes, two months of statements with their balances, premiums, a refund, a recovery."""
    spec = run(run(good(), "fct_contract_hit"), "fct_contract_rate")
    assert rows(spec, "SELECT * FROM fct_contract_hit") == []
    tested = rows(
        spec,
        "SELECT rule_id, sum(rows_tested), sum(rows_undecided) FROM fct_contract_rate"
        " GROUP BY rule_id ORDER BY rule_id",
    )
    assert tested == table("""
        rule | tested | undecided
        BALANCE_BREAK          | 19 | 7
        INTEREST_ODD           | 0  | 1
        RECOVERY_CLAIM_UNKNOWN | 1  | 0
        TRANSFER_ONE_LEG       | 12 | 0
    """)
