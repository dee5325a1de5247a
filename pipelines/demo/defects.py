"""Bad rows of every class, appended after the good ones; each is told in ``labels.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.demo import defects_money, defects_settlements
from pipelines.demo.planter import Planter

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.demo.labels import Label
    from pipelines.demo.plan import Calendar
    from pipelines.demo.world import World


def plant_defects(folder: Path, world: World, cal: Calendar, batch: str) -> list[Label]:
    """Plant about three rows of each class over the first, a middle and the last month; returns
    their labels."""
    planter = Planter(folder, world.areacode, batch, tuple(p.code for p in world.pools))
    regions = {p.code: p.insu_codes for p in world.pools}
    months = [1, (cal.months + 1) // 2, cal.months]
    for turn, m in enumerate(months):
        ym, before = cal.ym(m), cal.ym(m - 1)
        defects_settlements.plant(planter, ym, before, turn, regions)
        defects_money.plant(planter, ym, cal.start_ym, turn)
    planter.flush()
    return planter.labels
