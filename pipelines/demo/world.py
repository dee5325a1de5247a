"""Who lives in the synthetic province: pools, heads, institutions and employers."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

OWN_POOL = re.compile(r"^[0-9]{2}9900$")
CODE6 = re.compile(r"^[0-9]{6}$")
#: share of the province's employees insured at the provincial pool itself
OWN_SHARE = 0.03
MIN_HEADS = 6


@dataclass(frozen=True)
class DemoPool:
    """A pooling area and the region codes (six digits) whose people it insures."""

    poolarea_no: str
    name: str
    region_codes: tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """A pooling area of the world, with its counts; person and employer serials start at the
    given numbers and run without gaps."""

    index: int
    code: str
    name: str
    insu_codes: tuple[str, ...]
    inst_codes: tuple[str, ...]
    inst_base: int
    hospitals: int
    pharmacies: int
    first_310: int
    active: int
    heads_310: int
    first_390: int
    heads_390: int
    first_employer: int
    employers: int
    cost_310: float
    cost_390: float
    wage: float

    def heads(self, scheme: str) -> int:
        """Insured persons of scheme '310' or '390'."""
        return self.heads_310 if scheme == "310" else self.heads_390

    def ledgers(self) -> tuple[str, ...]:
        """The schemes this pool keeps books for."""
        return ("310", "390") if self.heads_390 else ("310",)


@dataclass(frozen=True)
class World:
    """The province: its two-digit code, its office code and its pools."""

    province_code: str
    areacode: str
    pools: tuple[Pool, ...]

    def heads(self, scheme: str) -> int:
        """Insured persons of the scheme in the whole province."""
        return sum(p.heads(scheme) for p in self.pools)


def pools_from_regions(region_file: Path, rules_dir: Path, province: str) -> tuple[DemoPool, ...]:
    """The province's pooling areas from the region text, as far as they still keep books.

    Raises JiecunError where the text has no such province; the message lists the names it has.
    """
    import polars as pl

    from pipelines.regions.load import load_region_list
    from pipelines.regions.pooling import pooling_areas
    from pipelines.regions.pools import NO_END
    from pipelines.regions.whole import assemble

    load = load_region_list(region_file, rules_dir / "regions")
    areas, members = pooling_areas(load.regions)
    dated = assemble(load, None, rules_dir / "regions").members
    now = {(m.region_code, m.poolarea_no) for m in dated if m.last == NO_END}
    open_pools = {pool for _, pool in now}
    return pools_of_province(
        areas.filter(pl.col("poolarea_no").is_in(open_pools)),
        members.filter([pair in now for pair in members.iter_rows()]),
        province,
    )


def pools_of_province(
    areas: pl.DataFrame, members: pl.DataFrame, province: str
) -> tuple[DemoPool, ...]:
    """Select a province from the pooling areas (poolarea_no, poolarea_name, province_name) and
    their members (region_code, poolarea_no)."""
    names = sorted(set(areas["province_name"].to_list()))
    if province not in names:
        raise JiecunError(
            Problem(
                "DEMO_PROVINCE", "--province", "、".join(names), province, "从所列名称中选一个"
            ),
            exit_code=EXIT_USAGE,
        )
    codes: dict[str, list[str]] = {}
    for region, pool in members.select("region_code", "poolarea_no").iter_rows():
        if CODE6.match(region):
            codes.setdefault(pool, []).append(region)
    rows = areas.select("poolarea_no", "poolarea_name", "province_name").iter_rows()
    picked = [(no, name) for no, name, prov in rows if prov == province]
    return tuple(
        DemoPool(no, name, tuple(sorted(codes.get(no, [no])))) for no, name in sorted(picked)
    )


def _shares(pools: tuple[DemoPool, ...], rng: random.Random) -> list[float]:
    """Uneven weights: by the number of regions, doubled for the capital (PP0100)."""
    out = []
    for pool in pools:
        weight = (2 + len(pool.region_codes)) * rng.uniform(0.7, 1.3)
        out.append(weight * (2.0 if pool.poolarea_no[2:4] == "01" else 1.0))
    total = sum(out)
    return [w / total for w in out]


def _spread(rng: random.Random, width: float, weights: list[int]) -> list[float]:
    """Factors around 1 whose weighted mean is exactly 1."""
    raw = [rng.uniform(1 - width, 1 + width) for _ in weights]
    mean = sum(r * w for r, w in zip(raw, weights, strict=True)) / max(sum(weights), 1)
    return [r / mean for r in raw]


def build_world(
    pools: tuple[DemoPool, ...],
    *,
    seed: int,
    heads_310: int,
    heads_390: int,
    retired_share: float,
    visits_per_month: float,
) -> World:
    """Spread the heads over the pools and give each its institutions and employers."""
    rng = random.Random(f"{seed}:world")
    local = tuple(p for p in pools if not OWN_POOL.match(p.poolarea_no))
    own = tuple(p for p in pools if OWN_POOL.match(p.poolarea_no))
    share = dict(zip((p.poolarea_no for p in local), _shares(local, rng), strict=True))
    own_share = OWN_SHARE / len(own) if own else 0.0
    heads: dict[str, tuple[int, int]] = {}
    for pool in pools:
        if pool in own:
            heads[pool.poolarea_no] = (max(MIN_HEADS, round(heads_310 * own_share)), 0)
            continue
        part = share[pool.poolarea_no]
        rest = heads_310 * (1 - own_share * len(own))
        heads[pool.poolarea_no] = (
            max(MIN_HEADS, round(rest * part)),
            max(MIN_HEADS, round(heads_390 * part)),
        )
    h310 = [heads[p.poolarea_no][0] for p in pools]
    h390 = [heads[p.poolarea_no][1] for p in pools]
    cost_310, cost_390 = _spread(rng, 0.10, h310), _spread(rng, 0.05, h390)
    wage = _spread(rng, 0.12, h310)
    capital = next((p for p in local if p.poolarea_no[2:4] == "01"), local[0])
    everyone = sum(h310) + sum(h390)
    out: list[Pool] = []
    next_310 = 1
    next_390 = sum(h310) + 1
    next_emp = 1
    for i, pool in enumerate(pools):
        n310, n390 = h310[i], h390[i]
        active = max(2, round(n310 * (1 - retired_share)))
        employers = max(2, round(active * 0.9 / 18))
        visits = visits_per_month * (n310 + n390) / everyone
        codes = capital.region_codes if pool in own else pool.region_codes
        counties = tuple(c for c in codes if not c.endswith(("00", "99"))) or codes
        out.append(
            Pool(
                index=i,
                code=pool.poolarea_no,
                name=pool.name,
                insu_codes=tuple(c for c in pool.region_codes if c != pool.poolarea_no)
                or (pool.poolarea_no,),
                inst_codes=counties[:1] if pool in own else counties,
                inst_base=90000 + i * 100 if pool in own else 0,
                hospitals=max(2, min(900, round(visits / 55))),
                pharmacies=max(2, min(900, round(visits / 70))),
                first_310=next_310,
                active=active,
                heads_310=n310,
                first_390=next_390,
                heads_390=n390,
                first_employer=next_emp,
                employers=employers,
                cost_310=cost_310[i],
                cost_390=cost_390[i],
                wage=wage[i],
            )
        )
        next_310 += n310
        next_390 += n390
        next_emp += employers
    prov = pools[0].poolarea_no[:2]
    return World(prov, f"{prov}0000", tuple(out))
