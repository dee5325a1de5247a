"""Refuses warning thresholds that nothing reads, that can never be reached, or that overlap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.paths import TRANSFORMS
from pipelines.warnings.score import limit_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    import duckdb

#: grey is no level: it says that nothing can be said
LEVELS = {"grey": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}
#: levels that the score's own limits (``rule_score``) give; each needs its row here
SCORED = {"W-22": ("blue", "yellow", "orange"), "W-23": ("yellow", "orange")}
#: over which months a measure spreads its amount (``wrn_text``)
SPREADS = ("span", "year", "twelve", "run", "years", "none")
_FILE = "rule_warning.csv"
_MEASURES = "rule_warning_measure.csv"
_FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class Threshold:
    """One row of ``rule_warning`` as far as it can collide with others."""

    rule: str
    scheme: str
    measure: str
    level: str
    order: int
    comparison: str
    threshold: Decimal | None
    first: date
    last: date

    def meets(self, other: Threshold) -> bool:
        """Whether both can be asked about the same figure of the same month."""
        return (
            (self.rule, self.measure) == (other.rule, other.measure)
            and (self.scheme == other.scheme or "ALL" in (self.scheme, other.scheme))
            and self.first <= other.last
            and other.first <= self.last
        )

    def hides(self, lower: Threshold) -> bool:
        """Whether every value that reaches the lower level reaches this one, too."""
        if self.threshold is None or lower.threshold is None:
            return False
        below = self.comparison.startswith("<")
        if below != lower.comparison.startswith("<"):
            return True
        if self.threshold == lower.threshold:
            return self.comparison.endswith("=") or not lower.comparison.endswith("=")
        return (self.threshold > lower.threshold) == below

    def __str__(self) -> str:
        return f"{self.rule} {self.scheme} {self.measure} {self.level} {self.first}"


def check_thresholds(con: duckdb.DuckDBPyConnection) -> None:
    """Raise JiecunError ``RULES_UNUSED`` with everything wrong in the rules of the warnings.

    A rule or measure that no SQL gives, a measure without a threshold or the other way round, two
    rows of one level in force on one day, a level that a higher one hides, a level of the score
    without its row, and what ``limit_problems`` says of ``rule_score``.
    """
    rows = [
        Threshold(rule, scheme, measure, level, order, comparison, threshold, first, last or _FAR)
        for rule, scheme, measure, level, order, comparison, threshold, first, last in con.execute(
            "SELECT rule_id, scheme, measure, level, level_order, comparison, threshold, "
            "valid_from, valid_to FROM rule_warning ORDER BY ALL"
        ).fetchall()
    ]
    measured = con.execute(
        "SELECT rule_id, measure FROM rule_warning_measure ORDER BY ALL"
    ).fetchall()
    problems = [
        *_unknown(rows, {(str(rule), str(measure)) for rule, measure in measured}),
        *_misfits(rows),
        *_spreads(con),
        *_collisions(rows),
        *limit_problems(con, "rule_score.csv"),
    ]
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)


@cache
def told_words() -> frozenset[str]:
    """Every quoted text in the SQL of the warnings: rule ids and measures are among them."""
    return frozenset(
        word
        for path in sorted((TRANSFORMS / "warnings").glob("wrn_*.sql"))
        for word in re.findall(r"'([^'\n]*)'", path.read_text(encoding="utf-8"))
    )


def _unknown(rows: Sequence[Threshold], measured: set[tuple[str, str]]) -> Iterable[Problem]:
    asked = {(row.rule, row.measure) for row in rows}
    for rule, measure in sorted(asked | measured):
        for word in (rule, measure):
            if word not in told_words():
                yield _problem(_FILE, "预警SQL给出的规则与取数", f"没有用到的 {rule} {measure}")
                break
    for rule, measure in sorted(asked - measured):
        yield _problem(_MEASURES, "每个取数都有说明", f"缺少 {rule} {measure}")
    for rule, measure in sorted(measured - asked):
        yield _problem(_FILE, "每个取数都有阈值", f"缺少 {rule} {measure}")


def _spreads(con: duckdb.DuckDBPyConnection) -> Iterable[Problem]:
    for rule, measure, spread in con.execute(
        "SELECT rule_id, measure, spread FROM rule_warning_measure ORDER BY ALL"
    ).fetchall():
        if spread not in SPREADS:
            yield _problem(_MEASURES, f"分摊为 {'、'.join(SPREADS)}", f"{rule} {measure}：{spread}")


def _misfits(rows: Sequence[Threshold]) -> Iterable[Problem]:
    for row in rows:
        if LEVELS.get(row.level) != row.order:
            yield _problem(_FILE, "等级与等级序相符", f"{row}：{row.order}")
        if row.comparison not in ("<", "<=", ">", ">="):
            yield _problem(_FILE, "比较为 < <= > >=", f"{row}：{row.comparison}")
        if (row.threshold is None) != (row.rule in SCORED):
            yield _problem(_FILE, "得分规则的阈值在 rule_score，其余必填", f"{row}")
    for rule, levels in SCORED.items():
        for level in sorted({row.level for row in rows if row.rule == rule} ^ set(levels)):
            yield _problem(_FILE, f"{rule} 的等级为 {'、'.join(levels)}", f"{level}")


def _collisions(rows: Sequence[Threshold]) -> Iterable[Problem]:
    for one, other in combinations(rows, 2):
        if not one.meets(other):
            continue
        low, high = sorted((one, other), key=lambda row: row.order)
        if low.order == high.order:
            yield _problem(_FILE, "同一等级的生效期不重叠", f"{low}、{high}")
        elif high.hides(low):
            yield _problem(_FILE, "每个等级都能达到", f"{low} 总被 {high} 盖过")


def _problem(file: str, expected: str, found: str) -> Problem:
    return Problem(
        "RULES_UNUSED", f"transforms/rules/{file}", expected, found, "改正、补上或删去该行"
    )
