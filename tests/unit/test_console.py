"""Rows of a query on the terminal: side by side where they fit, else one below the other."""

from __future__ import annotations

import io
from decimal import Decimal

import polars as pl
from rich.console import Console

from pipelines.console import print_frame


def shown(frame: pl.DataFrame, width: int) -> list[str]:
    """The lines printed on a terminal of ``width`` cells."""
    console = Console(file=io.StringIO(), width=width)
    print_frame(console, frame, as_json=False)
    file = console.file
    assert isinstance(file, io.StringIO)
    return [line.rstrip() for line in file.getvalue().splitlines()]


FRAME = pl.DataFrame(
    {
        "ledger_id": ["610100-310", "610200-310"],
        "contribution_amt": [Decimal("1234567.89"), None],
        "reason_zh": ["基金累计结存低于三个月的支出", "[red]"],
    }
)


def test_names_and_numbers_stay_whole_and_text_is_folded() -> None:
    assert shown(FRAME, 60)[1:7] == [
        "┃ ledger_id  ┃ contribution_amt ┃ reason_zh                ┃",
        "┡━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━┩",
        "│ 610100-310 │       1234567.89 │ 基金累计结存低于三个月的 │",
        "│            │                  │ 支出                     │",
        "│ 610200-310 │                  │ [red]                    │",
        "└────────────┴──────────────────┴──────────────────────────┘",
    ]


def test_rows_too_wide_stand_one_below_the_other() -> None:
    assert shown(FRAME, 50) == [
        "── 第 1 行",
        "ledger_id         610100-310",
        "contribution_amt  1234567.89",
        "reason_zh         基金累计结存低于三个月的支出",
        "── 第 2 行",
        "ledger_id         610200-310",
        "contribution_amt",
        "reason_zh         [red]",
    ]


def test_no_row_still_tells_the_columns() -> None:
    assert shown(FRAME.clear(), 30) == ["没有行；列：ledger_id、contrib", "ution_amt、reason_zh"]
