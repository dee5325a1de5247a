"""What the parts of the second opinion share: fen, months, and adding to a row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from tests.golden.recompute_rows import ITEM_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable

#: (ledger_id, yyyymm, row_code) → fen; the opening balances stand in month 0
Flows = Counter[tuple[str, int, str]]


def in_fen(column: str) -> pl.Expr:
    """An amount in whole fen."""
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def in_month(column: str) -> pl.Expr:
    """The month of a day or time, as yyyymm."""
    text = pl.col(column).str
    return (text.slice(0, 4) + text.slice(5, 2)).cast(pl.Int64)


def add_item(flows: Flows, frame: pl.DataFrame, ym: str, item: str | pl.Expr, fen: pl.Expr) -> None:
    """Add ``fen`` to the row of ``item`` (a name, or a column of names) in the month of ``ym``."""
    name = pl.lit(item) if isinstance(item, str) else item
    told = frame.select("ledger", pl.col(ym), item=name, fen=fen).filter(pl.col("fen") != 0)
    for ledger, month, key, amount in told.iter_rows():
        flows[ledger, month, ITEM_ROW[ledger[-3:]][key]] += amount


def only_known(frame: pl.DataFrame, column: str, values: Iterable[str | None]) -> None:
    """Raise ValueError at a value that nobody thought of."""
    strange = set(frame[column].unique()) - set(values)
    if strange:
        raise ValueError(f"{column}: {sorted(map(str, strange))}")
