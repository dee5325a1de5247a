"""From raw files to staged Parquet: one DuckDB scan per group of files, one output per file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.extracts import parse_sql
from pipelines.extracts.batch import (
    ZERO,
    Staged,
    Tally,
    copy_to,
    engine_error,
    measure_sql,
    read_measure,
    unbalanced,
)
from pipelines.extracts.decode import records, repair
from pipelines.extracts.reasons import RECORD_CHECKS
from pipelines.extracts.setrules import group_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from pathlib import Path

    from pipelines.extracts.batch import Source
    from pipelines.extracts.reasons import Check
    from schemas.table import Declaration

#: raw bytes of the files that are scanned together
GROUP_BYTES = 32 << 20
#: raw bytes up to which parsed rows are held as a table; those of a larger file are parsed again
#: for each use, which takes longer and no memory
TABLE_BYTES = 256 << 20
GROUP_FILES = 64


@dataclass(frozen=True)
class _Part:
    """One file inside a scan: ``src_row = rn - offset`` for rn in (offset, offset + records].

    ``records`` is counted from the bytes; ``rows`` of them are in the scanned file, the others
    are ``bad``: (src_row, record check).
    """

    source: Source
    path: Path
    offset: int
    records: int
    rows: int
    bad: tuple[tuple[int, int], ...]

    @property
    def last(self) -> int:
        return self.offset + self.records


@dataclass(frozen=True)
class _Scan:
    """The rows of one scan, as table or view ``g`` of the connection, and how they are measured."""

    con: duckdb.DuckDBPyConnection
    decl: Declaration
    checks: Sequence[Check]
    totals: _Totals
    read: _Read
    work: Path


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
        parts.append(_Part(source, source.path, at, n, n, ()))
        at += n
    return parts


def _repaired(
    con: duckdb.DuckDBPyConnection, source: Source, work: Path, closed_ym: int
) -> list[Staged]:
    copy = work / f"{source.facts.sha}.csv"
    copy.touch(mode=0o600)
    result = repair(source.path, source.encoding, source.layout.width, copy)
    total = sum(1 for _ in records(source.path)) - 1
    part = _Part(source, copy, 0, total, result.good, result.bad)
    try:
        return list(_scan(con, [part], work, closed_ym, numbered=True))
    except _Unreadable:
        found = result.good + len(result.bad)
        raise unbalanced(source.place, f"{total} 行", f"{found} 行") from None
    finally:
        copy.unlink()


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
        rows, low, high, _ = read.get(part.path.as_posix(), _NOTHING)
        inside = rows == 0 or (low > part.offset and high <= part.last)
        if rows != part.rows or not inside:
            raise _Unreadable
    checks = parse_sql.checks_of(decl)
    parsed = parse_sql.parsed(decl, cells, layout.columns, odd_blanks=odd)
    sql = parse_sql.checked(decl, checks, parsed, closed_ym=closed_ym)
    big = sum(part.source.file.size for part in parts) > TABLE_BYTES
    con.execute(f"CREATE OR REPLACE TEMP {'VIEW' if big else 'TABLE'} g AS {sql}")
    try:
        scan = _Scan(con, decl, checks, _row_totals(con, decl), read, work)
        for part in parts:
            yield _write_part(scan, part)
    finally:
        con.execute(f"DROP {'VIEW' if big else 'TABLE'} IF EXISTS temp.g")


#: file → rows, first and last record number, control amount
_Read = dict[str, tuple[int, int, int, "Decimal"]]
#: file → primary check (None = accepted) → measures
_Totals = dict[str, dict[int | None, tuple[object, ...]]]
_NOTHING = (0, 1, 0, ZERO)


def _read_totals(con: duckdb.DuckDBPyConnection, decl: Declaration, cells: str, odd: bool) -> _Read:
    """What the files hold, counted apart from all that follows."""
    amount = "NULL"
    if decl.control_amount:
        raw = parse_sql.trimmed(f"c_{decl.control_amount}", odd)
        amount = parse_sql.typed(decl.column(decl.control_amount), f"({raw})")
    rows = con.execute(
        f"SELECT fn, count(*), min(rn), max(rn), sum({amount})::DECIMAL(38,2) "
        f"FROM ({cells}) GROUP BY fn"
    ).fetchall()
    return {fn: (n, low, high, total or ZERO) for fn, n, low, high, total in rows}


def _row_totals(con: duckdb.DuckDBPyConnection, decl: Declaration) -> _Totals:
    """What became of the rows by their checks."""
    totals: _Totals = {}
    rows = con.execute(f"SELECT fn, fails[1], {measure_sql(decl)} FROM g GROUP BY 1, 2").fetchall()
    for fn, code, *figures in rows:
        totals.setdefault(fn, {})[code] = tuple(figures)
    return totals


def _write_part(scan: _Scan, part: _Part) -> Staged:
    con, decl, source, tally = scan.con, scan.decl, part.source, Tally()
    months: tuple[int, ...] = ()
    warns: dict[str, int] = {}
    rejected = 0
    for code, figures in scan.totals.get(part.path.as_posix(), {}).items():
        rows, amount, yms, counts = read_measure(decl, figures)
        if code is None:
            tally.add("accepted", rows, amount)
            months, warns = yms, counts
        else:
            tally.add(scan.checks[code].disposition, rows, amount)
            rejected += rows
    for _, code in part.bad:
        tally.add(RECORD_CHECKS[code].disposition, 1, None)
    mine = (
        f"rn BETWEEN {part.offset + 1} AND {part.last} "
        f"AND fn = {parse_sql.quote(part.path.as_posix())}"
    )
    columns = ", ".join(list(parse_sql.staged_types(decl))[2:])
    out = scan.work / f"{source.facts.sha}.parquet"
    copied = copy_to(
        con,
        f"SELECT '{source.facts.sha}' AS source_sha, rn - {part.offset} AS src_row, {columns} "
        f"FROM g WHERE {mine} AND fails IS NULL",
        out,
    )
    rejects: Path | None = None
    if rejected:
        rejects = scan.work / f"{source.facts.sha}.rejects.parquet"
        amount_sql = decl.control_amount or "NULL"
        rejected = copy_to(
            con,
            f"SELECT rn - {part.offset} AS src_row, fails, {amount_sql}::DECIMAL(18,2) AS amt, "
            f"{group_key(decl.name)} AS grp FROM g WHERE {mine} AND fails IS NOT NULL",
            rejects,
        )
    found = copied + rejected + len(part.bad)
    if found != part.records or sum(tally.rows.values()) != found:
        raise unbalanced(source.place, f"{part.records} 行", f"{found} 行")
    if copied != tally.rows["accepted"]:
        raise unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"写出 {copied} 行")
    read_amt = scan.read.get(part.path.as_posix(), _NOTHING)[3]
    if sum(tally.amounts.values()) != read_amt:
        raise unbalanced(source.place, f"{read_amt} 元", f"{sum(tally.amounts.values())} 元")
    return Staged(source, part.records, tally, read_amt, part.bad, out, rejects, warns, months)
