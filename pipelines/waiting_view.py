"""Late rows of closed months that have no open month yet, as ``run`` and ``status`` tell them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.months import add_months

if TYPE_CHECKING:
    from pathlib import Path


def waiting_rows(release: Path) -> list[dict[str, Any]]:
    """What waits in a release, one item a ledger and month: ``ledger_id``, ``poolarea_no``,
    ``period_ym``, ``closed_ym``, ``voucher_cnt``, ``row_cnt``, ``amount`` (yuan).

    Empty where nothing waits, and for a release of before there was ``fct_waiting``.
    """
    path = release / "marts" / "fct_waiting.parquet"
    return pl.read_parquet(path).rows(named=True) if path.is_file() else []


def waiting_lines(rows: list[dict[str, Any]]) -> list[str]:
    """A line a pooling area: its rows, the months they belong to, yuan, and what to do."""
    lines = []
    for pool, group in groupby(rows, key=lambda row: row["poolarea_no"]):
        items = list(group)
        months = "、".join(str(ym) for ym in sorted({item["period_ym"] for item in items}))
        closed = items[0]["closed_ym"]
        lines.append(
            f"统筹区 {pool} 有 {sum(item['row_cnt'] for item in items):,} 行次（所属月份 {months}，"
            f"{sum(item['voucher_cnt'] for item in items):,} 张凭证，"
            f"金额 {sum(item['amount'] for item in items):,.2f} 元）等待未结账的月份："
            f"账务已结账至 {closed}，送来 {add_months(closed, 1)} 的银行流水后重跑即入账；"
            f"要改已结账的月份请先 jiecun reopen {closed}"
        )
    return lines
