"""The year-end code lists as intervals, and the exact look-up of a path in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE_NAME = "gbt2260_history_2000_2026.csv"
_COLUMNS = (
    "code",
    "name",
    "level",
    "parent_code",
    "parent_name",
    "first_year_end",
    "last_year_end",
)
#: prefixes of the codes of county-level units directly under a province
DIRECT_COUNTY_PREFIXES = ("4190", "4290", "4690", "6590")
_NO_END = 9999


@dataclass(frozen=True, slots=True)
class Interval:
    """A code that carried one name under one parent at the ends of these years (inclusive)."""

    code: str
    first: int
    last: int

    def nearest_year(self, anchor: int) -> int:
        """The year of the interval that is nearest to the anchor."""
        return min(max(anchor, self.first), self.last)


@dataclass(frozen=True, slots=True)
class Match:
    """A code and the year-end list it was found in."""

    code: str
    year: int


@dataclass(frozen=True)
class History:
    """Intervals by path: (parent code, parent name, name); provinces have the parent ('', '')."""

    by_path: dict[tuple[str, str, str], tuple[Interval, ...]]

    @cached_property
    def provinces(self) -> frozenset[str]:
        """The names of all provinces of any year."""
        return frozenset(name for code, parent, name in self.by_path if not code and not parent)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all units of any year and level."""
        return frozenset(name for _, _, name in self.by_path)

    @cached_property
    def latest(self) -> int:
        """The last year that the lists tell of."""
        intervals = [i for found in self.by_path.values() for i in found]
        ends = [i.last for i in intervals if i.last != _NO_END]
        return max([i.first for i in intervals] + ends, default=0)

    def province(self, name: str, anchor: int) -> Match | None:
        """The code of a province."""
        return nearest(self.by_path.get(("", "", name), ()), anchor)

    def prefecture(self, province: tuple[str, str], name: str, anchor: int) -> Match | None:
        """The code of a prefecture under the province (code, name)."""
        found = self.by_path.get((*province, name), ())
        return nearest([i for i in found if i.code.endswith("00")], anchor)

    def direct_county(self, province: tuple[str, str], name: str, anchor: int) -> Match | None:
        """The code of a county-level unit directly under the province (code, name)."""
        found = self.by_path.get((*province, name), ())
        return nearest([i for i in found if i.code.startswith(DIRECT_COUNTY_PREFIXES)], anchor)

    def county(self, parent: tuple[str, str], name: str, anchor: int) -> Match | None:
        """The code of a county under the prefecture or municipality (code, name)."""
        return nearest(self.by_path.get((*parent, name), ()), anchor)


def nearest(intervals: Sequence[Interval], anchor: int) -> Match | None:
    """The match in the year nearest to the anchor; of two equally near years the earlier.

    None where nothing matches, or where one and the same year gives two codes.
    """
    matches = [Match(i.code, i.nearest_year(anchor)) for i in intervals]
    if not matches:
        return None
    year = min((abs(m.year - anchor), m.year) for m in matches)[1]
    codes = {m.code for m in matches if m.year == year}
    return Match(codes.pop(), year) if len(codes) == 1 else None


def read_history(path: Path) -> History:
    """Read the interval table. Raises JiecunError REGION_RULES_UNREADABLE."""
    by_path: dict[tuple[str, str, str], list[Interval]] = {}
    for row in read_rows(path, _COLUMNS):
        key = (row["parent_code"], row["parent_name"], row["name"])
        last = int(row["last_year_end"] or _NO_END)
        by_path.setdefault(key, []).append(Interval(row["code"], int(row["first_year_end"]), last))
    return History({key: tuple(found) for key, found in by_path.items()})
