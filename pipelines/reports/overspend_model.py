"""What the overspend report is made of: sections with sentences and tables."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipelines.warnings.overspend import Span

Cell = str | int | Decimal | None
Kind = Literal["text", "wide", "money", "count", "rate"]
Heads = tuple[tuple[str, Kind], ...]
SPANS = {"M": "当月", "YTD": "本年累计"}


@dataclass(frozen=True)
class Grid:
    """One table: heads with the kind of each column, rows, how many rows at the end are totals."""

    caption: str
    heads: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: int = 0


@dataclass(frozen=True)
class Block:
    """A section: heading, sentences, tables, a note below."""

    title: str
    words: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    note: str = ""


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Per cent with two decimals."""
    return (part * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def span_zh(one: Span) -> str:
    """``2025年1—6月``."""
    return f"{one.from_ym // 100}年{one.from_ym % 100}—{one.to_ym % 100}月"
