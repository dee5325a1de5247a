"""Dated pooling areas: one for each prefecture by default, and what the override tables say.

Kept apart from administrative geography: a pool has its own number, its own members and dates;
only where its money is rolled up to comes from the region dimension.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions.frames import frame
from pipelines.regions.geography import look
from pipelines.regions.model import MUNICIPALITIES
from pipelines.regions.reference import read_rows
from pipelines.regions.successors import WHOLE
from schemas.regions import DatedPoolingArea, DatedPoolingAreaMember

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from pipelines.regions.aliases import Meaning
    from pipelines.regions.dimension import Dimension
    from pipelines.regions.successors import Version

AREA_FILE = "pooling_area.csv"
MEMBER_FILE = "pooling_area_member.csv"
AREA_COLUMNS = (
    "poolarea_no", "poolarea_name", "level", "region_code", "valid_from", "valid_to", "source",
)  # fmt: skip
MEMBER_COLUMNS = ("region_code", "poolarea_no", "valid_from", "valid_to", "source")
#: the last year of a membership that goes on
NO_END = 9999


@dataclass(frozen=True, slots=True)
class Area:
    """A pooling area and the unit that it stands for; ``last`` None: still."""

    poolarea_no: str
    name: str
    level: str
    region_code: str
    first: int
    last: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Member:
    """A code whose insured belong to the pool in the years first..last."""

    region_code: str
    poolarea_no: str
    first: int
    last: int
    source: str


@dataclass(frozen=True)
class Overrides:
    """The dated rows that replace the default map."""

    areas: tuple[Area, ...]
    members: tuple[Member, ...]


def read_overrides(rules_dir: Path) -> Overrides:
    """``pooling_area.csv`` and ``pooling_area_member.csv``; years count, days are year ends.

    Raises JiecunError ``REGION_RULES_UNREADABLE``, and ``POOLING_AREA`` where a code
    belongs to two pools in one year.
    """
    areas = tuple(
        Area(
            row["poolarea_no"],
            row["poolarea_name"],
            row["level"],
            row["region_code"],
            int(row["valid_from"][:4]),
            int(row["valid_to"][:4]) if row["valid_to"] else None,
            row["source"],
        )
        for row in read_rows(rules_dir / AREA_FILE, AREA_COLUMNS)
    )
    members = tuple(
        Member(
            row["region_code"],
            row["poolarea_no"],
            int(row["valid_from"][:4]),
            int(row["valid_to"][:4]) if row["valid_to"] else NO_END,
            row["source"],
        )
        for row in read_rows(rules_dir / MEMBER_FILE, MEMBER_COLUMNS)
    )
    _assert_disjoint(members)
    return Overrides(areas, members)


def default_pool(version: Version) -> str | None:
    """The pool of a unit's insured where nothing else is said; None for a province."""
    if version.level == "prefecture" or version.name in MUNICIPALITIES:
        return version.code
    if version.level == "county":
        direct = version.parent_code[:2] not in _MUNICIPAL and version.parent_code.endswith("0000")
        return version.code if direct and version.code else version.parent_code
    return None


_MUNICIPAL = frozenset({"11", "12", "31", "50"})


def areas_of(dimension: Dimension, overrides: Overrides) -> tuple[Area, ...]:
    """Every pool there ever was, by number; an override replaces the default of its number."""
    out: dict[str, Area] = {}
    for version in dimension.versions:
        if version.level == "province" and version.name not in MUNICIPALITIES:
            no, name, level = f"{version.code[:2]}9900", f"{version.name}本级", "province_own"
        elif default_pool(version) == version.code:
            no, name = version.code, version.name
            level = {"province": "municipality", "county": "direct_county"}.get(
                version.level, version.level
            )
        else:
            continue
        first = min(version.first, out[no].first) if no in out else version.first
        out[no] = Area(no, name, level, version.code, first, version.last, "default")
    merged = out | {area.poolarea_no: area for area in overrides.areas}
    return tuple(merged[no] for no in sorted(merged))


def members_of(
    dimension: Dimension, meanings: Sequence[Meaning], areas: Sequence[Area], overrides: Overrides
) -> tuple[Member, ...]:
    """Which codes each pool may bear in which years, by code and pool.

    A code belongs to the pool of the unit that it means. In the year in which that changes, the
    pool of the year before is taken, too; a pool whose unit was only renamed, recoded or upgraded
    may keep its old number for good.
    """
    told: dict[str, list[Member]] = defaultdict(list)
    for member in overrides.members:
        told[member.region_code].append(member)
    old = _old_numbers(dimension, areas)
    found: dict[str, list[Member]] = defaultdict(list)
    for meaning in meanings:
        found[meaning.code] += _default_members(dimension, meaning)
    out: list[Member] = []
    for code in sorted({*found, *told}):
        own = [*_without(found.get(code, []), told.get(code, [])), *told.get(code, [])]
        out += _merged([*own, *_transition(own), *_renumbered(own, old)])
    return tuple(out)


def area_frame(dimension: Dimension, areas: Sequence[Area], year: int) -> pl.DataFrame:
    """``DatedPoolingArea`` rows, placed in the geography of ``year``."""
    rows: list[tuple[Any, ...]] = []
    for area in areas:
        versions = dimension.by_key.get(area.region_code, ())
        if not versions:
            raise _problem(f"{area.poolarea_no} 的区划代码 {area.region_code} 不在各年代码表内")
        standing = [v for v in versions if v.first <= year]
        unit = standing[-1] if standing else versions[0]
        known = min(max(year, unit.first), unit.last or year)
        seen = look(dimension, unit, known, year)
        province = seen.province or (f"{area.poolarea_no[:2]}0000", "")
        prefecture = seen.prefecture or (None, None)
        rows.append((
            area.poolarea_no, area.name, area.level, area.region_code, *province, *prefecture,
            year, seen.note or None, datetime.date(area.first, 1, 1),
            datetime.date(area.last, 12, 31) if area.last else None, area.source,
        ))  # fmt: skip
    return frame(DatedPoolingArea, rows)


def member_frame(members: Sequence[Member]) -> pl.DataFrame:
    """``DatedPoolingAreaMember`` rows by code, pool and time."""
    rows = [
        (m.region_code, m.poolarea_no, datetime.date(m.first, 1, 1),
         None if m.last == NO_END else datetime.date(m.last, 12, 31), m.source)
        for m in members
    ]  # fmt: skip
    return frame(DatedPoolingAreaMember, rows)


def _default_members(dimension: Dimension, meaning: Meaning) -> Iterator[Member]:
    unit = dimension.timeline.versions[meaning.sk]
    if meaning.via == "own_level" and unit.level == "province" and unit.name not in MUNICIPALITIES:
        yield Member(
            meaning.code, f"{unit.code[:2]}9900", meaning.year_from, meaning.year_to, "default"
        )
        return
    if unit.code and meaning.via != "split":
        own = default_pool(unit)
        if own:
            yield Member(meaning.code, own, meaning.year_from, meaning.year_to, "default")
        return
    last = min(meaning.year_to, dimension.latest)
    for year in range(meaning.year_from, last + 1):
        to = meaning.year_to if year == last else year
        for pool in sorted(_pools(dimension, unit, meaning.via, year)):
            yield Member(meaning.code, pool, year, to, "default")


def _pools(dimension: Dimension, unit: Version, via: str, year: int) -> set[str]:
    """The pools of the unit in that year; after a split, those of every part."""
    versions = dimension.timeline.versions
    if via == "split":
        parts = dimension.timeline.at(unit.sk, unit.last or year, year)
        return {pool for sk in parts if (pool := default_pool(versions[sk]))}
    pool = default_pool(unit)
    if pool is None or dimension.unit(pool, year):
        return {pool} if pool else set()
    parents = [v for v in dimension.by_key.get(pool, ()) if v.last is not None and v.last < year]
    if not parents:
        return {pool}
    followed = dimension.timeline.at(parents[-1].sk, parents[-1].last or year, year)
    return {found for sk in followed if (found := default_pool(versions[sk]))}


def _old_numbers(dimension: Dimension, areas: Sequence[Area]) -> dict[str, list[tuple[str, int]]]:
    """Pool number → old numbers of the same pool and the year from which they are old."""
    timeline = dimension.timeline
    out: dict[str, list[tuple[str, int]]] = defaultdict(list)
    numbers = {area.poolarea_no for area in areas}
    for area in areas:
        versions = dimension.by_key.get(area.poolarea_no, ())
        sk = versions[-1].sk if versions and area.last is not None else ""
        while sk:
            edges = timeline.after.get(sk, ())
            if len(edges) != 1 or edges[0][2] not in WHOLE:
                break
            sk, year, _ = edges[0]
            number = default_pool(timeline.versions[sk])
            if number and number != area.poolarea_no and number in numbers:
                out[number].append((area.poolarea_no, year))
    return out


def _without(default: Iterable[Member], told: Sequence[Member]) -> Iterator[Member]:
    """The default rows less the years for which an override speaks."""
    for member in default:
        covered = [m for m in told if m.first <= member.last and member.first <= m.last]
        if not covered:
            yield member
            continue
        first = member.first
        for over in sorted(covered, key=lambda m: m.first):
            if first < over.first:
                yield Member(
                    member.region_code, member.poolarea_no, first, over.first - 1, member.source
                )
            first = over.last + 1
        if first <= member.last:
            yield replace(member, first=first)


def _transition(members: Sequence[Member]) -> Iterator[Member]:
    """The pool of the year before, in each year in which the code has another one."""
    for member in members:
        year = member.last + 1
        goes_on = any(m.first <= year <= m.last for m in members)
        if goes_on and member.last != NO_END:
            yield Member(member.region_code, member.poolarea_no, year, year, "transition")


def _renumbered(
    members: Sequence[Member], old: dict[str, list[tuple[str, int]]]
) -> Iterator[Member]:
    for member in members:
        for number, year in old.get(member.poolarea_no, ()):
            if year <= member.last:
                first = max(year, member.first)
                yield Member(member.region_code, number, first, member.last, "old_number")


def _merged(members: Iterable[Member]) -> list[Member]:
    """Rows of one code: those of one pool that touch become one, by pool and time.

    Where two overlap, the one that begins first keeps its source.
    """
    by_pool: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_pool[member.poolarea_no].append(member)
    out: list[Member] = []
    for pool in sorted(by_pool):
        runs: list[Member] = []
        for member in sorted(by_pool[pool], key=lambda m: (m.first, -m.last)):
            before = runs[-1] if runs else None
            if (
                before
                and member.first <= before.last + 1
                and (member.source == before.source or member.last <= before.last)
            ):
                last = max(before.last, member.last)
                runs[-1] = Member(member.region_code, pool, before.first, last, before.source)
            else:
                first = max(member.first, before.last + 1) if before else member.first
                runs.append(Member(member.region_code, pool, first, member.last, member.source))
        out += runs
    return out


def _assert_disjoint(members: Sequence[Member]) -> None:
    for at, one in enumerate(members):
        for other in members[at + 1 :]:
            same = one.region_code == other.region_code
            if same and one.first <= other.last and other.first <= one.last:
                raise _problem(
                    f"{one.region_code} 同年属于 {one.poolarea_no} 与 {other.poolarea_no}"
                )


def _problem(found: str) -> JiecunError:
    return JiecunError(
        Problem(
            "POOLING_AREA",
            f"transforms/rules/regions/{AREA_FILE}",
            "统筹区的区划代码在代码表内；一个代码同年只属一个统筹区",
            found,
            "改正统筹区表或其成员表",
        ),
        exit_code=EXIT_CHECK,
    )
