"""The region dimension: every unit of every year, one version a row, with its path and its end."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.regions.frames import frame
from pipelines.regions.history import FILE_NAME as HISTORY_FILE
from pipelines.regions.kinds import kind_of
from pipelines.regions.model import MUNICIPALITIES, Unit
from pipelines.regions.names import short_name
from pipelines.regions.reference import read_rows
from pipelines.regions.successors import FILE_NAME as SUCCESSOR_FILE
from pipelines.regions.successors import Successor, Timeline, Version, link, read_successors
from schemas.regions import Region, RegionSuccessor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import polars as pl

CODE_SOURCE = "MCA year-end list"
#: the first list there is: what existed then may be older
FIRST_YEAR = 2000
_COLUMNS = ("code", "name", "level", "parent_code", "first_year_end", "last_year_end")
_STATUS = {"rename": "renamed", "recode": "recoded"}


@dataclass(frozen=True, slots=True)
class Zone:
    """A unit of a text that has no code in any list: a development zone, a management district."""

    local_code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True)
class Dimension:
    """All versions in order of key and time, what links them, and the zones' kinds."""

    timeline: Timeline
    versions: tuple[Version, ...]
    successors: tuple[Successor, ...]
    zone_kinds: dict[str, str]

    @property
    def latest(self) -> int:
        """The last year of the lists: today's geography."""
        return self.timeline.latest

    @property
    def first_year(self) -> int:
        """The first year of the lists."""
        return FIRST_YEAR

    def unit(self, code: str, year: int) -> Version | None:
        """The one unit that bears the code (or local code) in that year."""
        for version in self.by_key.get(code, ()):
            if version.alive(year):
                return version
        return None

    @cached_property
    def by_key(self) -> dict[str, tuple[Version, ...]]:
        """Versions by code or local code, oldest first."""
        index: dict[str, list[Version]] = defaultdict(list)
        for version in self.versions:
            index[version.key].append(version)
        return {key: tuple(found) for key, found in index.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """The province and the prefecture a unit belongs to; no prefecture: directly under it."""

    province_code: str
    province_name: str
    prefecture_code: str | None
    prefecture_name: str | None


def place_of(dimension: Dimension, version: Version, year: int) -> Place:
    """Where a unit belongs, as its parents are called in that year.

    A municipality's districts have the municipality as prefecture.
    """
    top = dimension.unit(f"{version.key[:2]}0000", year)
    province_name = top.name if top else ""
    province = f"{version.key[:2]}0000"
    above = version if version.level != "county" else dimension.unit(version.parent_code, year)
    if version.level == "province" and version.name not in MUNICIPALITIES:
        above = None
    if above is None or (above.level == "province" and above.name not in MUNICIPALITIES):
        return Place(province, province_name, None, None)
    return Place(province, province_name, above.code, above.name)


def build(rules_dir: Path, zones: Sequence[Zone] = ()) -> Dimension:
    """The dimension of the vendored lists in ``rules_dir`` and the zones of the texts.

    Raises JiecunError ``REGION_RULES_UNREADABLE``, ``REGION_SUCCESSOR``.
    """
    successors = read_successors(rules_dir / SUCCESSOR_FILE)
    spans = read_rows(rules_dir / HISTORY_FILE, _COLUMNS)
    return build_from(spans, successors, zones)


def build_from(
    spans: Sequence[dict[str, str]], successors: Sequence[Successor], zones: Sequence[Zone]
) -> Dimension:
    """As ``build``, from rows of the interval table."""
    early: dict[tuple[str, str], int] = {}
    for row in successors:
        key = (row.new_code, row.new_name)
        early[key] = min(row.year, early.get(key, row.year))
    plain = [_span(row, early) for row in spans]
    latest = max([v.first for v in plain] + [v.last or 0 for v in plain], default=FIRST_YEAR)
    by_code: dict[str, list[Version]] = defaultdict(list)
    for version in plain:
        by_code[version.code].append(version)
    versions = [part for version in plain for part in _parted(version, by_code)]
    for zone in zones:
        name = zone.name
        sk = surrogate(zone.local_code, name, FIRST_YEAR)
        versions.append(
            Version(sk, "", zone.local_code, name, "county", zone.parent_code, FIRST_YEAR, None)
        )
    versions.sort(key=lambda v: (v.key, v.first))
    kinds = {zone.local_code: zone.kind for zone in zones}
    return Dimension(link(versions, successors, latest), tuple(versions), tuple(successors), kinds)


def zones_of(regions: pl.DataFrame) -> tuple[Zone, ...]:
    """The units without a code of one or more texts (``RegionSource`` rows), each once."""
    found: dict[str, Zone] = {}
    for row in regions.iter_rows(named=True):
        local = row["local_code"]
        if local and local not in found:
            parent = local.partition("-")[0]
            found[local] = Zone(local, row["county"], row["kind"] or "dev_zone", parent)
    return tuple(found.values())


def surrogate(key: str, name: str, first: int) -> str:
    """16 hexadecimal digits of sha256 over code|name|valid_from: the same in every run."""
    return hashlib.sha256(f"{key}|{name}|{first}-01-01".encode()).hexdigest()[:16]


def region_frame(dimension: Dimension, named: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """``Region`` rows by key and time. ``named`` are the (code, name) pairs that a text has."""
    in_text = set(named)
    line = dimension.timeline
    rows: list[tuple[Any, ...]] = []
    for v in dimension.versions:
        edges = line.after.get(v.sk, ())
        path = place_of(dimension, v, v.first)
        parent = dimension.unit(v.parent_code, v.first) if v.parent_code else None
        status = "active" if v.last is None else _STATUS.get(edges[0][2], "replaced")
        rows.append((
            v.sk, v.code or None, v.local_code or None, v.key, v.name, short_name(v.level, v.name),
            v.level, _kind(dimension, v, path), v.parent_code or None,
            parent.sk if parent else None, path.province_code, path.province_name,
            path.prefecture_code, path.prefecture_name,
            datetime.date(v.first, 1, 1), datetime.date(v.last, 12, 31) if v.last else None,
            "year_end" if v.code else "unknown", v.last is None,
            status if v.code else "no_code", edges[0][0] if len(edges) == 1 else None,
            len(edges), CODE_SOURCE if v.code else None,
            (v.last or line.latest) if v.code else None,
            "text" if not v.code or (v.code, v.name) in in_text else "reference",
        ))  # fmt: skip
    return frame(Region, rows)


def successor_frame(dimension: Dimension) -> pl.DataFrame:
    """``RegionSuccessor`` rows in the order of the table."""
    rows = [
        (s.old_code, s.old_name, s.year, s.new_code, s.new_name, s.kind,
         Decimal(s.share) if s.share else None, s.document_no or None, s.source)
        for s in dimension.successors
    ]  # fmt: skip
    return frame(RegionSuccessor, rows)


def _span(row: dict[str, str], early: dict[tuple[str, str], int]) -> Version:
    """A row of the interval table; where a change is dated before the unit's first list, by it."""
    first = int(row["first_year_end"])
    first = min(first, max(early.get((row["code"], row["name"]), first), first - 1))
    last = int(row["last_year_end"]) if row["last_year_end"] else None
    sk = surrogate(row["code"], row["name"], first)
    return Version(
        sk, row["code"], "", row["name"], row["level"], row["parent_code"], first, last
    )  # fmt: skip


def _parted(version: Version, by_code: dict[str, list[Version]]) -> list[Version]:
    """A version for each name its parent bore in the meantime."""
    end = version.last or 9999
    cuts = [p.first for p in by_code.get(version.parent_code, ()) if version.first < p.first <= end]
    starts = [version.first, *sorted(cuts)]
    out = []
    for at, first in enumerate(starts):
        last = starts[at + 1] - 1 if at + 1 < len(starts) else version.last
        sk = surrogate(version.code, version.name, first)
        out.append(
            Version(sk, version.code, "", version.name, version.level, version.parent_code, first,
                    last)
        )  # fmt: skip
    return out


def _kind(dimension: Dimension, version: Version, path: Place) -> str | None:
    if not version.code:
        return dimension.zone_kinds[version.local_code]
    prefecture = path.prefecture_name if version.level == "county" else version.name
    return kind_of(
        Unit(0, 0, "", version.name, version.level, path.province_name, prefecture)  # type: ignore[arg-type]
    )
