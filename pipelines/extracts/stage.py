"""From raw files to staged Parquet: one DuckDB scan per group of files, one output per file."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import JiecunError, Problem
from pipelines.extracts import parse_sql
from pipelines.extracts.decode import repair
from pipelines.extracts.discover import TABLES
from pipelines.extracts.reasons import DISPOSITIONS, RECORD_CHECKS, Check, Disposition
from pipelines.extracts.setrules import group_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.extracts.decode import FileFacts
    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.header import Layout
    from schemas.table import Declaration

#: raw bytes scanned together and held in memory as one table; a larger file is scanned as a view
GROUP_BYTES = 16 << 20
GROUP_FILES = 64
PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Source:
    """A new raw file, inspected: its bytes can be read and its header is understood."""

    file: RawFile
    facts: FileFacts
    encoding: str
    layout: Layout

    @property
    def decl(self) -> Declaration:
        return TABLES[self.file.name.table]

    @property
    def place(self) -> str:
        return f"raw/extracts/{self.file.name.name}"


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
    """One file after its row checks: a temporary Parquet file and what became of each row."""

    source: Source
    tally: Tally
    read_amt: Decimal
    bad: tuple[tuple[int, int], ...]
    path: Path
    rejects: Path | None
    warns: dict[str, int]
    event_yms: tuple[int, ...]

    @property
    def sha(self) -> str:
        return self.source.facts.sha


@dataclass(frozen=True)
class _Part:
    """One file inside a scan: ``src_row = rn - offset`` for rn in (offset, offset + records]."""

    source: Source
    path: Path
    offset: int
    rows: int
    last: int
    bad: tuple[tuple[int, int], ...]


class _Unreadable(Exception):
    """DuckDB and the byte count do not agree about a file's records."""


def group_sources(sources: Sequence[Source]) -> list[list[Source]]:
    """Files that can be scanned together: same table, same header, read in place, small."""
    groups: list[list[Source]] = []
    open_group: dict[tuple[object, ...], tuple[list[Source], int]] = {}
    for source in sources:
        key = (source.file.name.table, source.layout, source.facts.odd_blanks)
        if not source.facts.plain:
            groups.append([source])
            continue
        group, size = open_group.get(key, ([], 0))
        if not group or len(group) >= GROUP_FILES or size + source.file.size > GROUP_BYTES:
            group, size = [], 0
            groups.append(group)
        group.append(source)
        open_group[key] = (group, size + source.file.size)
    groups.sort(key=lambda group: -sum(source.file.size for source in group))
    return groups


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


def stage_group(
    con: duckdb.DuckDBPyConnection, group: Sequence[Source], work: Path, closed_ym: int
) -> list[Staged]:
    """Stage the files of one group. Raises JiecunError INTAKE_UNBALANCED or INTAKE_ENGINE."""
    if all(source.facts.plain for source in group):
        try:
            return list(_scan(con, _parts(group), work, closed_ym, numbered=False))
        except _Unreadable:
            pass
        except duckdb.Error as error:
            if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
                raise engine_error(group[0].place, error) from None
        if len(group) > 1:
            return [s for source in group for s in stage_group(con, [source], work, closed_ym)]
    try:
        return [s for source in group for s in _repaired(con, source, work, closed_ym)]
    except duckdb.Error as error:
        raise engine_error(group[0].place, error) from None


def _parts(group: Sequence[Source]) -> list[_Part]:
    parts: list[_Part] = []
    at = 0
    for source in group:
        n = source.facts.records
        parts.append(_Part(source, source.file.path, at, n, at + n, ()))
        at += n
    return parts


def _repaired(
    con: duckdb.DuckDBPyConnection, source: Source, work: Path, closed_ym: int
) -> list[Staged]:
    copy = work / f"{source.facts.sha}.csv"
    copy.touch(mode=0o600)
    result = repair(source.file.path, source.encoding, source.layout.width, copy)
    part = _Part(source, copy, 0, result.good, source.facts.records, result.bad)
    try:
        return list(_scan(con, [part], work, closed_ym, numbered=True))
    except _Unreadable:
        found = result.good + len(result.bad)
        raise unbalanced(source.place, f"{source.facts.records} 行", f"{found} 行") from None
    finally:
        copy.unlink()


def measure_sql(decl: Declaration) -> str:
    """Aggregates over staged columns: rows, control amount, event months, then warn counts."""
    amount = decl.control_amount or "NULL"
    warns = "".join(f", {sql}" for sql in parse_sql.warn_counts(decl).values())
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


def _scan(
    con: duckdb.DuckDBPyConnection,
    parts: Sequence[_Part],
    work: Path,
    closed_ym: int,
    *,
    numbered: bool,
) -> Iterator[Staged]:
    first = parts[0].source
    decl, layout = first.decl, first.layout
    odd = first.facts.odd_blanks or numbered
    cells = parse_sql.scan([part.path for part in parts], layout.columns, numbered=numbered)
    read = _read_totals(con, decl, cells, odd)
    for part in parts:
        rows, low, high, _ = read.get(part.path.as_posix(), (0, 1, 0, ZERO))
        inside = rows == 0 or (low > part.offset and high <= part.last)
        if rows != part.rows or not inside:
            raise _Unreadable
    checks = parse_sql.checks_of(decl)
    parsed = parse_sql.parsed(decl, cells, layout.columns, odd_blanks=odd)
    sql = parse_sql.checked(decl, checks, parsed, closed_ym=closed_ym)
    big = sum(part.source.file.size for part in parts) > GROUP_BYTES
    con.execute(f"CREATE OR REPLACE TEMP {'VIEW' if big else 'TABLE'} g AS {sql}")
    try:
        totals = _row_totals(con, decl)
        for part in parts:
            amount = read.get(part.path.as_posix(), (0, 1, 0, ZERO))[3]
            yield _write_part(con, decl, checks, part, work, totals, amount)
    finally:
        con.execute(f"DROP {'VIEW' if big else 'TABLE'} IF EXISTS temp.g")


def _read_totals(
    con: duckdb.DuckDBPyConnection, decl: Declaration, cells: str, odd: bool
) -> dict[str, tuple[int, int, int, Decimal]]:
    """File → rows, first and last number, control amount, counted apart from what follows."""
    amount = "NULL"
    if decl.control_amount:
        raw = parse_sql.trimmed(f"c_{decl.control_amount}", odd)
        amount = parse_sql.typed(decl.column(decl.control_amount), f"({raw})")
    rows = con.execute(
        f"SELECT fn, count(*), min(rn), max(rn), sum({amount})::DECIMAL(38,2) "
        f"FROM ({cells}) GROUP BY fn"
    ).fetchall()
    return {fn: (n, low, high, total or ZERO) for fn, n, low, high, total in rows}


_Totals = dict[str, dict[int | None, tuple[object, ...]]]


def _row_totals(con: duckdb.DuckDBPyConnection, decl: Declaration) -> _Totals:
    """File → primary check (None = accepted) → its measures."""
    totals: _Totals = {}
    rows = con.execute(f"SELECT fn, fails[1], {measure_sql(decl)} FROM g GROUP BY 1, 2").fetchall()
    for fn, code, *figures in rows:
        totals.setdefault(fn, {})[code] = tuple(figures)
    return totals


def _write_part(
    con: duckdb.DuckDBPyConnection,
    decl: Declaration,
    checks: Sequence[Check],
    part: _Part,
    work: Path,
    totals: _Totals,
    read_amt: Decimal,
) -> Staged:
    source, tally = part.source, Tally()
    months: tuple[int, ...] = ()
    warns: dict[str, int] = {}
    rejected = 0
    for code, figures in totals.get(part.path.as_posix(), {}).items():
        rows, amount, yms, counts = read_measure(decl, figures)
        if code is None:
            tally.add("accepted", rows, amount)
            months, warns = yms, counts
        else:
            tally.add(checks[code].disposition, rows, amount)
            rejected += rows
    for _, code in part.bad:
        tally.add(RECORD_CHECKS[code].disposition, 1, None)
    mine = (
        f"rn BETWEEN {part.offset + 1} AND {part.last} "
        f"AND fn = {parse_sql.quote(part.path.as_posix())}"
    )
    columns = ", ".join(list(parse_sql.staged_types(decl))[2:])
    out = work / f"{source.facts.sha}.parquet"
    copied = copy_to(
        con,
        f"SELECT '{source.facts.sha}' AS source_sha, rn - {part.offset} AS src_row, {columns} "
        f"FROM g WHERE {mine} AND fails IS NULL",
        out,
    )
    rejects: Path | None = None
    if rejected:
        rejects = work / f"{source.facts.sha}.rejects.parquet"
        amount_sql = decl.control_amount or "NULL"
        rejected = copy_to(
            con,
            f"SELECT rn - {part.offset} AS src_row, fails, {amount_sql}::DECIMAL(18,2) AS amt, "
            f"{group_key(decl.name)} AS grp FROM g WHERE {mine} AND fails IS NOT NULL",
            rejects,
        )
    found = copied + rejected + len(part.bad)
    if found != source.facts.records or sum(tally.rows.values()) != found:
        raise unbalanced(source.place, f"{source.facts.records} 行", f"{found} 行")
    if copied != tally.rows["accepted"]:
        raise unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"写出 {copied} 行")
    if sum(tally.amounts.values()) != read_amt:
        raise unbalanced(source.place, f"{read_amt} 元", f"{sum(tally.amounts.values())} 元")
    return Staged(source, tally, read_amt, part.bad, out, rejects, warns, months)


def copy_to(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write a SELECT to a private Parquet file in its own order; the number of rows written."""
    row = con.execute(f"COPY ({sql}) TO {parse_sql.quote(path.as_posix())} {PARQUET}").fetchone()
    path.chmod(0o600)
    return int(row[0]) if row else 0
