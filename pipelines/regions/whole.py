"""Everything a run knows of places: the texts, the dimension, the codes and the pools."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipelines.regions import aliases, pools
from pipelines.regions.changes import change_frame
from pipelines.regions.dimension import Dimension, build, region_frame, successor_frame, zones_of
from pipelines.regions.frames import frame
from pipelines.regions.geography import geography_frame
from schemas.regions import RegionCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.regions.aliases import Meaning
    from pipelines.regions.load import RegionLoad
    from pipelines.regions.pools import Area, Member

#: intake knows the codes this many years beyond the last list; then the lists must be renewed
HORIZON_YEARS = 10


@dataclass(frozen=True)
class Regions:
    """The region texts of a run and what follows from them."""

    load: RegionLoad
    pairs: RegionLoad | None
    dimension: Dimension
    meanings: tuple[Meaning, ...]
    areas: tuple[Area, ...]
    members: tuple[Member, ...]

    @property
    def sha256(self) -> str:
        """One hash of all texts."""
        if self.pairs is None:
            return self.load.source_sha256
        both = self.load.source_sha256 + self.pairs.source_sha256
        return hashlib.sha256(both.encode()).hexdigest()


def assemble(load: RegionLoad, pairs: RegionLoad | None, rules_dir: Path) -> Regions:
    """The dimension of the lists, of the zones of the text and of the dated tables in
    ``rules_dir``. Raises JiecunError ``REGION_SUCCESSOR``, ``REGION_ALIAS``, ``POOLING_AREA``,
    ``REGION_RULES_UNREADABLE``.
    """
    dimension = build(rules_dir, zones_of(load.regions))
    meant = aliases.meanings(dimension, aliases.read_aliases(rules_dir / aliases.FILE_NAME))
    overrides = pools.read_overrides(rules_dir)
    areas = pools.areas_of(dimension, overrides)
    members = pools.members_of(dimension, meant, areas, overrides)
    return Regions(load, pairs, dimension, meant, areas, members)


def tables(regions: Regions, as_of: int) -> dict[str, pl.DataFrame]:
    """The tables that the SQL graph reads, rolled up in the geography of the year ``as_of``."""
    dimension = regions.dimension
    return {
        "region": region_frame(dimension, _named(regions)),
        "region_successor": successor_frame(dimension),
        "region_meaning": frame(
            RegionCode,
            [(m.code, m.year_from, m.year_to, m.sk, m.via) for m in regions.meanings],
        ),
        "region_as_of": geography_frame(dimension, as_of),
        "region_change": change_frame(
            dimension, regions.load.regions, regions.pairs.regions if regions.pairs else None
        ),
        "pooling_area": pools.area_frame(dimension, regions.areas, as_of),
        "pooling_area_member": pools.member_frame(regions.members),
    }


def lookups(regions: Regions) -> dict[str, pl.DataFrame]:
    """What intake looks up: (region_code, year), poolarea_no, (region_code, poolarea_no, year)."""
    last = regions.dimension.latest + HORIZON_YEARS
    known = [
        (m.code, year)
        for m in regions.meanings
        for year in range(m.year_from, min(m.year_to, last) + 1)
    ]
    members = [
        (m.region_code, m.poolarea_no, year)
        for m in regions.members
        for year in range(m.first, min(m.last, last) + 1)
    ]
    return {
        "ref_region_code": pl.DataFrame(known, ["region_code", "year"], orient="row"),
        "ref_pooling_area": pl.DataFrame({"poolarea_no": [a.poolarea_no for a in regions.areas]}),
        "ref_pooling_area_member": pl.DataFrame(
            members, ["region_code", "poolarea_no", "year"], orient="row"
        ),
    }


def _named(regions: Regions) -> Iterator[tuple[str, str]]:
    """(code, name) of every unit that a text has."""
    columns = ("region_code", "county", "prefecture", "province")
    for text in (regions.load, regions.pairs):
        if text is not None:
            for code, county, prefecture, province in text.regions.select(columns).iter_rows():
                if code:
                    yield code, county or prefecture or province
