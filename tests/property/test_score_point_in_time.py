"""A month's score reads no later month, whatever the panel looks like.

Panels are small and odd: gaps, zeros, negatives, doubled months, late starts, jumps. The cut panel
must give the very rows that the whole one gives up to the cut, and nothing may crash. This does not
prove that a score is right.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.warnings.evaluate import scored
from pipelines.warnings.panel import SCHEMA

if TYPE_CHECKING:
    import duckdb

MONTHS = 54
ODD = (None, "0", "-3.00", "0.01", "100000000.00", "999999999999999.00")
COLUMNS = (
    "rule_id, series_id, month_start, opened_month, level, score, excess_pct, excess_amt, "
    "shock_month, is_suppressed, is_raised"
)


def month(n: int) -> date:
    return date(2019 + n // 12, n % 12 + 1, 1)


def panel(
    seed: int, series: int, jumps: list[tuple[int, int, int]], odd: list[tuple[int, int, int]]
) -> pl.DataFrame:
    """Two funds; jumps: (series, month, per cent) for good; odd: (series, month, which)."""
    rows: list[tuple[str, str, str, date, Decimal | None]] = []
    for s in range(series):
        for n in range(seed % 5 * (s % 3), MONTHS):
            noise = (s * 37 + n * 101 + seed * 13) * 2654435761 % 1000
            amount = Decimal(100_000 * (1 + s % 4) + 40 * noise)
            for which, start, pct in jumps:
                if which % series == s and n >= start:
                    amount = amount * (100 + pct) / 100
            found = [kind for which, at, kind in odd if which % series == s and at == n]
            if found and found[0] == len(ODD):
                continue
            told: Decimal | None = amount.quantize(Decimal("0.01"))
            if found and found[0] < len(ODD):
                text = ODD[found[0]]
                told = None if text is None else Decimal(text)
            row = (f"s{s}", f"r{s}", f"f{s % 2}", month(n), told)
            rows += [row, row] if found and found[0] > len(ODD) else [row]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def rows_until(con: duckdb.DuckDBPyConnection, last: date) -> list[tuple[object, ...]]:
    return con.execute(
        f"SELECT {COLUMNS} FROM sco_warning WHERE month_start <= ? ORDER BY ALL", [last]
    ).fetchall()


place = st.tuples(st.integers(0, 19), st.integers(0, MONTHS - 1))
jump = st.tuples(st.integers(0, 19), st.integers(10, MONTHS - 1), st.sampled_from([-40, 30, 80]))
odd = st.tuples(st.integers(0, 19), st.integers(0, MONTHS - 1), st.integers(0, len(ODD) + 1))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    seed=st.integers(0, 9999),
    series=st.sampled_from([1, 5, 17, 20]),
    jumps=st.lists(jump, max_size=6),
    odds=st.lists(odd, max_size=12),
    cut=st.integers(0, MONTHS - 1),
)
# a common shock, cut in an ordinary month and in a January
@example(seed=1, series=20, jumps=[(s, 42, 80) for s in range(0, 20, 2)], odds=[], cut=46)
@example(seed=1, series=20, jumps=[(s, 45, 80) for s in range(0, 20, 2)], odds=[], cut=48)
# a level that rises after the cut; a unit that changes for good just before it
@example(seed=1, series=20, jumps=[(3, 40, 30), (3, 42, 80)], odds=[], cut=40)
@example(seed=1, series=20, jumps=[(0, 36, 60), (0, 40, 9900)], odds=[], cut=42)
# few peers, a gap and a doubled month
@example(seed=2, series=5, jumps=[(0, 36, 80)], odds=[(0, 37, 6), (1, 40, 7)], cut=37)
def test_a_panel_cut_after_a_month_gives_the_same_rows_up_to_it(
    seed: int,
    series: int,
    jumps: list[tuple[int, int, int]],
    odds: list[tuple[int, int, int]],
    cut: int,
) -> None:
    frame = panel(seed, series, jumps, odds)
    last = month(cut)
    with tempfile.TemporaryDirectory() as folder:
        with closing(scored(frame, Path(folder))) as whole:
            expected = rows_until(whole, last)
        shorter = frame.filter(pl.col("month_start") <= last)
        with closing(scored(shorter, Path(folder))) as part:
            assert rows_until(part, date(9999, 1, 1)) == expected


def test_the_first_example_tells_of_something() -> None:
    """The property above would hold of an empty answer, too."""
    frame = panel(1, 20, [(3, 40, 80)], [])
    with tempfile.TemporaryDirectory() as folder, closing(scored(frame, Path(folder))) as con:
        assert any(row[1] == "s3" for row in rows_until(con, month(45)))


def test_the_order_of_the_rows_does_not_matter() -> None:
    frame = panel(3, 17, [(2, 30, 30), (5, 33, 80)], [(4, 20, 1), (6, 22, 7)])
    told = []
    for shuffled in (frame, frame.sample(fraction=1, shuffle=True, seed=4)):
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(scored(shuffled, Path(folder))) as con,
        ):
            told.append(rows_until(con, month(MONTHS)))
    assert told[0] == told[1] != []
