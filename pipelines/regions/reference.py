"""Reading of the vendored tables under ``transforms/rules/regions``."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a UTF-8 CSV with header, as text.

    Raises JiecunError REGION_RULES_UNREADABLE where the file, a column or a cell is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            header = list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError) as bad:
        raise _unreadable(path, "可读的 UTF-8 CSV 文件", type(bad).__name__) from None
    missing = [name for name in columns if name not in header]
    if missing:
        raise _unreadable(path, "列 " + "、".join(columns), "缺少列 " + "、".join(missing))
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise _unreadable(path, f"每行 {len(header)} 个字段", f"第 {number} 条记录字段数不符")
    return rows


def _unreadable(path: Path, expected: str, found: str) -> JiecunError:
    return JiecunError(
        Problem("REGION_RULES_UNREADABLE", path.name, expected, found, "恢复随程序发布的规则文件")
    )
