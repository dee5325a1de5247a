"""What is to happen: visits and unit costs per pool, class and month, and the planted trends."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.demo.levels import growth, visit_season
from pipelines.months import add_months

if TYPE_CHECKING:
    from pipelines.demo.levels import Levels
    from pipelines.demo.world import Pool, World

SCHEMES = ("310", "390")
NOISE = 0.03
#: settled amounts that are not paid: reversals, invalid rows, deductions, deposits
PAID_SHARE = 0.978


@dataclass(frozen=True)
class Shift:
    """A planted rise of one pool's spending: ``factor`` from ``start_ym`` on (``end_factor`` is
    reached at the last month where it differs). ``med_type`` '' means every class."""

    kind: str
    pool: str
    scheme: str
    med_type: str
    start: int
    factor: float
    end_factor: float


@dataclass(frozen=True)
class Cell:
    """One pool, class and month (``m`` 0 = the lead month): ``n`` settlements with serials from
    ``start_no`` on, of ``unit_pool`` yuan pool money and ``unit_pa`` yuan account money each."""

    m: int
    pool: int
    scheme: str
    med_type: str
    start_no: int
    n: int
    unit_pool: float
    unit_pa: float


@dataclass(frozen=True)
class Calendar:
    """The months of the world; index 0 is the lead month before the books open."""

    start_ym: int
    months: int

    def ym(self, m: int) -> int:
        """The month of index ``m``."""
        return add_months(self.start_ym, m - 1)

    @property
    def indexes(self) -> range:
        """0 (lead) … months."""
        return range(self.months + 1)


def per_head(levels: Levels, item: str, scheme: str) -> float:
    """A published yearly total in 亿元 as yuan per head and year."""
    return levels.get(item, scheme, 202401) / levels.get("heads", scheme, 202401)


def benefit_per_head(levels: Levels, scheme: str) -> float:
    """Yearly pool benefits per head at settlement (大病 premium and allowances taken out)."""
    total = per_head(levels, "pool_exp", scheme)
    if scheme == "390":
        return total - levels.get("dabing_premium", "390", 202401)
    return total


def classes(levels: Levels, scheme: str) -> tuple[str, ...]:
    """The medical classes of a scheme, ascending."""
    return levels.items("visits_", scheme)


def visits(levels: Levels, scheme: str, med_type: str, ym: int) -> float:
    """Expected visits per head in the month."""
    per_year = levels.get(f"visits_{med_type}", scheme, ym)
    return per_year / 12 * visit_season(levels, ym) * growth(levels, "growth_volume", ym)


def unit_cost(levels: Levels, scheme: str, med_type: str, ym: int) -> tuple[float, float]:
    """Expected (pool, personal account) yuan of one settlement, before any planted shift."""
    per_year = levels.get(f"visits_{med_type}", scheme, ym)
    price = growth(levels, "growth_price", ym) / PAID_SHARE
    pool = benefit_per_head(levels, scheme) * levels.get(f"pool_share_{med_type}", scheme, ym)
    account = 0.0
    if (f"pa_share_{med_type}", scheme) in levels.rows:
        account = per_head(levels, "pa_exp", scheme)
        account *= levels.get(f"pa_share_{med_type}", scheme, ym)
    return pool / per_year * price, account / per_year * price


def expected_pool(levels: Levels, pool: Pool, scheme: str, ym: int) -> float:
    """Yuan of pool benefits that ``pool`` is expected to pay for care of month ``ym``."""
    cost = pool.cost_310 if scheme == "310" else pool.cost_390
    total = sum(
        visits(levels, scheme, med, ym) * unit_cost(levels, scheme, med, ym)[0]
        for med in classes(levels, scheme)
    )
    return total * PAID_SHARE * pool.heads(scheme) * cost


def expected_account(levels: Levels, pool: Pool, ym: int) -> float:
    """Yuan of personal-account money expected to be spent for care of month ``ym``."""
    total = sum(
        visits(levels, "310", med, ym) * unit_cost(levels, "310", med, ym)[1]
        for med in classes(levels, "310")
    )
    return total * PAID_SHARE * pool.heads_310 * pool.cost_310


def heads_for(levels: Levels, cal: Calendar, settlements: int) -> tuple[int, int]:
    """Heads (310, 390) whose visits over the lead month and the months give ``settlements``."""
    share = levels.get("heads", "310", 202401)
    share /= share + levels.get("heads", "390", 202401)
    rate = {
        scheme: sum(
            visits(levels, scheme, med, cal.ym(m))
            for m in cal.indexes
            for med in classes(levels, scheme)
        )
        for scheme in SCHEMES
    }
    heads = settlements / (share * rate["310"] + (1 - share) * rate["390"])
    return round(heads * share), round(heads * (1 - share))


def shift_factor(
    shifts: tuple[Shift, ...], cal: Calendar, cell: tuple[str, str, str, int]
) -> float:
    """The product of the planted shifts on (pool, scheme, med_type, month index)."""
    pool, scheme, med_type, m = cell
    factor = 1.0
    for s in shifts:
        if (s.pool, s.scheme) == (pool, scheme) and s.med_type in ("", med_type) and m >= s.start:
            span = max(cal.months - s.start, 1)
            factor *= s.factor + (s.end_factor - s.factor) * (m - s.start) / span
    return factor


def plan_cells(
    world: World, levels: Levels, cal: Calendar, shifts: tuple[Shift, ...], seed: int
) -> list[Cell]:
    """Every cell with its count and unit costs; counts are rounded cumulatively, so that no class
    drifts from its rate however small the world is."""
    rates = {
        (scheme, med, m): (visits(levels, scheme, med, cal.ym(m)),
                           *unit_cost(levels, scheme, med, cal.ym(m)))
        for scheme in SCHEMES
        for med in classes(levels, scheme)
        for m in cal.indexes
    }  # fmt: skip
    raw: list[tuple[int, int, str, str, int, float, float]] = []
    for pool in world.pools:
        for scheme in pool.ledgers():
            cost = pool.cost_310 if scheme == "310" else pool.cost_390
            for med in classes(levels, scheme):
                rng = random.Random(f"{seed}:cell:{pool.code}:{scheme}:{med}")
                done, cum = 0, rng.random()
                for m in cal.indexes:
                    rate, unit_pool, unit_pa = rates[(scheme, med, m)]
                    cum += rate * pool.heads(scheme)
                    n = math.floor(cum) - done
                    done += n
                    noise = math.exp(rng.gauss(0, NOISE) - NOISE * NOISE / 2)
                    lift = shift_factor(shifts, cal, (pool.code, scheme, med, m))
                    scale = round(cost * noise * lift, 6)
                    raw.append((m, pool.index, scheme, med, n, unit_pool * scale, unit_pa * cost))
    raw.sort(key=lambda r: r[:4])
    cells, serial = [], 1
    for m, index, scheme, med, n, unit_pool, unit_pa in raw:
        cells.append(Cell(m, index, scheme, med, serial, n, round(unit_pool, 4), round(unit_pa, 4)))
        serial += n
    return cells
