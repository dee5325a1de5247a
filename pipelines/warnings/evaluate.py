"""Measures the score on a panel: shifts put in, false openings, openings in time.

*Opening*: warned this month and in none of the three before. *FAR*: openings per clean series-year.
*Detected within k months*: an opening in the month of the shift or the k that follow; a warning
that is open already is a miss. So k = 1 allows two months' books, k = 2 three.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipelines.engine.runner import connect
from pipelines.warnings.panel import bind_panel
from pipelines.warnings.score import load_limits, run_score, score_plan

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import duckdb

_QUIET_BEFORE = 3
_LEVELS = ("sco_limit", "sco_signal", "sco_warning")


@dataclass(frozen=True)
class Shift:
    """A lasting shift of one series: its name in the stacked panel, its own name, the month."""

    stacked: str
    series: str
    month: date


@dataclass(frozen=True)
class Rates:
    """What a detector did: openings per clean series-year; share detected by k months."""

    far: float
    series_years: float
    shifts: int
    #: share opened in the month itself, by 1, 2 and 3 months after
    within: tuple[float, float, float, float]
    #: months from the shift to the opening, mean over those opened within 12
    delay: float


def scored(frame: pl.DataFrame, work: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB with every ``sco_*`` table over ``frame`` (columns of ``panel.SCHEMA``)."""
    con = connect(threads=2, memory_limit="2GB", temp_dir=work)
    load_limits(con)
    bind_panel(con, frame)
    run_score(con)
    return con


def change_limits(con: duckdb.DuckDBPyConnection, limits: Mapping[str, float]) -> None:
    """Judge the scores again under other limits, those not named as in the project's file."""
    con.execute("DROP TABLE rule_score")
    load_limits(con)
    for name, value in limits.items():
        con.execute("UPDATE rule_score SET value = ? WHERE limit_id = ?", [value, name])
    for model in score_plan():
        if model.name in _LEVELS:
            con.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")


def warned(
    con: duckdb.DuckDBPyConnection, least_level: int = 1, rule: str = "W-22"
) -> dict[str, set[date]]:
    """Series → months in which a warning of at least that level is told."""
    found: dict[str, set[date]] = defaultdict(set)
    for series, month in con.execute(
        "SELECT series_id, month_start FROM sco_warning "
        "WHERE rule_id = ? AND level_order >= ? AND NOT is_suppressed",
        [rule, least_level],
    ).fetchall():
        found[series].add(month)
    return found


def openings(warned_months: Collection[date], months: Sequence[date]) -> list[int]:
    """Places in ``months`` at which a warning opens."""
    flags = [month in warned_months for month in months]
    return [
        i for i, flag in enumerate(flags) if flag and not any(flags[max(0, i - _QUIET_BEFORE) : i])
    ]


def shifted(
    frame: pl.DataFrame, size: float, *, months: Sequence[date], share: float
) -> tuple[pl.DataFrame, list[Shift]]:
    """Copies of the panel side by side; each series grows by ``size`` for good from each of
    ``months`` on in one of them: nothing is drawn.

    In one copy about ``share`` of every fund's series (at least one) grow together. Copies have
    funds and series of their own (``3|name``), so that they do not see each other.
    """
    funds: dict[str, list[str]] = defaultdict(list)
    for fund, series in frame.select("fund", "series_id").unique().sort("fund", "series_id").rows():
        funds[fund].append(series)
    turns = max(
        math.ceil(len(names) / max(1, round(len(names) * share))) for names in funds.values()
    )
    copies, shifts = [], []
    for copy, (month, turn) in enumerate((m, t) for m in months for t in range(turns)):
        chosen = [series for names in funds.values() for series in names[turn::turns]]
        shifts += [Shift(f"{copy}|{series}", series, month) for series in chosen]
        grows = pl.col("series_id").is_in(chosen) & (pl.col("month_start") >= month)
        factor = pl.when(grows).then(1 + size).otherwise(1.0)
        copies.append(
            frame.select(
                (pl.lit(f"{copy}|") + pl.col("series_id")).alias("series_id"),
                "region",
                (pl.lit(f"{copy}|") + pl.col("fund")).alias("fund"),
                "month_start",
                (pl.col("amount").cast(pl.Float64) * factor)
                .round(2)
                .cast(pl.Decimal(18, 2))
                .alias("amount"),
            )
        )
    return pl.concat(copies), shifts


def rates(
    clean: Mapping[str, set[date]],
    hit: Mapping[str, set[date]],
    shifts: Sequence[Shift],
    *,
    months: Sequence[date],
    first: int,
    series: Collection[str],
) -> Rates:
    """FAR of ``clean`` from ``months[first]`` on, and what was made of the shifts in ``hit``.

    Only ``series`` count. ``clean`` and ``hit``: series → months warned.
    """
    false = sum(
        sum(place >= first for place in openings(clean.get(name, set()), months)) for name in series
    )
    years = len(series) * (len(months) - first) / 12
    lags: list[int | None] = []
    for shift in shifts:
        if shift.series not in series:
            continue
        start = months.index(shift.month)
        after = [p - start for p in openings(hit.get(shift.stacked, set()), months) if p >= start]
        lags.append(min(after, default=None))
    found = [lag for lag in lags if lag is not None]
    late = [lag for lag in found if lag <= 12]

    def share(k: int) -> float:
        return sum(lag <= k for lag in found) / max(len(lags), 1)

    return Rates(
        false / years,
        years,
        len(lags),
        (share(0), share(1), share(2), share(3)),
        sum(late) / max(len(late), 1),
    )


def calm(con: duckdb.DuckDBPyConnection, first: date, most: float | None = None) -> set[str]:
    """Series with one-step noise of at most ``most``, or the calmer half of them.

    Noise: standard deviation of the seasonal deviation from the peers (log), from ``first`` on.
    """
    rows = con.execute(
        "SELECT series_id, stddev_samp(season_micro) / 1e6 AS noise FROM sco_deviation "
        "WHERE month_start >= ? GROUP BY series_id HAVING noise IS NOT NULL "
        "ORDER BY noise, series_id",
        [first],
    ).fetchall()
    if most is None:
        return {row[0] for row in rows[: len(rows) // 2]}
    return {row[0] for row in rows if row[1] <= most}
