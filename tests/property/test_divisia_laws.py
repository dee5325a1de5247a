"""The parts of a change add up to the fen, whatever the amounts; zeros follow the limit."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.warnings.divisia import Parts, split

D = Decimal
AMOUNT = st.integers(-(10**6), 10**14).map(lambda fen: D(fen) / 100)
COUNT = st.integers(0, 10**9)


def cases() -> list[tuple[Decimal, Decimal, list[tuple[Decimal | int, Decimal | int]]]]:
    """200 drawn once: a third of the numbers are zero, amounts from fen to ten billion yuan."""
    draw = random.Random(20260705)

    def amount() -> Decimal:
        return D(draw.choice([0, draw.randint(1, 10 ** draw.randint(1, 12))])) / 100

    def count() -> int:
        return draw.choice([0, draw.randint(1, 50), draw.randint(1, 10**7)])

    return [(amount(), amount(), [(count(), count()), (count(), count())]) for _ in range(200)]


@pytest.mark.parametrize(("before", "now", "factors"), cases())
def test_two_hundred_changes_add_up_exactly(
    before: Decimal, now: Decimal, factors: list[tuple[Decimal | int, Decimal | int]]
) -> None:
    parts = split(before, now, factors)
    assert parts.total == now - before
    assert len(parts.effects) == 3
    assert all(effect == effect.quantize(D("0.01")) for effect in parts.effects)


@given(AMOUNT, AMOUNT, st.lists(st.tuples(COUNT, COUNT), max_size=3))
def test_every_change_adds_up_exactly(
    before: Decimal, now: Decimal, factors: list[tuple[int, int]]
) -> None:
    assert split(before, now, factors).total == now - before


@given(AMOUNT.filter(lambda a: a > 0), AMOUNT.filter(lambda a: a > 0), COUNT, COUNT)
def test_before_and_now_exchanged_change_every_sign(
    before: Decimal, now: Decimal, old: int, new: int
) -> None:
    there, back = split(before, now, [(old, new)]), split(now, before, [(new, old)])
    assert [effect + other for effect, other in zip(there.effects, back.effects, strict=True)] == [
        0,
        0,
    ]


def test_one_factor_alone_takes_the_whole_change() -> None:
    """Twice the heads, all else equal."""
    assert split(D("100.00"), D("200.00"), [(10, 20), (D("0.5"), D("0.5"))]) == Parts(
        (D("100.00"), D(0), D("0.00")), D(0)
    )


def test_two_factors_share_by_their_logarithms() -> None:
    """100 = 10 × 10 becomes 180 = 12 × 15: L = 80 ÷ ln 1.8, heads L × ln 1.2."""
    parts = split(D("100.00"), D("180.00"), [(10, 12)])
    assert parts.effects == (D("24.81"), D("55.19"))


def test_where_factors_offset_each_other_the_amount_stays_and_the_parts_do_not() -> None:
    """100 = 10 × 10 stays 100 = 20 × 5: heads 100 × ln 2."""
    assert split(D("100.00"), D("100.00"), [(10, 20)]).effects == (D("69.31"), D("-69.31"))


@pytest.mark.parametrize(
    ("before", "now", "factors", "effects", "unsplit"),
    [
        # nobody before: the heads brought it
        (D(0), D(90), [(0, 3), (0, 2)], (90, 0, 0), 0),
        # heads, but no visit before
        (D(0), D(90), [(5, 5), (0, 2)], (0, 90, 0), 0),
        # visits that cost nothing before
        (D(0), D(90), [(5, 5), (2, 2)], (0, 0, 90), 0),
        # visits that ended
        (D(90), D(0), [(5, 6), (2, 0)], (0, -90, 0), 0),
        (D(0), D(0), [(5, 0), (2, 0)], (0, 0, 0), 0),
        # more reversed than settled: no logarithm
        (D(-10), D(90), [(5, 5), (2, 2)], (0, 0, 0), 100),
        (D(90), D(90), [(5, 5), (2, 0)], (0, 0, 0), 0),
        (D(90), D(95), [(5, 5), (2, -1)], (0, 0, 0), 5),
    ],
)
def test_zeros_and_reversals(
    before: Decimal,
    now: Decimal,
    factors: list[tuple[Decimal | int, Decimal | int]],
    effects: tuple[int, ...],
    unsplit: int,
) -> None:
    assert split(before, now, factors) == Parts(tuple(map(D, effects)), D(unsplit))
