"""The plan behind the synthetic province: levels by month, counts, shifts, a ledger run dry."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from pipelines.demo.levels import Levels, load_levels, visit_season, workday
from pipelines.demo.plan import Calendar, Shift, heads_for, per_head, plan_cells, shift_factor
from pipelines.demo.reserves import plant_shifts, premium_share
from pipelines.demo.world import DemoPool, World, build_world
from pipelines.paths import RULES

POOLS = tuple(
    DemoPool(f"61{k:02d}00", f"市{k}", (f"61{k:02d}02", f"61{k:02d}99")) for k in range(1, 6)
)


@pytest.fixture(scope="module")
def levels() -> Levels:
    return load_levels(RULES)


def world(levels: Levels, cal: Calendar, settlements: int) -> World:
    heads_310, heads_390 = heads_for(levels, cal, settlements)
    return build_world(
        POOLS, seed=1, heads_310=heads_310, heads_390=heads_390, retired_share=0.27,
        visits_per_month=settlements / (cal.months + 1),
    )  # fmt: skip


def test_a_level_holds_from_its_month_on_and_the_first_one_backwards(levels: Levels) -> None:
    assert levels.get("finsubs", "390", 202212) == 610
    assert levels.get("finsubs", "390", 202301) == 640
    assert levels.get("finsubs", "390", 202412) == 670
    assert levels.get("premium", "390", 202308) == 350
    assert levels.get("premium", "390", 202309) == 380
    assert levels.get("premium", "390", 199001) == 320


def test_published_totals_per_head(levels: Levels) -> None:
    assert per_head(levels, "pool_exp", "310") == pytest.approx(3488.84, abs=0.01)
    assert per_head(levels, "pa_inc", "310") == pytest.approx(1686.02, abs=0.01)
    assert per_head(levels, "pool_inc", "390") == pytest.approx(1180.67, abs=0.01)


def test_shares_of_spending_and_of_premium_months_are_whole(levels: Levels) -> None:
    for scheme, prefix in (("310", "pool_share_"), ("390", "pool_share_"), ("310", "pa_share_")):
        parts = [levels.get(prefix + item, scheme, 202401) for item in levels.items(prefix, scheme)]
        assert sum(parts) == pytest.approx(1.0), (scheme, prefix)
    assert sum(premium_share(month) for month in range(1, 13)) == pytest.approx(1.0)


def test_a_weekend_gives_way_to_the_monday_after() -> None:
    assert workday(dt.date(2024, 6, 15)) == dt.date(2024, 6, 17)
    assert workday(dt.date(2024, 6, 14)) == dt.date(2024, 6, 14)


def test_the_month_of_the_new_year_is_quiet(levels: Levels) -> None:
    assert levels.cny(2024) == dt.date(2024, 2, 10)
    assert visit_season(levels, 202301) < visit_season(levels, 202401) * 0.85
    assert visit_season(levels, 202402) < visit_season(levels, 202302) * 0.85


def test_planned_settlements_are_what_was_asked_for(levels: Levels) -> None:
    cal = Calendar(202301, 24)
    cells = plan_cells(world(levels, cal, 50_000), levels, cal, (), 1)
    assert sum(c.n for c in cells) == pytest.approx(50_000, rel=0.02)
    serials = [(c.start_no, c.n) for c in cells]
    assert all(a + n == b for (a, n), (b, _) in pairwise(serials))


def test_a_shift_lifts_its_pool_class_and_months_only(levels: Levels) -> None:
    cal = Calendar(202301, 12)
    province = world(levels, cal, 50_000)
    shift = Shift("overspending", "610200", "310", "21", 8, 1.25, 1.25)
    plain = plan_cells(province, levels, cal, (), 1)
    lifted = plan_cells(province, levels, cal, (shift,), 1)
    for a, b in zip(plain, lifted, strict=True):
        hit = (a.pool, a.scheme, a.med_type) == (1, "310", "21") and a.m >= 8
        assert b.unit_pool == pytest.approx(a.unit_pool * (1.25 if hit else 1.0), abs=0.01)
        assert (a.n, a.unit_pa, a.start_no) == (b.n, b.unit_pa, b.start_no)


def test_a_rising_shift_reaches_its_end_in_the_last_month() -> None:
    cal = Calendar(202301, 12)
    shift = (Shift("depletion", "610200", "390", "", 0, 1.0, 1.6),)
    assert shift_factor(shift, cal, ("610200", "390", "11", 0)) == 1.0
    assert shift_factor(shift, cal, ("610200", "390", "21", 6)) == pytest.approx(1.3)
    assert shift_factor(shift, cal, ("610200", "390", "21", 12)) == pytest.approx(1.6)
    assert shift_factor(shift, cal, ("610200", "310", "21", 12)) == 1.0


@pytest.mark.parametrize("seed", [1, 7, 20])
@pytest.mark.parametrize("months", [3, 14, 36, 60])
def test_one_ledger_runs_dry_and_the_others_overspend(
    levels: Levels, seed: int, months: int
) -> None:
    cal = Calendar(202301, months)
    province = world(levels, cal, 300_000)
    cells = plan_cells(province, levels, cal, (), seed)
    shifts, openings = plant_shifts(province, levels, cal, cells, seed)
    dry, *others = shifts
    assert openings.keys() == {(dry.pool, "390")}
    assert openings[(dry.pool, "390")] == 7.5 or months < 14
    assert dry.end_factor > 1.1
    assert {(s.scheme, s.med_type) for s in others} == {
        ("310", "21"), ("390", "21"), ("310", "14"), ("390", "11"),
    }  # fmt: skip
    assert all(1.2 <= s.factor <= 1.35 and 1 <= s.start <= months for s in others)
    assert all(s.pool != dry.pool for s in others)
