"""The dated limits of intake (``transforms/rules/rule_intake.csv``), read for one month."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.paths import RULES

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What intake allows.

    ``window_months``: months before the batch month whose closed rows may still be restated.
    ``key_months``: months before a file's oldest row in which a row's key is looked for.
    ``hold_batches``: later files of the same table and area a held reversal waits for.
    ``unit_ratio``: a file's median amount this many times below or above that of its history is
    taken for a wrong unit, given ``unit_months`` months and ``unit_rows`` rows on both sides.
    """

    window_months: int
    key_months: int
    hold_batches: int
    unit_ratio: int
    unit_months: int
    unit_rows: int


def read_limits(ym: int, path: Path | None = None) -> Limits:
    """The limits in force on the first day of month ``ym`` (yyyymm).

    Raises JiecunError RULE_LIMIT where one is missing, given twice or not a whole number.
    """
    file = path or RULES / "rule_intake.csv"
    day = f"{ym // 100:04d}-{ym % 100:02d}-01"
    found: dict[str, list[str]] = {}
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"]):
                found.setdefault(row["limit_id"], []).append(row["value"])
    values: dict[str, int] = {}
    for field in fields(Limits):
        given = found.get(field.name, [])
        try:
            value = Decimal(given[0]) if len(given) == 1 else None
        except InvalidOperation:
            value = None
        if value is None or value != int(value) or value < 0:
            raise JiecunError(
                Problem(
                    "RULE_LIMIT",
                    f"transforms/rules/{file.name}",
                    f"{field.name} 在 {day} 有且只有一行，值为非负整数",
                    "、".join(given) or "没有",
                    "改正该规则文件",
                )
            )
        values[field.name] = int(value)
    return Limits(**values)
