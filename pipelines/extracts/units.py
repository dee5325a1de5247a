"""Is a file in the unit it should be in: its median amount against that of its own history."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from pipelines.errors import Problem
from pipelines.extracts.discover import parse_name
from pipelines.months import add_months
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from pipelines.extracts.discover import FileName
    from pipelines.extracts.limits import Limits
    from pipelines.extracts.log import BatchRecord
    from schemas.table import Declaration

#: rows whose amounts are looked at, spread evenly over the file
SAMPLE = 20_000
#: months of history held against a file
HISTORY_MONTHS = 12


def median_sql(decl: Declaration) -> str:
    """Aggregate: the median of the absolute control amounts other than zero (yuan)."""
    amount = decl.control_amount or "NULL::DECIMAL(18,2)"
    return f"(quantile_disc(abs({amount}), 0.5) FILTER (WHERE {amount} <> 0))::DECIMAL(18,2)"


def median_amount(
    con: duckdb.DuckDBPyConnection, decl: Declaration, staged: Path
) -> Decimal | None:
    """The median of a staged file, of at most ``SAMPLE`` rows (up to as many again) of it."""
    if not decl.control_amount:
        return None
    rows = f"read_parquet({quoted(staged)})"
    found = con.execute(
        f"SELECT {median_sql(decl)} FROM {rows} "
        f"WHERE src_row % (SELECT 1 + max(src_row) // {SAMPLE} FROM {rows}) = 0"
    ).fetchall()[0][0]
    return found if isinstance(found, Decimal) else None


@dataclass(frozen=True)
class Told:
    """A file's rows that count and their median amount."""

    name: FileName
    rows: int
    median_amt: Decimal | None


def told(record: BatchRecord) -> Told | None:
    """What a batch record tells; None for a replay."""
    name = parse_name(record.source_file)
    if name is None or not record.rows_read:
        return None
    return Told(name, record.rows_accepted, record.median_amt)


def suspect_unit(file: Told, earlier: Sequence[Told], limits: Limits) -> Problem | None:
    """UNIT_SUSPECT where a file's median lies far from that of the same table and area.

    None where history is too short to tell.
    """
    name, found = file.name, file.median_amt
    if not found or file.rows < limits.unit_rows:
        return None
    months: dict[int, list[Decimal]] = {}
    rows = 0
    for other in earlier:
        same = (other.name.table, other.name.area) == (name.table, name.area)
        near = add_months(name.ym, -HISTORY_MONTHS) <= other.name.ym <= name.ym
        if same and near and other.median_amt:
            months.setdefault(other.name.ym, []).append(other.median_amt)
            rows += other.rows
    if len(months) < limits.unit_months or rows < limits.unit_rows:
        return None
    usual = median(Decimal(median(values)) for values in months.values())
    if found * limits.unit_ratio > usual and usual * limits.unit_ratio > found:
        return None
    return Problem(
        "UNIT_SUSPECT",
        f"raw/extracts/{name.name}",
        f"金额单位为元（此前 {len(months)} 个月的中位数 {usual:.2f} 元）",
        f"中位数 {found:.2f}",
        "核对金额单位（是否为万元）；单位无误而确有此变化时，修改 rule_intake.csv 的 unit_ratio",
    )
