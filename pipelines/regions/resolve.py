"""Units → codes by exact path, never by likeness; what does not match stays without a code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.regions.corrections import split_unit
from pipelines.regions.kinds import has_legal_suffix
from pipelines.regions.model import Resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.regions.history import History, Match
    from pipelines.regions.model import MatchMethod, Unit

#: year whose list fits the list text best; a unit is looked up in the year nearest to it
LIST_ANCHOR = 2010


def resolve(
    units: Sequence[Unit],
    history: History,
    anchor: int,
    *,
    placeholders: Mapping[tuple[str, str], str] | None = None,
    provinces_repeat: bool = False,
) -> tuple[Resolved, ...]:
    """Find each unit's codes in the year-end list nearest to the anchor year.

    A unit without a code carries its reason as an issue: NO_GB_CODE_… from a correction, else
    UNRESOLVED; GLUED_NAME names a token that was two known counties of that very city, and is now
    two rows. Repeated paths and codes are flagged, not removed; with ``provinces_repeat`` a
    province may stand in the text any number of times. ``placeholders`` are codes by (province,
    name), which no year-end list holds.
    """
    finder = _Finder(history, anchor, placeholders or {})
    whole = [part for unit in units for part in _parts(unit, finder)]
    rows = [_resolve_one(unit, finder) for unit in whole]
    return _with_local_codes(_with_repeats(rows, provinces_repeat))


class _Finder:
    """Look-ups of one text, remembered: thousands of counties share a few hundred parents."""

    def __init__(
        self, history: History, anchor: int, placeholders: Mapping[tuple[str, str], str]
    ) -> None:
        self.history = history
        self.anchor = anchor
        self.placeholders = placeholders
        self.province = lru_cache(maxsize=None)(self._province)
        self.prefecture = lru_cache(maxsize=None)(self._prefecture)

    def _province(self, name: str) -> Match | None:
        return self.history.province(name, self.anchor)

    def _prefecture(self, province: str, name: str) -> Match | None:
        found = self.province(province)
        if found is None or name == province:
            return found
        return self.history.prefecture((found.code, province), name, self.anchor)

    def county(self, province: str, prefecture: str | None, name: str) -> Match | None:
        if prefecture is None:
            above = self.province(province)
            return above and self.history.direct_county((above.code, province), name, self.anchor)
        parent = self.prefecture(province, prefecture)
        return parent and self.history.county((parent.code, prefecture), name, self.anchor)

    def unit(self, unit: Unit) -> tuple[str, int | None] | None:
        """Code and year of a unit at its own level."""
        if unit.level == "placeholder":
            code = self.placeholders.get((unit.province, unit.name))
            return (code, None) if code else None
        if unit.level == "county":
            found = self.county(*unit.path)
        elif unit.level == "prefecture":
            found = self.prefecture(unit.province, unit.name) if unit.name else None
        else:
            found = self.province(unit.province)
        return (found.code, found.year) if found else None


def _resolve_one(unit: Unit, finder: _Finder) -> Resolved:
    province = finder.province(unit.province)
    found = None if unit.uncoded_kind else finder.unit(unit)
    code, year = found or (None, None)
    above = _prefecture_code(unit, finder, code)
    issues = list(unit.issues)
    if code is None and not unit.uncoded_kind:
        issues.append("UNRESOLVED")
    if province is None or (unit.uncoded_kind and unit.prefecture and above is None):
        issues.append("PARENT_UNKNOWN")
    if unit.name and not has_legal_suffix(unit.level, unit.name):
        issues.append("ILLEGAL_SUFFIX")
    return Resolved(
        unit,
        _method(unit, code, year, finder.anchor),
        code,
        year,
        province.code if province else None,
        above,
        tuple(issues),
    )


def _prefecture_code(unit: Unit, finder: _Finder, own: str | None) -> str | None:
    if unit.level == "placeholder":
        return own
    match = finder.prefecture(unit.province, unit.prefecture) if unit.prefecture else None
    return match.code if match else None


def _method(unit: Unit, code: str | None, year: int | None, anchor: int) -> MatchMethod:
    if code is None:
        return "none"
    if unit.correction_ids:
        return "corrected"
    if year is None:
        return "placeholder"
    return "exact_path" if year == anchor else "history_year"


def _parts(unit: Unit, finder: _Finder) -> list[Unit]:
    """The unit, or two where its name is two known counties of its own parent, and nothing else.

    A name that any year knows at any place stays whole, and so does one that could be divided in
    more than one way.
    """
    province, prefecture, name = unit.path
    if unit.level != "county" or unit.uncoded_kind or name in finder.history.names:
        return [unit]
    ways = [
        (name[:at], name[at:])
        for at in range(2, len(name) - 1)
        if finder.county(province, prefecture, name[:at])
        and finder.county(province, prefecture, name[at:])
    ]
    if len(ways) != 1 or unit.part != 1:
        return [unit]
    return split_unit(replace(unit, issues=(*unit.issues, "GLUED_NAME")), ways[0])


def _with_repeats(rows: list[Resolved], provinces_repeat: bool) -> list[Resolved]:
    """Flag the second and later rows of a path (DUPLICATE), and paths that share a code."""
    out: list[Resolved] = []
    seen: set[tuple[str, tuple[str, str | None, str]]] = set()
    paths_of_code = Counter(
        code for code, _ in {(row.code, row.unit.path) for row in rows if row.code}
    )
    for row in rows:
        path = (row.unit.level, row.unit.path)
        extra: list[str] = []
        may_repeat = not row.unit.name or (provinces_repeat and row.unit.level == "province")
        if path in seen and not may_repeat and "DUPLICATE" not in row.issues:
            extra.append("DUPLICATE")
        if row.code and paths_of_code[row.code] > 1:
            extra.append("CODE_REPEATED")
        seen.add(path)
        out.append(replace(row, issues=(*row.issues, *extra)))
    return out


def _with_local_codes(rows: Sequence[Resolved]) -> tuple[Resolved, ...]:
    """Number the units without a GB/T 2260 code below their parent, in the order of the text."""
    last: Counter[str] = Counter()
    out: list[Resolved] = []
    for row in rows:
        parent = row.prefecture_code or (row.unit.prefecture is None and row.province_code)
        if not row.unit.uncoded_kind or not parent:
            out.append(row)
            continue
        last[parent] += 1
        out.append(replace(row, local_code=f"{parent}-Z{last[parent]:02d}"))
    return tuple(out)
