"""Units → codes by exact path, never by likeness; what does not match stays without a code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.regions.kinds import has_legal_suffix
from pipelines.regions.model import Resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.regions.history import History, Match
    from pipelines.regions.model import MatchMethod, Unit

#: year whose list fits the list text best; a unit is looked up in the year nearest to it
LIST_ANCHOR = 2010


def resolve(units: Sequence[Unit], history: History, anchor: int) -> tuple[Resolved, ...]:
    """Find each unit's codes in the year-end list nearest to the anchor year.

    A unit without a code carries its reason as an issue: NO_GB_CODE_… from a correction, else
    UNRESOLVED. Repeated paths and codes are flagged, not removed.
    """
    finder = _Finder(history, anchor)
    return _with_local_codes(_with_repeats([_resolve_one(unit, finder) for unit in units]))


class _Finder:
    """Look-ups of one text, remembered: thousands of counties share a few hundred parents."""

    def __init__(self, history: History, anchor: int) -> None:
        self.history = history
        self.anchor = anchor
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


def _resolve_one(unit: Unit, finder: _Finder) -> Resolved:
    province = finder.province(unit.province)
    prefecture = finder.prefecture(unit.province, unit.prefecture) if unit.prefecture else None
    match: Match | None = None
    issues = list(unit.issues)
    if not unit.uncoded_kind:
        match = {"province": province, "prefecture": prefecture}.get(unit.level)
        if unit.level == "county":
            match = finder.county(*unit.path)
        if match is None:
            issues.append("UNRESOLVED")
            if unit.level == "county" and _glued(unit, finder):
                issues.append("GLUED_NAME")
    if not has_legal_suffix(unit.level, unit.name):
        issues.append("ILLEGAL_SUFFIX")
    return Resolved(
        unit,
        _method(unit, match, finder.anchor),
        match.code if match else None,
        match.year if match else None,
        province.code if province else None,
        prefecture.code if prefecture else None,
        tuple(issues),
    )


def _method(unit: Unit, match: Match | None, anchor: int) -> MatchMethod:
    if match is None:
        return "none"
    if unit.correction_ids:
        return "corrected"
    return "exact_path" if match.year == anchor else "history_year"


def _glued(unit: Unit, finder: _Finder) -> bool:
    """The name is two names of the same parent written together; told, never split."""
    province, prefecture, name = unit.path
    return any(
        finder.county(province, prefecture, name[:at])
        and finder.county(province, prefecture, name[at:])
        for at in range(2, len(name) - 1)
    )


def _with_repeats(rows: list[Resolved]) -> list[Resolved]:
    """Flag the second and later rows of a path (DUPLICATE), and paths that share a code."""
    out: list[Resolved] = []
    seen: set[tuple[str, tuple[str, str | None, str]]] = set()
    paths_of_code = Counter(
        code for code, _ in {(row.code, row.unit.path) for row in rows if row.code}
    )
    for row in rows:
        path = (row.unit.level, row.unit.path)
        extra: list[str] = []
        if path in seen and "DUPLICATE" not in row.issues:
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
