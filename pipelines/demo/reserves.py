"""Opening reserves and the planted trends: rising classes and one pool that runs dry."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.demo.bank import SUBSIDY_MONTHS, fen
from pipelines.demo.levels import growth
from pipelines.demo.plan import PAID_SHARE, Shift, expected_account, expected_pool, per_head
from pipelines.months import add_months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar, Cell
    from pipelines.demo.world import Pool, World

#: share of residents who pay in the month (Sep–Dec for next year, the rest Jan–Jun)
PREMIUM_MONTHS = {9: 0.40, 10: 0.35, 11: 0.14, 12: 0.08}
LATE_SHARE = 0.03
#: what the depleted ledger holds at least, in months of its opening spending
LOW_TARGET = 0.12
DEPLETED_OPENING = 7.5
RISE_LIMIT = 1.0


def premium_share(month: int) -> float:
    """Share of residents whose yearly premium arrives in a calendar month."""
    return PREMIUM_MONTHS.get(month, LATE_SHARE / 6 if month <= 6 else 0.0)


def _with_rest(levels: Levels, pool: Pool, scheme: str, ym: int) -> float:
    """Expected monthly pool spending with allowances (310) or the 大病 premium spread (390)."""
    base = expected_pool(levels, pool, scheme, ym)
    if scheme == "390":
        return base + levels.get("dabing_premium", "390", ym) * pool.heads_390 / 12
    return base + allowance_amount(levels, pool, ym)


def allowance_amount(levels: Levels, pool: Pool, ym: int) -> float:
    """Expected maternity allowances of the month in yuan."""
    share = levels.get("pool_share_allowance", "310", ym)
    yearly = per_head(levels, "pool_exp", "310") * share * growth(levels, "growth_price", ym)
    return yearly / 12 * pool.heads_310 * pool.cost_310


def monthly_spending(levels: Levels, pool: Pool, scheme: str, start_ym: int) -> float:
    """Mean monthly pool spending over the first twelve months, without planted shifts."""
    return sum(_with_rest(levels, pool, scheme, add_months(start_ym, k)) for k in range(12)) / 12


def opening_reserves(
    world: World, levels: Levels, start_ym: int, special: dict[tuple[str, str], float]
) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """(pool code, scheme) → opening (pool fund, personal-account fund); ``special`` overrides the
    months of spending that a ledger opens with."""
    out = {}
    for pool in world.pools:
        for scheme in pool.ledgers():
            months = special.get(
                (pool.code, scheme), levels.get("reserve_months_pool", scheme, start_ym)
            )
            to_pool = fen(round(monthly_spending(levels, pool, scheme, start_ym) * months, 2))
            to_pa = Decimal("0.00")
            if scheme == "310":
                account = (
                    sum(expected_account(levels, pool, add_months(start_ym, k)) for k in range(12))
                    / 12
                )
                to_pa = fen(round(account * levels.get("reserve_months_pa", scheme, start_ym), 2))
            out[(pool.code, scheme)] = (to_pool, to_pa)
    return out


def resident_income(levels: Levels, pool: Pool, ym: int) -> float:
    """Expected cash in of a resident ledger in the month: premiums and subsidies."""
    subsidy = float(SUBSIDY_MONTHS.get(ym % 100, 0)) * levels.get("finsubs", "390", ym)
    subsidy *= levels.get("finsubs_topup", "390", ym)
    return pool.heads_390 * (subsidy + premium_share(ym % 100) * levels.get("premium", "390", ym))


def settled_pool(cells: Iterable[Cell], pool: Pool, scheme: str, months: int) -> list[float]:
    """Pool money the ledger pays for the care of each month index, as planned in ``cells``."""
    out = [0.0] * (months + 1)
    for cell in cells:
        if (cell.pool, cell.scheme) == (pool.index, scheme):
            out[cell.m] += cell.n * cell.unit_pool * PAID_SHARE
    return out


@dataclass(frozen=True)
class _Dry:
    """A resident ledger seen by month: money in, money out, and one month of spending."""

    unit: float
    income: tuple[float, ...]
    care: tuple[float, ...]
    dabing: tuple[float, ...]

    def lowest(self, opening: float, rise: float) -> float:
        """The lowest fiscal balance (after paying, before the month's income), in months."""
        balance = low = opening * self.unit
        last = len(self.care) - 1
        for m in range(1, last + 1):
            out = self.care[m - 1] * (1 + rise * (m - 1) / last) + self.dabing[m]
            low = min(low, balance - out)
            balance += self.income[m] - out
        return low / self.unit


def _bisect(low: float, high: float, too_low: Callable[[float], bool]) -> float:
    for _ in range(40):
        mid = (low + high) / 2
        low, high = (mid, high) if too_low(mid) else (low, mid)
    return high


def depletion(levels: Levels, pool: Pool, cal: Calendar, care: list[float]) -> tuple[Shift, float]:
    """The rise of spending and the opening months that bring the pool's resident ledger to the
    edge, but not below it. ``care`` = planned spending by month index."""
    yms = [cal.ym(m) for m in cal.indexes]
    premium = [levels.get("dabing_premium", "390", ym) * pool.heads_390 for ym in yms]
    dry = _Dry(
        monthly_spending(levels, pool, "390", cal.start_ym),
        tuple(resident_income(levels, pool, ym) for ym in yms),
        tuple(care),
        tuple(p if ym % 100 == 3 else 0.0 for p, ym in zip(premium, yms, strict=True)),
    )
    opening, rise = DEPLETED_OPENING, RISE_LIMIT
    if dry.lowest(opening, rise) > LOW_TARGET:
        opening = _bisect(0.0, opening, lambda x: dry.lowest(x, rise) < LOW_TARGET)
    else:
        while dry.lowest(opening, 0.0) < LOW_TARGET:
            opening += 0.5
        rise = _bisect(0.0, rise, lambda x: dry.lowest(opening, x) > LOW_TARGET)
    opening, rise = round(opening, 2), round(rise, 3)
    return Shift("depletion", pool.code, "390", "", 0, 1.0, round(1 + rise, 3)), opening


def plant_shifts(
    world: World, levels: Levels, cal: Calendar, cells: list[Cell], seed: int
) -> tuple[tuple[Shift, ...], dict[tuple[str, str], float]]:
    """The planted trends and the special opening reserve of the ledger that runs dry; ``cells``
    is the plan without any of them."""
    rng = random.Random(f"{seed}:shifts")
    local = [p for p in world.pools if p.heads_390]
    sizes = sorted(local, key=lambda p: (-p.heads_390, p.code))
    dry = sizes[min(len(sizes) - 1, 1 + rng.randrange(3))]
    care = settled_pool(cells, dry, "390", cal.months)
    shift, opening = depletion(levels, dry, cal, care)
    others = [p for p in sizes if p.code != dry.code] or [dry]
    targets = [("310", "21"), ("390", "21"), ("310", "14"), ("390", "11")]
    if others == [dry]:
        targets = [("310", "21"), ("310", "14"), ("310", "11")]
    planted = [shift]
    for i, (scheme, med) in enumerate(targets):
        pool = others[min(i, len(others) - 1)]
        start = max(1, min(cal.months, round(cal.months * rng.uniform(0.45, 0.75))))
        factor = round(rng.uniform(1.20, 1.35), 3)
        planted.append(Shift("overspending", pool.code, scheme, med, start, factor, factor))
    return tuple(planted), {(dry.code, "390"): opening}
