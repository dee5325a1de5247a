"""Scores a panel from CSV files and writes its warnings and data findings beside each other."""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.runner import connect
from pipelines.errors import EXIT_USAGE, JiecunError, Problem, refusal
from pipelines.warnings.panel import bind_panel, read_panel
from pipelines.warnings.score import load_limits, run_score

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from pipelines.warnings.panel import Panel

OUT_COLUMNS = ("series_id", "month", "level", "score", "rule")
GUARD_COLUMNS = ("series_id", "month", "level", "rule", "finding", "blocks", "text")

#: one row a warning and month in which it is raised or still open; a common shock stands under the
#: name of its fund
WARNINGS_SQL = """
    SELECT series_id, strftime(month_start, '%Y-%m'), level, score, rule_id
    FROM sco_warning
    WHERE NOT is_suppressed
    ORDER BY series_id, month_start, rule_id
"""
_GUARD_SQL = """
    SELECT series_id, strftime(month_start, '%Y-%m') AS month, level, rule_id, finding,
        is_blocking, finding_zh
    FROM sco_guard
    UNION ALL
    SELECT series_id, strftime(month_start, '%Y-%m'), level, 'W-23', 'suppressed', true,
        '全省普遍偏高，并入省级预警（' || strftime(shock_month, '%Y-%m') || '起）'
    FROM sco_warning
    WHERE is_suppressed
    ORDER BY ALL
"""


@dataclass(frozen=True)
class BacktestResult:
    """What a back-test wrote."""

    out: Path
    guard: Path
    series_cnt: int
    month_cnt: int
    #: (rule, level, series-months)
    levels: tuple[tuple[str, str, int], ...]
    #: (finding, in words, series-months)
    findings: tuple[tuple[str, str, int], ...]
    suppressed_cnt: int
    ungrouped: tuple[str, ...]
    unseen: tuple[str, ...]
    rounded_cnt: int


def backtest(
    panel: Path,
    groups: Path,
    out: Path,
    *,
    rules: Path | None = None,
    threads: int = 2,
    memory_limit: str = "2GB",
) -> BacktestResult:
    """Score ``panel`` (peers from ``groups``) by the SQL of a run; write ``out`` and its guard.

    The guard file is ``<out>.guard.csv``: every month that could not be judged and why (also
    series without a group, and groups without a row). Both files are replaced whole, or not at
    all. Raises JiecunError: what ``read_panel`` and ``load_limits`` raise, a place that cannot be
    written (``BACKTEST_WRITE``).
    """
    told = read_panel(panel, groups)
    guard = out.with_name(f"{out.name}.guard.csv")
    with (
        tempfile.TemporaryDirectory(prefix="jiecun-backtest-") as work,
        closing(connect(threads=threads, memory_limit=memory_limit, temp_dir=Path(work))) as con,
    ):
        load_limits(con, rules)
        bind_panel(con, told.frame)
        run_score(con)
        warnings = con.execute(WARNINGS_SQL).fetchall()
        findings = con.execute(_GUARD_SQL).fetchall()
        result = _summary(con, told, out, guard)
    findings += [
        (one, "", "grey", "W-24", "no_group", False, "没有分组，按自身走势判断")
        for one in told.ungrouped
    ]
    findings += [
        (one, "", "grey", "W-24", "no_rows", True, "分组中有此序列，但没有数据")
        for one in told.unseen
    ]
    _write(out, OUT_COLUMNS, warnings)
    _write(guard, GUARD_COLUMNS, ((*f[:5], "true" if f[5] else "false", f[6]) for f in findings))
    return result


def _summary(con: duckdb.DuckDBPyConnection, told: Panel, out: Path, guard: Path) -> BacktestResult:
    def rows(sql: str) -> tuple[tuple[str, str, int], ...]:
        return tuple((str(a), str(b), int(n)) for a, b, n in con.execute(sql).fetchall())

    counts = con.execute(
        """SELECT (SELECT count(DISTINCT series_id) FROM sco_month),
            (SELECT count(*) FROM sco_limit),
            (SELECT count(*) FROM sco_warning WHERE is_suppressed)"""
    ).fetchall()[0]
    return BacktestResult(
        out,
        guard,
        int(counts[0]),
        int(counts[1]),
        rows(
            "SELECT rule_id, level, count(*) FROM sco_warning WHERE NOT is_suppressed "
            "GROUP BY rule_id, level, level_order ORDER BY rule_id, level_order"
        ),
        rows(
            "SELECT finding, finding_zh, count(*) FROM sco_guard "
            "GROUP BY finding, finding_zh ORDER BY finding"
        ),
        int(counts[2]),
        told.ungrouped,
        told.unseen,
        told.rounded_cnt,
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
        aside.replace(path)
    except OSError as exc:
        aside.unlink(missing_ok=True)
        found = refusal(exc)
        raise JiecunError(
            Problem("BACKTEST_WRITE", str(path), "可写的位置", found, "换一个文件夹或文件名"),
            exit_code=EXIT_USAGE,
        ) from None
