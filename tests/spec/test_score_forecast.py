"""The depletion forecast: identities that hold exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.warnings.forecast import (
    HORIZON,
    Band,
    band,
    crossed,
    depletion,
    forecast,
    growth,
    past_errors,
    shrunk_growth,
    spending_path,
)

NONE = Band((0.0,) * HORIZON, (0.0,) * HORIZON)
WIDE = Band(
    tuple(-0.05 * h for h in range(1, HORIZON + 1)), tuple(0.05 * h for h in range(1, HORIZON + 1))
)
D = Decimal


@pytest.mark.parametrize(
    ("balance", "income", "months"),
    [
        # 9 months of reserve, 0.25 lost a month: below 6 after more than 12, below 3 after 24
        ("9", "0.75", (13, 25, None)),
        ("9", "0.5", (7, 13, 19)),
        ("6", "0.5", (1, 7, 13)),
        ("5.5", "0", (1, 3, 6)),
        ("9", "1", (None, None, None)),
        ("9", "1.5", (None, None, None)),
        ("2", "0.9", (1, 1, 21)),
    ],
)
def test_constant_spending_and_income_cross_in_the_exact_month(
    balance: str, income: str, months: tuple[int | None, ...]
) -> None:
    million = D(1_000_000)
    found = depletion(
        [million] * 24,
        [D(income) * million] * HORIZON,
        D(balance) * million,
        annual=0.0,
        spread=NONE,
    )
    assert tuple(one.line for one in found) == (6, 3, 0)
    assert tuple(one.point for one in found) == months
    assert all(one.early == one.point == one.late for one in found)


def test_growth_and_path_are_of_the_same_month_last_year() -> None:
    year = [100.0 + n for n in range(12)]
    spend = year + [x * 1.1 for x in year]
    assert growth(spend) == pytest.approx(0.0953102, abs=1e-6)
    assert growth(spend[1:]) is None
    path = spending_path(spend, 0.0953102, 36)
    assert path[0] == pytest.approx(121.0, abs=1e-3)
    # second year: seven tenths of the growth, third: half of it
    assert path[12] / path[0] == pytest.approx(1.1**0.7, abs=1e-5)
    assert path[24] / path[12] == pytest.approx(1.1**0.49, abs=1e-5)


def test_growth_is_drawn_half_way_to_the_peers() -> None:
    assert shrunk_growth(0.20, [0.20, 0.10, 0.06]) == pytest.approx(0.15)
    assert shrunk_growth(None, [0.20, 0.10, 0.06]) == pytest.approx(0.10)
    assert shrunk_growth(None, []) == 0.0


positive = st.floats(0.2, 5, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(positive, min_size=24, max_size=48),
    st.lists(positive, min_size=36, max_size=36),
    st.floats(0, 40),
    st.floats(-0.3, 0.3),
)
def test_the_interval_holds_the_point(
    spend: list[float], income: list[float], balance: float, annual: float
) -> None:
    far = HORIZON + 1
    for one in depletion(spend, income, balance, annual=annual, spread=WIDE):
        assert (one.early or far) <= (one.point or far) <= (one.late or far)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(positive, min_size=24, max_size=48),
    st.lists(st.tuples(positive, st.floats(0, 2)), min_size=36, max_size=36),
    st.floats(0, 40),
)
def test_more_income_never_brings_depletion_nearer(
    spend: list[float], income: list[tuple[float, float]], balance: float
) -> None:
    far = HORIZON + 1
    less = depletion(spend, [a for a, _ in income], balance, annual=0.05, spread=WIDE)
    more = depletion(spend, [a + b for a, b in income], balance, annual=0.05, spread=WIDE)
    for low, high in zip(less, more, strict=True):
        assert (high.point or far) >= (low.point or far)
        assert (high.early or far) >= (low.early or far)
        assert (high.late or far) >= (low.late or far)


def test_income_beyond_the_budget_repeats_its_last_year() -> None:
    budget = [D(0)] * 11 + [D(12)]
    found = depletion([D(1)] * 24, budget, D(3), annual=0.0, spread=NONE, lines=(0,))
    # three months of balance, and nothing comes before the twelfth
    assert found[0].point == 4
    found = depletion([D(1)] * 24, budget, D(11), annual=0.0, spread=NONE, lines=(0,))
    assert found[0].point is None


def test_the_line_is_of_the_last_twelve_months_up_to_it() -> None:
    # spending doubles at once: half a year on the mean is 1.5
    spent = [2.0 * h for h in range(1, 13)]
    earned = [2.0 * h for h in range(1, 13)]
    assert crossed(8.9, earned, spent, [1.0] * 12, 6) == 6
    assert crossed(9.1, earned, spent, [1.0] * 12, 6) == 7


def test_errors_later_than_the_forecast_are_not_used() -> None:
    steady = {f"s{i}": [100.0 + i] * 60 for i in range(12)}
    funds = dict.fromkeys(steady, "f")
    jumped = {s: x[:48] + [y * 2 for y in x[48:]] for s, x in steady.items()}
    errors = past_errors(jumped, funds)
    before = band(errors, 48)
    assert before == band(past_errors({s: x[:48] for s, x in jumped.items()}, funds), 48)
    assert before.upper[0] == 0
    assert band(errors, 60).upper[0] > 0


def test_a_short_history_is_forecast_with_a_wide_interval() -> None:
    found = forecast({"a": [D(1)] * 5}, {"a": "f"}, {"a": [D(0)] * 12}, {"a": D(10)})
    six, three, zero = found["a"]
    assert (six.point, three.point, zero.point) == (5, 8, 11)
    assert zero.early is not None and zero.early < 11
    assert zero.late is not None and zero.late > 11
