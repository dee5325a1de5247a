"""What is known of one raw file on its way through intake, and how its rows are counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import JiecunError, Problem
from pipelines.extracts import parse_sql
from pipelines.extracts.discover import TABLES
from pipelines.extracts.reasons import DISPOSITIONS, Disposition
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.extracts.decode import FileFacts
    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.header import Layout
    from schemas.table import Declaration

#: dictionaries pay for codes only: looking for one among amounts and ids costs an eighth of a write
PARQUET = (
    "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, "
    "DICTIONARY_SIZE_LIMIT 1000)"
)
ZERO = Decimal("0.00")


#: what DuckDB says of a cell that is not of its column's type, or of a line that is no record
UNREADABLE = (duckdb.ConversionException, duckdb.InvalidInputException)


@dataclass(frozen=True)
class Source:
    """A new raw file, inspected: its bytes can be read and its header is understood.

    ``path`` is the text to scan: the delivered file itself, or a private copy of it where it came
    packed or as a workbook. ``facts`` tell of that text, ``facts.sha`` of the delivered bytes.
    """

    file: RawFile
    path: Path
    facts: FileFacts
    encoding: str
    layout: Layout

    @property
    def decl(self) -> Declaration:
        return TABLES[self.file.name.table]

    @property
    def place(self) -> str:
        return f"raw/extracts/{self.file.name.name}"


def unproven(source: Source) -> Source:
    """The source as if nothing had been told of its lines."""
    return replace(source, facts=replace(source.facts, proven=False, control_amt=None))


@dataclass
class Tally:
    """Rows and control amounts by disposition. ``amounts`` stay zero without a control column."""

    rows: dict[Disposition, int] = field(default_factory=lambda: dict.fromkeys(DISPOSITIONS, 0))
    amounts: dict[Disposition, Decimal] = field(
        default_factory=lambda: dict.fromkeys(DISPOSITIONS, ZERO)
    )

    def add(self, disposition: Disposition, rows: int, amount: Decimal | None) -> None:
        self.rows[disposition] += rows
        self.amounts[disposition] += amount or ZERO

    def move(self, disposition: Disposition, rows: int, amount: Decimal | None) -> None:
        """Take rows that had been accepted to another disposition."""
        self.add("accepted", -rows, -(amount or ZERO))
        self.add(disposition, rows, amount)


@dataclass
class Staged:
    """One file after its row checks: a temporary Parquet file and what became of each row.

    ``warns`` counts rows by W rule, ``remarks`` accepted rows by kind of repair; ``median_amt`` is
    the median of the accepted rows' control amounts.
    """

    source: Source
    records: int
    tally: Tally
    read_amt: Decimal
    bad: tuple[tuple[int, int], ...]
    path: Path
    rejects: Path | None
    warns: dict[str, int]
    event_yms: tuple[int, ...]
    median_amt: Decimal | None
    remarks: dict[str, int] = field(default_factory=dict)

    @property
    def sha(self) -> str:
        return self.source.facts.sha


def unbalanced(place: str, expected: object, found: object) -> JiecunError:
    """Rows or amounts went missing or were invented: a defect of the program, nothing is kept."""
    return JiecunError(
        Problem(
            "INTAKE_UNBALANCED",
            place,
            f"读入 {expected}",
            f"各去向合计 {found}",
            "程序缺陷：请保留原文件并报告；本次接收未留下任何结果",
        )
    )


def engine_error(place: str, error: duckdb.Error) -> JiecunError:
    """A failure inside DuckDB; its message may quote cells, so only its kind is told."""
    return JiecunError(
        Problem(
            "INTAKE_ENGINE",
            place,
            "可以读取",
            f"DuckDB {type(error).__name__}",
            "检查磁盘空间、内存上限与文件权限后重新运行；仍失败请报告",
        )
    )


def measure_sql(decl: Declaration, source: str | None = None) -> str:
    """Aggregates over staged columns: rows, control amount, event months, then warn counts.

    With the SQL of the ``source`` they are read from, W rules over texts alone are evaluated once
    for each combination of their texts.
    """
    amount = decl.control_amount or "NULL"
    warns = "".join(f", {sql}" for sql in parse_sql.warn_counts(decl, source).values())
    return (
        f"count(*)::BIGINT, sum({amount})::DECIMAL(38,2), "
        f"list_sort(list(DISTINCT event_ym) FILTER (WHERE event_ym IS NOT NULL)){warns}"
    )


def read_measure(
    decl: Declaration, row: Sequence[object]
) -> tuple[int, Decimal, tuple[int, ...], dict[str, int]]:
    """The figures of one ``measure_sql`` row."""
    rows, amount, months, *warns = row
    counts = dict(zip(parse_sql.warn_counts(decl), (int(str(w)) for w in warns), strict=True))
    return (
        int(str(rows)),
        amount if isinstance(amount, Decimal) else ZERO,
        tuple(months) if isinstance(months, list) else (),
        {reason: n for reason, n in counts.items() if n},
    )


def copy_serial(con: duckdb.DuckDBPyConnection, sql: str, path: Path, place: str) -> int:
    """``copy_to`` for a SELECT that numbers its rows (``src_row``) while it reads one text.

    Such a SELECT is run by one thread, so that the writer need not put rows in order again, which
    costs a tenth of the whole. Raises JiecunError INTAKE_UNBALANCED where it is otherwise.
    """
    options = PARQUET.removesuffix(")") + ", PRESERVE_ORDER false)"
    rows = _copy(con, sql, path, options)
    file = quoted(path)
    crossed = con.execute(
        "SELECT count(*) FROM (SELECT CAST(stats_min_value AS BIGINT) <= "
        "lag(CAST(stats_max_value AS BIGINT)) OVER (ORDER BY row_group_id) AS crossed "
        f"FROM parquet_metadata({file}) WHERE path_in_schema = 'src_row') WHERE crossed"
    ).fetchall()[0][0]
    if crossed:
        raise unbalanced(place, "行按原文件次序写出", f"{crossed} 处次序颠倒")
    return rows


def copy_to(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write a SELECT to a private Parquet file in its own order; the number of rows written."""
    return _copy(con, sql, path, PARQUET)


def _copy(con: duckdb.DuckDBPyConnection, sql: str, path: Path, options: str) -> int:
    row = con.execute(f"COPY ({sql}) TO {quoted(path)} {options}").fetchone()
    path.chmod(0o600)
    return int(row[0]) if row else 0
