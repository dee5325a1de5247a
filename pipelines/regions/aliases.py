"""Codes as delivered: which unit a code means in the year of an event.

A code means the unit that bears it in that year; else what the dated alias table says; else, once
its unit has ended, the unit that followed it. A code that no list had yet by that year is unknown.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.regions.dimension import Dimension
    from pipelines.regions.successors import Version

FILE_NAME = "region_alias.csv"
COLUMNS = ("alias_code", "valid_from", "valid_to", "region_code", "local_code", "kind", "source")
#: 市本级 and 省本级 as an insured's region
_CITY_OWN = re.compile(r"[0-9]{2}(?!99)[0-9]{2}99")
_NO_END = 9999


@dataclass(frozen=True, slots=True)
class Alias:
    """A code that is in no list and means a listed unit between two days (inclusive)."""

    code: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    target: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means in the years from..to: a unit, and how it was found.

    ``via`` is direct, alias, own_level (省本级, 市本级), successor or split: after a split the
    unit is the one that was split, since which part is meant is not known.
    """

    code: str
    year_from: int
    year_to: int
    sk: str
    via: str


def read_aliases(path: Path) -> tuple[Alias, ...]:
    """The rows of ``region_alias.csv``. Raises JiecunError REGION_RULES_UNREADABLE."""
    return tuple(
        Alias(
            row["alias_code"],
            datetime.date.fromisoformat(row["valid_from"]),
            datetime.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            row["local_code"] or row["region_code"],
            row["kind"],
            row["source"],
        )
        for row in read_rows(path, COLUMNS)
    )


def meanings(dimension: Dimension, aliases: Sequence[Alias]) -> tuple[Meaning, ...]:
    """Every code in every year in which it means something, by code and year.

    Year-end granularity: an alias that ends or begins within a year holds for the whole of the
    year in which it begins. The last meaning of a code goes on beyond the last list.
    Raises JiecunError ``REGION_ALIAS`` where an alias means two units at once, or one that no
    list has.
    """
    _assert_aliases(dimension, aliases)
    by_code: dict[str, list[Alias]] = {}
    for alias in aliases:
        by_code.setdefault(alias.code, []).append(alias)
    codes = {*dimension.by_key, *by_code, *_own_levels(dimension)}
    return tuple(
        meaning
        for code in sorted(codes)
        for meaning in _runs(dimension, code, by_code.get(code, []))
    )


def _own_levels(dimension: Dimension) -> set[str]:
    """PP9900 and PPCC99 for every province and prefecture there ever was."""
    out = set()
    for version in dimension.versions:
        if version.level == "province":
            out.add(f"{version.code[:2]}9900")
        elif version.level == "prefecture":
            out.add(f"{version.code[:4]}99")
    return out


def _runs(dimension: Dimension, code: str, aliases: Sequence[Alias]) -> Iterator[Meaning]:
    years = range(dimension.first_year, dimension.latest + 1)
    found = [(year, _meaning(dimension, code, year, aliases)) for year in years]
    start: int | None = None
    for at, (year, meant) in enumerate(found):
        if meant is None:
            continue
        if at == 0 or found[at - 1][1] != meant:
            start = year
        last = at + 1 == len(found)
        if last or found[at + 1][1] != meant:
            begin = start if start is not None else year
            yield Meaning(code, begin, _NO_END if last else year, meant[0], meant[1])


def _meaning(
    dimension: Dimension, code: str, year: int, aliases: Sequence[Alias]
) -> tuple[str, str] | None:
    unit = dimension.unit(code, year)
    if unit:
        return unit.sk, "direct"
    for alias in aliases:
        if alias.valid_from.year <= year and (not alias.valid_to or year <= alias.valid_to.year):
            meant = _listed(dimension, alias.target, year)
            return (meant[0], "alias") if meant else None
    if code.endswith("9900"):
        meant = _listed(dimension, f"{code[:2]}0000", year)
        return (meant[0], "own_level") if meant else None
    if _CITY_OWN.fullmatch(code):
        meant = _listed(dimension, f"{code[:4]}00", year)
        return (meant[0], "own_level") if meant else None
    return _listed(dimension, code, year)


def _listed(dimension: Dimension, code: str, year: int) -> tuple[str, str] | None:
    """The unit of a code in that year, or what became of the last unit that bore it."""
    unit = dimension.unit(code, year)
    if unit:
        return unit.sk, "direct"
    ended = [v for v in dimension.by_key.get(code, ()) if v.last is not None and v.last < year]
    if not ended:
        return None
    return _followed(dimension, ended[-1], year)


def _followed(dimension: Dimension, ended: Version, year: int) -> tuple[str, str]:
    units = dimension.timeline.at(ended.sk, ended.last or year, year)
    if len(units) == 1:
        return next(iter(units)), "successor"
    return ended.sk, "split"


def _assert_aliases(dimension: Dimension, aliases: Sequence[Alias]) -> None:
    problems = [
        f"{a.code} → {a.target}：各年代码表与区划文本中都没有"
        for a in aliases
        if a.target not in dimension.by_key
    ]
    far = datetime.date.max
    for at, one in enumerate(aliases):
        for other in aliases[at + 1 :]:
            if one.code == other.code and (
                one.valid_from.year <= (other.valid_to or far).year
                and other.valid_from.year <= (one.valid_to or far).year
            ):
                problems.append(f"{one.code}：{one.valid_from}、{other.valid_from} 起两行同年有效")
    if problems:
        place = f"transforms/rules/regions/{FILE_NAME}"
        expected = "别名指向已知单位，同一年至多一个"
        raise JiecunError(
            *(Problem("REGION_ALIAS", place, expected, found, "改正别名表") for found in problems),
            exit_code=EXIT_CHECK,
        )
