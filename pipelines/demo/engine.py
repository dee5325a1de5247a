"""The demo's DuckDB: one connection in bounded memory, and the world's tables in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.demo.levels import growth
from pipelines.demo.reserves import allowance_amount

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar, Cell
    from pipelines.demo.world import World

POOL_COLUMNS = (
    "index INTEGER, code VARCHAR, insu_codes VARCHAR[], inst_codes VARCHAR[], inst_base BIGINT, "
    "hospitals BIGINT, pharmacies BIGINT, first_310 BIGINT, active BIGINT, heads_310 BIGINT, "
    "first_390 BIGINT, heads_390 BIGINT, first_employer BIGINT, employers BIGINT, wage DOUBLE"
)
CELL_COLUMNS = (
    "m INTEGER, pool INTEGER, scheme VARCHAR, med_type VARCHAR, start_no BIGINT, n BIGINT, "
    "unit_pool DOUBLE, unit_pa DOUBLE"
)


def load_table(con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[Any]) -> None:
    """Create a table from rows; lists become DuckDB lists, one column each."""
    con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    width = len(columns.split(", "))
    for start in range(0, len(rows), 2000):
        part = rows[start : start + 2000]
        values = [[row[k] for row in part] for k in range(width)]
        picks = ", ".join(f"unnest($c{k})" for k in range(width))
        con.execute(
            f"INSERT INTO {name} SELECT {picks}", {f"c{k}": v for k, v in enumerate(values)}
        )


def connect(temp: Path, threads: int) -> duckdb.DuckDBPyConnection:
    """An in-memory engine of at most 1 GB that spills into ``temp``."""
    con = duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET threads = {threads}")
    con.execute("SET memory_limit = '1GB'")
    con.execute("SET temp_directory = ?", [str(temp)])
    return con


def load_world(con: duckdb.DuckDBPyConnection, world: World) -> None:
    rows = [
        [p.index, p.code, list(p.insu_codes), list(p.inst_codes), p.inst_base, p.hospitals,
         p.pharmacies, p.first_310, p.active, p.heads_310, p.first_390, p.heads_390,
         p.first_employer, p.employers, p.wage]
        for p in world.pools
    ]  # fmt: skip
    load_table(con, "pool", POOL_COLUMNS, rows)


def load_cells(con: duckdb.DuckDBPyConnection, cells: list[Cell]) -> None:
    rows = [
        [c.m, c.pool, c.scheme, c.med_type, c.start_no, c.n, c.unit_pool, c.unit_pa]
        for c in cells
        if c.n
    ]
    load_table(con, "cell", CELL_COLUMNS, rows)


def load_allowances(
    con: duckdb.DuckDBPyConnection, world: World, levels: Levels, cal: Calendar
) -> None:
    """Maternity allowances: counts rounded cumulatively, like the settlements."""
    rows: list[list[Any]] = []
    serial = 1
    for pool in world.pools:
        cum, done = 0.5, 0
        for m in range(1, cal.months + 1):
            ym = cal.ym(m)
            each = levels.get("allowance", "310", ym) * growth(levels, "growth_price", ym)
            cum += allowance_amount(levels, pool, ym) / each
            n = int(cum) - done
            done += n
            if n:
                rows.append([m, pool.index, serial, n, round(each, 2)])
                serial += n
    columns = "m INTEGER, pool INTEGER, start_no BIGINT, n BIGINT, amount DOUBLE"
    load_table(con, "allowance", columns, rows)
