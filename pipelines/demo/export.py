"""Writing the demo's files: from a view by DuckDB, or a few rows by the csv module."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from schemas.table import Declaration

SQL = Path(__file__).resolve().parent / "sql"


def run_sql(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run every statement of ``sql/<name>.sql``."""
    con.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def set_variables(con: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> None:
    """Bind values for ``getvariable``; numbers, text and dates."""
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])


def copy_view(
    con: duckdb.DuckDBPyConnection, decl: Declaration, view: str, path: Path, order_by: str
) -> int:
    """Write a view's declared columns as CSV in a total order; returns the number of rows.

    Columns that a file may lack are written where the view has them.
    """
    there = {row[0] for row in con.execute(f"DESCRIBE {view}").fetchall()}
    names = [c.name for c in decl.columns if c.name in there or not c.meta.optional]
    columns = ", ".join(f'"{name}"' for name in names)
    con.execute(
        f"COPY (SELECT {columns} FROM {view} ORDER BY {order_by}) TO {quoted(path)} "
        "(FORMAT csv, HEADER true)"
    )
    row = con.fetchone()
    return int(row[0]) if row else 0


def cell(value: object) -> str:
    """The text of one CSV cell; None is empty, money has two decimals."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def write_rows(path: Path, decl: Declaration, rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows (column name → value, missing = empty) as CSV; returns their number."""
    names = [c.name for c in decl.columns]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            unknown = set(row) - set(names)
            if unknown:
                raise KeyError(f"{decl.name}: {sorted(unknown)}")
            writer.writerow([cell(row.get(name)) for name in names])
            count += 1
    return count
