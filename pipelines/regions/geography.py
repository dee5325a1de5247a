"""Every unit seen in the geography of one year: where its money is rolled up to.

Nothing is guessed: after a split, or looking back over a merger, only the levels that all
candidates share are told, and the note names the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.regions.dimension import place_of
from pipelines.regions.frames import frame
from schemas.regions import RegionAsOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from pipelines.regions.dimension import Dimension, Place
    from pipelines.regions.successors import Version

_NO_END = 9999


@dataclass(frozen=True, slots=True)
class Seen:
    """A unit of the years from..to, seen in another year's geography."""

    version: Version
    year_from: int
    year_to: int
    #: the one unit that stands for it in that year, None where there is none or are several
    unit: Version | None
    province: tuple[str, str] | None
    prefecture: tuple[str, str] | None
    candidates: int
    note: str


def seen_in(dimension: Dimension, year: int) -> tuple[Seen, ...]:
    """Every version, by key and years, as of ``year``."""
    return tuple(seen for v in dimension.versions for seen in _version(dimension, v, year))


def geography_frame(dimension: Dimension, year: int) -> pl.DataFrame:
    """``RegionAsOf`` rows of ``seen_in``."""
    rows = [
        (
            seen.version.sk, seen.year_from, seen.year_to, year,
            seen.unit.sk if seen.unit else None, seen.unit.key if seen.unit else None,
            seen.unit.name if seen.unit else None,
            seen.prefecture[0] if seen.prefecture else None,
            seen.prefecture[1] if seen.prefecture else None,
            seen.province[0] if seen.province else None,
            seen.province[1] if seen.province else None,
            seen.candidates, seen.note or None,
        )
        for seen in seen_in(dimension, year)
    ]  # fmt: skip
    return frame(RegionAsOf, rows)


def look(dimension: Dimension, version: Version, known: int, year: int) -> Seen:
    """A unit as it was in the year ``known``, seen in ``year``."""
    units = [
        dimension.timeline.versions[sk] for sk in dimension.timeline.at(version.sk, known, year)
    ]
    units.sort(key=lambda v: v.key)
    if units:
        places = [_placed(dimension, unit, year) for unit in units]
        note = ""
        if len(units) > 1:
            names = "、".join(f"{unit.name}（{unit.key}）" for unit in units)
            back = year < known
            note = f"{'由数个单位合并而来' if back else '已分设'}，份额未知：{names}"
        unit = units[0] if len(units) == 1 else None
        return Seen(version, known, known, unit, _one_province(places), _one_prefecture(places),
                    len(units), note)  # fmt: skip
    note = f"{year}年尚无此单位，按上级归集"
    parent = dimension.unit(version.parent_code, max(known, version.first))
    if parent is None:
        return Seen(version, known, known, None, None, None, 0, note)
    above = look(dimension, parent, known, year)
    return Seen(version, known, known, None, above.province, above.prefecture, 0, note)


def _version(dimension: Dimension, version: Version, year: int) -> Iterator[Seen]:
    end = version.last or _NO_END
    joined = [when for _, when, _ in dimension.timeline.before.get(version.sk, ())]
    starts = sorted({version.first, *(c for c in joined if max(version.first, year) < c <= end)})
    for at, first in enumerate(starts):
        seen = look(dimension, version, first, year)
        to = starts[at + 1] - 1 if at + 1 < len(starts) else end
        yield Seen(version, first, to, seen.unit, seen.province, seen.prefecture,
                   seen.candidates, seen.note)  # fmt: skip


def _placed(dimension: Dimension, unit: Version, year: int) -> Place:
    """The place of a unit that stands in that year; a zone's parent may have moved on."""
    if unit.code or dimension.unit(unit.parent_code, year):
        return place_of(dimension, unit, year)
    parents = dimension.by_key.get(unit.parent_code, ())
    parent = max(parents, key=lambda v: v.first, default=None) if parents else None
    if parent is None:
        return place_of(dimension, unit, year)
    known = parent.last or parent.first
    known = known if known < year else parent.first
    followed = dimension.timeline.at(parent.sk, known, year)
    if len(followed) != 1:
        return place_of(dimension, unit, year)
    return place_of(dimension, dimension.timeline.versions[next(iter(followed))], year)


def _one_province(places: list[Place]) -> tuple[str, str] | None:
    found = {(p.province_code, p.province_name) for p in places}
    return found.pop() if len(found) == 1 else None


def _one_prefecture(places: list[Place]) -> tuple[str, str] | None:
    found = {(p.prefecture_code, p.prefecture_name) for p in places}
    code, name = found.pop() if len(found) == 1 else (None, None)
    return (code, name) if code and name else None
