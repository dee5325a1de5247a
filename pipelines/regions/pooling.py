"""The default map of pooling areas, derived from the regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.regions.frames import frame
from pipelines.regions.model import MUNICIPALITIES
from schemas.regions import PoolingArea, PoolingAreaMember

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

#: poolarea_no, poolarea_name, level, province_code, province_name, parent_code
_Area = tuple[str, str, str, str, str, str | None]


def pooling_areas(regions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``RegionSource`` rows → (``PoolingArea``, ``PoolingAreaMember``), by number and by code.

    This national map is a default: each prefecture pools on its own, a municipality pools as one,
    a county directly under a province pools on its own, and every other province has a pool of the
    province's own (省本级, PP9900). Real pooling differs by province — some pool a scheme at the
    top, some development zones run their own fund — so check it against local rules before use.

    Members of a prefecture's pool PPCC00 are its counties, PPCC99 (市本级), the local codes of its
    units without a GB/T 2260 code, and PPCC00 itself. Units without any code belong to no pool.
    """
    rows = regions.filter(regions["issues"].str.contains("DUPLICATE").not_())
    areas: list[_Area] = []
    members: set[tuple[str, str]] = set()
    for row in rows.iter_rows(named=True):
        for area in _areas(row):
            areas.append(area)
            members.add((area[0], area[0]))
            if area[2] == "prefecture":
                members.add((f"{area[0][:4]}99", area[0]))
    known = {area[0] for area in areas}
    for row in rows.filter(rows["level"] == "county").iter_rows(named=True):
        code = row["region_code"] or row["local_code"]
        pool = row["prefecture_code"] or row["region_code"]
        if code and pool in known:
            members.add((code, pool))
    return frame(PoolingArea, sorted(set(areas))), frame(PoolingAreaMember, sorted(members))


def _areas(row: dict[str, str | None]) -> Iterator[_Area]:
    """The pools that a row of its own gives rise to."""
    code, province = row["region_code"], row["province"]
    top = row["province_code"]
    if not code or not province or not top:
        return
    if row["level"] == "province" and province in MUNICIPALITIES:
        yield (code, province, "municipality", top, province, None)
    elif row["level"] == "province":
        yield (f"{code[:2]}9900", f"{province}本级", "province_own", top, province, top)
    elif row["level"] == "prefecture":
        yield (code, str(row["prefecture"]), "prefecture", top, province, top)
    elif row["prefecture"] is None:
        yield (code, str(row["county"]), "direct_county", top, province, top)
