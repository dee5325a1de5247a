"""Calibration levels of the demo: reading ``rule_demo_level.csv`` and asking it by month."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.months import month_end, month_start
from schemas.demo import RuleDemoLevel
from schemas.table import declare

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Levels:
    """Levels by (item, insutype), each a list of (first month, value) in ascending order."""

    rows: dict[tuple[str, str], tuple[tuple[int, float], ...]]

    def get(self, item: str, insutype: str, ym: int) -> float:
        """The value in force in month ``ym``; months before the first row take the first row.

        Raises KeyError where the item is not declared for that insurance type.
        """
        series = self.rows[(item, insutype)]
        value = series[0][1]
        for first, val in series:
            if first <= ym:
                value = val
        return value

    def cny(self, year: int) -> dt.date | None:
        """The Chinese New Year of that calendar year, None outside the declared years."""
        for first, day in self.rows[("cny_day", "ALL")]:
            if first // 100 == year:
                return dt.date(year, first % 100, int(day))
        return None

    def items(self, prefix: str, insutype: str) -> tuple[str, ...]:
        """Suffixes of the items that start with ``prefix``, in order of their names."""
        return tuple(
            sorted(
                item.removeprefix(prefix)
                for item, ins in self.rows
                if ins == insutype and item.startswith(prefix)
            )
        )


def load_levels(rules_dir: Path) -> Levels:
    """Read the level file; raises JiecunError where a line cannot be read."""
    path = rules_dir / "rule_demo_level.csv"
    names = [c.name for c in declare(RuleDemoLevel).columns]
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != names:
            raise JiecunError(
                Problem(
                    "RULES_BROKEN",
                    f"{path.name} 第1行",
                    ",".join(names),
                    ",".join(reader.fieldnames or ()),
                    "按声明恢复表头",
                )
            )
        for line, row in enumerate(reader, start=2):
            try:
                value = float(row["amount"] or row["ratio"])
                key = (row["item"], row["insutype"])
                found.setdefault(key, []).append((int(row["valid_from"]), value))
            except (TypeError, ValueError) as exc:
                raise JiecunError(
                    Problem(
                        "RULES_BROKEN",
                        f"{path.name} 第{line}行",
                        "项目、起始月份，以及数额或比率",
                        str(exc),
                        "改正该行",
                    )
                ) from exc
    return Levels({key: tuple(sorted(vals)) for key, vals in found.items()})


def workday(day: dt.date) -> dt.date:
    """The day itself, or the Monday after where it falls on a weekend."""
    return day + dt.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def visit_season(levels: Levels, ym: int) -> float:
    """Seasonal factor of visits in the month, with the dip around Chinese New Year."""
    factor = levels.get(f"season_{ym % 100:02d}", "ALL", ym)
    first, last = month_start(ym), month_end(ym)
    quiet = 0
    new_year = levels.cny(ym // 100)
    if new_year is not None:
        for shift in range(-2, 8):
            quiet += first <= new_year + dt.timedelta(days=shift) <= last
    return factor * (1 - levels.get("cny_dip", "ALL", ym) * quiet / last.day)


def growth(levels: Levels, item: str, ym: int) -> float:
    """Compound growth of ``item`` between the middle of 2024 and the month."""
    months = (ym // 100 - 2024) * 12 + ym % 100 - 6.5
    rate: float = levels.get(item, "ALL", ym)
    return float((1 + rate) ** (months / 12))
