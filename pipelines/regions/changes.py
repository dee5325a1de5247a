"""The texts held against each other, and the list against today: what changed, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.regions.frames import frame
from schemas.regions import RegionChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.regions.dimension import Dimension
    from pipelines.regions.successors import Version

_Row = tuple[str, str, str, str, str, str | None, str | None, str, int | None, str | None]
_ZH = {"rename": "更名", "recode": "换码", "upgrade": "升格改设", "merge": "并入", "split": "分设"}


def change_frame(
    dimension: Dimension, listed: pl.DataFrame, paired: pl.DataFrame | None
) -> pl.DataFrame:
    """``RegionChange`` rows: prefectures of the list against those of the pairs (against the lists
    of the last year where there is no such text), and counties of the list against the last year.

    ``listed`` and ``paired`` are ``RegionSource`` rows; those without a code and duplicates are
    left out. A pair that no chain of successors explains is told as ``unexplained``.
    """
    old = _units(dimension, listed, "prefecture")
    if paired is None:
        new = {v.code: v.name for v in dimension.versions if _now(v, "prefecture")}
    else:
        coded = paired.filter(
            (pl.col("level") == "prefecture") & pl.col("region_code").is_not_null()
        )
        new = dict(coded.select("region_code", "prefecture").iter_rows())
    rows = [*_prefectures(dimension, old, new), *_counties(dimension, listed)]
    return frame(RegionChange, sorted(rows, key=lambda row: (row[0] != "texts", *row[1:4])))


def _units(dimension: Dimension, listed: pl.DataFrame, level: str) -> list[tuple[Version, int]]:
    """The units of a text with the year in whose list they were found."""
    coded = listed.filter(
        (pl.col("level") == level)
        & pl.col("region_code").is_not_null()
        & pl.col("issues").str.contains("DUPLICATE").not_()
    )
    out = []
    for code, year in coded.select("region_code", "code_year").iter_rows():
        unit = dimension.unit(code, max(year, dimension.first_year))
        if unit:
            out.append((unit, max(year, unit.first)))
    return out


def _prefectures(
    dimension: Dimension, old: list[tuple[Version, int]], new: dict[str, str]
) -> Iterator[_Row]:
    reached: set[str] = set()
    for unit, known in old:
        ends, way = _way(dimension, unit, known)
        end = ends[0] if len(ends) == 1 else None
        if end is None or end.code not in new or new[end.code] != end.name:
            yield _row(dimension, "texts", (unit, None), "unexplained", None, _told(way))
            continue
        change = _change(unit, end, way)
        if change != "merged":
            reached.add(end.code)
        yield _row(dimension, "texts", (unit, end), change, way[-1][1] if way else None, _told(way))
    for code in sorted(new.keys() - reached):
        fresh = dimension.unit(code, dimension.latest)
        came = dimension.timeline.before.get(fresh.sk, ()) if fresh else ()
        below = [dimension.timeline.versions[sk] for sk, _, _ in came]
        told = "、".join(f"{v.name}（{v.key}）" for v in below if v.level == "county")
        province = dimension.unit(f"{code[:2]}0000", dimension.latest)
        known_name = fresh is not None and fresh.name == new[code]
        yield (
            "texts", "prefecture", "", code, province.name if province else "", None, new[code],
            "new" if known_name else "unexplained", fresh.first if fresh else None,
            f"由县级 {told} 升格" if told else None,
        )  # fmt: skip


def _counties(dimension: Dimension, listed: pl.DataFrame) -> Iterator[_Row]:
    for unit, known in _units(dimension, listed, "county"):
        ends, way = _way(dimension, unit, known)
        end = ends[0] if len(ends) == 1 else None
        change = "replaced"
        if end and end.code == unit.code:
            change = "unchanged" if end.name == unit.name else "renamed"
        elif end and end.name == unit.name:
            change = "recoded"
        year = None if change == "unchanged" else way[-1][1]
        yield _row(dimension, "today", (unit, end), change, year, _told(way))


def _way(
    dimension: Dimension, unit: Version, known: int
) -> tuple[list[Version], list[tuple[str, int, Version]]]:
    """Where a unit is today, and the changes on its way there (kind, year, next unit)."""
    line = dimension.timeline
    ends = sorted(line.at(unit.sk, known, dimension.latest))
    way: list[tuple[str, int, Version]] = []
    sk = unit.sk
    while line.after.get(sk):
        edges = line.after[sk]
        for to, year, kind in edges:
            following = line.versions[to]
            if (following.code, following.name) != (line.versions[sk].code, line.versions[sk].name):
                way.append((kind, year, following))
        if len(edges) > 1:
            break
        sk = edges[0][0]
    return [line.versions[end] for end in ends], way


def _change(unit: Version, end: Version, way: list[tuple[str, int, Version]]) -> str:
    kinds = {kind for kind, _, _ in way}
    if end.code == unit.code:
        return "unchanged" if end.name == unit.name else "renamed"
    if "merge" in kinds:
        return "merged"
    return "upgraded" if "upgrade" in kinds else "recoded"


def _told(way: list[tuple[str, int, Version]]) -> str | None:
    steps = [f"{year}年{_ZH[kind]}：{unit.name}（{unit.key}）" for kind, year, unit in way]
    return "；".join(steps) or None


def _row(
    dimension: Dimension,
    comparison: str,
    way: tuple[Version, Version | None],
    change: str,
    *told: int | str | None,
) -> Any:
    """``way`` is the unit and where it ended; ``told`` are the year and the detail."""
    unit, end = way
    province = dimension.unit(f"{unit.code[:2]}0000", dimension.latest)
    return (
        comparison, unit.level, unit.code, end.code if end else "",
        province.name if province else "", unit.name, end.name if end else None, change, *told,
    )  # fmt: skip


def _now(version: Version, level: str) -> bool:
    return version.last is None and version.level == level
