"""``books compare`` over the worked example: each rule's figures and why they differ, to the yuan."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.books.compare import compare
from pipelines.books.scope import MARTS
from pipelines.reports.compared import headlines
from tests.golden.test_books import golden_1
from tests.spec.harness import Spec, copy, run, table

if TYPE_CHECKING:
    from pipelines.books.comparison import Comparison

LEDGER = "610100-310"


def made(spec: Spec) -> Spec:
    for mart in MARTS:
        run(spec, mart)
    return spec


@cache
def told(ym: int) -> Comparison:
    return compare(made(golden_1()).con, LEDGER, ym, release_id="r1")


def figures(found: Comparison) -> list[tuple[str, ...]]:
    """Line; k17, a1999, proposed, proposed_accrual."""
    return [
        (line.key, *("" if value is None else f"{value:.2f}" for value in line.values))
        for line in found.lines
    ]


def reasons(found: Comparison, book: str, key: str) -> list[tuple[str, str]]:
    """Event (its earlier years' events where it stands for those) and amount."""
    difference = next(d for d in found.line(key).differences if d.book == book)
    return [(c.event_code or "+".join(c.events), f"{c.amount:.2f}") for c in difference.causes]


def test_01_november_differs_by_accrual_only() -> None:
    """December's premium is assessed in November: 60,000 and 20,000 due and not received."""
    assert figures(told(202311)) == table("""
        line     | k17        | a1999      | proposed   | proposed_accrual
        IS:5     | 26000.00   | 26000.00   | 26000.00   | 106000.00
        IS:5.1   | 10000.00   | 10000.00   | 10000.00   | 70000.00
        IS:5.2   | 5000.00    | 5000.00    | 5000.00    | 25000.00
        IS:5.3   | 11000.00   | 11000.00   | 11000.00   | 11000.00
        BS:N9    | 1026000.00 | 1026000.00 | 1026000.00 | 1106000.00
        BS:N1a   | 710000.00  | 710000.00  | 710000.00  | 770000.00
        BS:N1b   | 305000.00  | 305000.00  | 305000.00  | 325000.00
        BS:N1c   | 11000.00   | 11000.00   | 11000.00   | 11000.00
        BS:A9    | 1026000.00 | 1026000.00 | 1026000.00 | 1106000.00
        A:1102   | 0.00       | 0.00       | 0.00       | 80000.00
        A:1103   | 0.00       | 0.00       | 0.00       | 0.00
        A:200104 | 0.00       | 0.00       | 0.00       | 0.00
        A:2102   | 0.00       | 0.00       | 0.00       | 0.00
    """)
    assert reasons(told(202311), "proposed_accrual", "IS:5.1") == [("E101", "60000.00")]
    assert reasons(told(202311), "proposed_accrual", "BS:A9") == [("E101", "80000.00")]
    bridge = told(202311).bridge
    assert bridge is not None
    assert (str(bridge.cash_amt), str(bridge.accrual_amt)) == ("26000.00", "106000.00")
    assert [(code, str(amount)) for code, _, amount in bridge.steps] == [
        ("1102", "80000.00"),
        ("1103", "0.00"),
        ("200104", "0.00"),
        ("2102", "0.00"),
    ]


@pytest.mark.mechanism("S30")
def test_02_december_inflates_the_funds_by_9500() -> None:
    """7,125 in the pool and 2,375 in the accounts belong to nobody yet."""
    assert figures(told(202312))[:9] == table("""
        line     | k17        | a1999      | proposed   | proposed_accrual
        IS:5     | 13500.00   | 13500.00   | 13500.00   | -66500.00
        IS:5.1   | 16625.00   | 16625.00   | 9500.00    | -50500.00
        IS:5.2   | 7875.00    | 7875.00    | 5500.00    | -14500.00
        IS:5.3   | -11000.00  | -11000.00  | -1500.00   | -1500.00
        BS:N9    | 1039500.00 | 1039500.00 | 1039500.00 | 1039500.00
        BS:N1a   | 726625.00  | 726625.00  | 719500.00  | 719500.00
        BS:N1b   | 312875.00  | 312875.00  | 310500.00  | 310500.00
        BS:N1c   | 0.00       | 0.00       | 9500.00    | 9500.00
        BS:A9    | 1039500.00 | 1039500.00 | 1039500.00 | 1039500.00
    """)
    assert [
        (i.book, str(i.pool_amt), str(i.pa_amt), str(i.total), str(i.open_amt))
        for i in told(202312).inflations
    ] == [
        ("k17", "7125.00", "2375.00", "9500.00", "9500.00"),
        ("a1999", "7125.00", "2375.00", "9500.00", "9500.00"),
    ]
    assert reasons(told(202312), "proposed", "IS:5.1") == [("E84", "-6000.00"), ("E85", "-1125.00")]
    assert reasons(told(202312), "proposed", "BS:N1b") == [("E84", "-2000.00"), ("E85", "-375.00")]
    assert reasons(told(202312), "proposed", "BS:N1c") == [("E84", "8000.00"), ("E85", "1500.00")]
    assert told(202312).false_deficits == ()


def test_03_the_open_items_behind_the_inflation() -> None:
    assert [(i.kind, i.received_ym, str(i.open_amt), i.age_months) for i in told(202312).items] == [
        ("PREM", 202311, "4000.00", 1),
        ("PREM", 202312, "4000.00", 0),
        ("INTE", 202311, "1000.00", 1),
        ("INTE", 202312, "500.00", 0),
    ]
    assert str(told(202312).open_amt) == "9500.00"
    assert told(202401).items == ()


@pytest.mark.mechanism("S30")
def test_04_january_of_1999_shows_a_deficit_of_525_that_nobody_incurred() -> None:
    """7,125 are taken back, 6,600 are attributed; the rule in force moves 525 between the funds."""
    (deficit,) = told(202401).false_deficits
    assert deficit.book == "a1999"
    assert (str(deficit.pool_amt), str(deficit.pa_amt)) == ("525.00", "0.00")
    assert (str(deficit.reversed_pool_amt), str(deficit.reversed_pa_amt)) == (
        "-7125.00",
        "-2375.00",
    )
    assert reasons(told(202401), "a1999", "IS:5.1") == [("E83", "6600.00"), ("E86", "-7125.00")]
    # the same figures at the end, by other ways: last year's presplit, E83, and k17's E87
    assert reasons(told(202401), "a1999", "BS:N1a") == [
        ("E83", "6600.00"),
        ("E86", "-7125.00"),
        ("E87", "525.00"),
    ]
    assert reasons(told(202401), "proposed", "BS:N1a") == [
        ("E84+E85", "-7125.00"),
        ("E83", "6600.00"),
        ("E87", "525.00"),
    ]
    assert [row for row in figures(told(202401)) if row[0] in ("BS:N1a", "BS:N1b")] == table("""
        line   | k17       | a1999     | proposed  | proposed_accrual
        BS:N1a | 726100.00 | 726100.00 | 726100.00 | 726100.00
        BS:N1b | 313400.00 | 313400.00 | 313400.00 | 313400.00
    """)
    assert all(i.total == 0 for i in told(202401).inflations)


def test_05_what_the_page_says_in_words() -> None:
    assert headlines(told(202312))[:2] == (
        "虚增：现行制度（2017）把归属未定的 9,500.00 元算入基金，其中统筹基金 7,125.00、个人账户基金 2,375.00（E84、E85 年末预分，尚未确认归属）。",
        "虚增：1999年制度把归属未定的 9,500.00 元算入基金，其中统筹基金 7,125.00、个人账户基金 2,375.00（E84、E85 年末预分，尚未确认归属）。",
    )
    assert headlines(told(202401)) == (
        "1999年制度本月冲回上年预分 9,500.00 元（E86），其中统筹基金 7,125.00、个人账户基金 2,375.00。虚假赤字：统筹基金 525.00 元，没有任何实际支出。",
    )


def test_06_every_difference_is_explained_by_events() -> None:
    for ym in (202311, 202312, 202401):
        for line in told(ym).lines:
            for difference in line.differences:
                assert difference.unexplained == 0, (ym, line.key, difference.book)
        bridge = told(ym).bridge
        assert bridge is not None
        assert bridge.unexplained == 0


def test_07_a_figure_the_journal_does_not_carry_shows_as_unexplained() -> None:
    """One yuan more on the printed sheet than in the vouchers."""
    spec = copy(made(golden_1()))
    spec.sql(
        "UPDATE fct_balance_sheet SET close_amt = close_amt + 1 "
        "WHERE book = 'proposed' AND row_code = 'N1a' AND period_ym = 202312"
    )
    found = compare(spec.con, LEDGER, 202312, release_id="r1")
    (broken,) = (d for line in found.lines for d in line.differences if d.unexplained)
    assert (broken.book, str(broken.unexplained)) == ("proposed", "1.00")
