"""Counts of inspection work, a quarter at a time."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

from pipelines.demo.bank_flows import ZERO
from pipelines.months import month_end

if TYPE_CHECKING:
    from decimal import Decimal

    from pipelines.demo.world import World


def inspection_rows(
    world: World, seed: int, ym: int, recovered: dict[str, Decimal]
) -> list[dict[str, Any]]:
    """One row per pool for the quarter that ends with ``ym``; ``recovered`` = yuan claimed back in
    the quarter by pool."""
    rows: list[dict[str, Any]] = []
    for pool in world.pools:
        rng = random.Random(f"{seed}:inspection:{pool.code}:{ym}")
        inspected = rng.randint(1, pool.hospitals + pool.pharmacies)
        day = month_end(ym)
        rows.append(
            {
                "prd_type": "Q",
                "stt_ym": ym,
                "poolarea_no": pool.code,
                "insp_cnt": inspected,
                "hndl_cnt": rng.randint(0, inspected),
                "case_cnt": rng.randint(0, 1),
                "suspect_cnt": 0,
                "close_cnt": 0,
                "retn_amt": recovered.get(pool.code, ZERO),
                "updt_time": dt.datetime(day.year, day.month, day.day, 21),
            }
        )
    return rows
