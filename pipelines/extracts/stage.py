"""From a raw file to staged Parquet: one scan for the rows that pass, then the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.extracts import fast_sql, parse_sql
from pipelines.extracts.batch import (
    UNREADABLE,
    ZERO,
    Staged,
    Tally,
    copy_serial,
    copy_to,
    engine_error,
    measure_sql,
    read_measure,
    unbalanced,
    unproven,
)
from pipelines.extracts.bundle import BOM_STRIPPED, stage_bundle
from pipelines.extracts.decode import records
from pipelines.extracts.plain_copy import PlainCopy, cut_lines, cut_records, write_plain
from pipelines.extracts.reasons import RECORD_CHECKS
from pipelines.extracts.row_facts import refused
from pipelines.extracts.shape import direct, line_pattern, odd_lines
from pipelines.extracts.units import median_amount
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from pipelines.extracts.batch import Source

#: file-level remark, counted as one
ENC_GB18030 = "ENC_GB18030"


@dataclass(frozen=True)
class _Text:
    """A text of plain lines: the delivered one, or a plain copy (``made`` tells of it)."""

    path: Path
    skip: int
    total: int
    made: PlainCopy
    odd: Path | None

    @property
    def aside(self) -> list[int]:
        """Record numbers whose line in the text is empty."""
        return [*self.made.odd, *(number for number, _ in self.made.bad)]


_AS_IT_IS = PlainCopy(0, (), (), ())


def stage_group(
    con: duckdb.DuckDBPyConnection, group: Sequence[Source], work: Path, closed_ym: int | str
) -> list[Staged]:
    """Stage the files of one group. Raises JiecunError INTAKE_UNBALANCED or INTAKE_ENGINE."""
    together = stage_bundle(con, group, work, closed_ym) if len(group) > 1 else {}
    return [
        together.get(source.facts.sha) or _stage(con, source, work, closed_ym) for source in group
    ]


def _stage(
    con: duckdb.DuckDBPyConnection, source: Source, work: Path, closed_ym: int | str
) -> Staged:
    text = None
    try:
        if source.facts.proven:
            try:
                return _stage_text(con, source, _as_it_is(source), work, closed_ym)
            except UNREADABLE:
                source = unproven(source)
        text = _plain_text(source, work)
        return _stage_text(con, source, text, work, closed_ym)
    except duckdb.Error as error:
        raise engine_error(source.place, error) from None
    finally:
        for path in (text.path, text.odd) if text else ():
            if path is not None and path.parent == work and path != source.path:
                path.unlink(missing_ok=True)


def _as_it_is(source: Source) -> _Text:
    """The source's own text, all lines of which are plain."""
    header = source.layout.header_records
    total = max(source.facts.records + 1 - header, 0)
    return _Text(source.path, header, total, _AS_IT_IS, None)


def _plain_text(source: Source, work: Path) -> _Text:
    """The text to scan: the source's own where all its lines are plain, else a plain copy."""
    decl, layout, facts, path = source.decl, source.layout, source.facts, source.path
    header, mark = layout.header_records, layout.delimiter
    total = max(facts.records + 1 - header, 0)
    by_line = facts.plain and not (facts.quoted and header != 1)
    known: frozenset[int] | None = None
    if by_line:
        pattern = line_pattern(decl, layout, quoted=facts.quoted)
        numbers, by_line = odd_lines(path, pattern, header)
        known = frozenset(numbers)
        if by_line and not known:
            return _as_it_is(source)
    if facts.quoted or not by_line:
        known = None
        total = max(sum(1 for _ in records(path, mark)) - header, 0)
    cuts = cut_lines(path, header) if known else cut_records(path, header, mark)
    copy, odd = work / f"{facts.sha}.plain.csv", work / f"{facts.sha}.odd.csv"
    made = write_plain(source, cuts, copy, odd, known)
    return _Text(copy, 0, total, made, odd)


def _stage_text(
    con: duckdb.DuckDBPyConnection, source: Source, text: _Text, work: Path, closed_ym: int | str
) -> Staged:
    decl, tally, sha = source.decl, Tally(), source.facts.sha
    fast = work / f"{sha}.fast.parquet"
    out, rejects = fast, None
    copied, rejected = _copy_sure(con, source, text, fast, closed_ym), 0
    for _, code in text.made.bad:
        tally.add(RECORD_CHECKS[code].disposition, 1, None)
    if copied + len(text.made.bad) != text.total:
        checks = parse_sql.checks_of(decl, source.layout.cent)
        cells = _unsure_cells(con, source, text, fast, copied)
        parsed = parse_sql.parsed(decl, cells, source.layout)
        judged = parse_sql.checked(decl, checks, parsed, closed_ym=closed_ym)
        con.execute(f"CREATE OR REPLACE TEMP TABLE g AS {judged}")
        for code, *measures in con.execute(
            f"SELECT fails[1], {measure_sql(decl)} FROM g WHERE fails IS NOT NULL GROUP BY 1"
        ).fetchall():
            rows, amount, _, _ = read_measure(decl, measures)
            tally.add(checks[code].disposition, rows, amount)
        rejects = work / f"{sha}.rejects.parquet"
        rejected = copy_to(con, refused(decl, source.layout.cent), rejects)
        if con.execute("SELECT 1 FROM g WHERE fails IS NULL LIMIT 1").fetchall():
            out = work / f"{sha}.parquet"
            copied = _write_merged(con, source, fast, out)
            fast.unlink()
    file = f"read_parquet({quoted(out)})"
    figures = con.execute(f"SELECT {measure_sql(decl, file)} FROM {file}").fetchall()[0]
    rows, amount, months, warns = read_measure(decl, figures)
    tally.add("accepted", rows, amount)
    found = copied + rejected + len(text.made.bad)
    if found != text.total or sum(tally.rows.values()) != found:
        raise unbalanced(source.place, f"{text.total} 行", f"{found} 行")
    if copied != tally.rows["accepted"]:
        raise unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"写出 {copied} 行")
    read_amt = _read_amount(con, source, text)
    if sum(tally.amounts.values()) != read_amt:
        raise unbalanced(source.place, f"{read_amt} 元", f"{sum(tally.amounts.values())} 元")
    remarks = _remarks(con, source, text, rejects)
    con.execute("DROP TABLE IF EXISTS temp.g")
    return Staged(
        source, text.total, tally, read_amt, text.made.bad, out, rejects if rejected else None,
        warns, months, median_amount(con, decl, out), remarks,
    )  # fmt: skip


def _copy_sure(
    con: duckdb.DuckDBPyConnection, source: Source, text: _Text, fast: Path, closed_ym: int | str
) -> int:
    """Write the rows that pass for sure; their number."""
    decl, sha = source.decl, source.facts.sha

    def sql(*, strict: bool) -> str:
        return fast_sql.sure_rows(
            decl, source.layout, text.path, sha, skip=text.skip, closed_ym=closed_ym, strict=strict
        )

    try:
        copied = copy_serial(con, sql(strict=True), fast, source.place)
    except UNREADABLE:
        if source.facts.proven:
            raise
        copied = copy_serial(con, sql(strict=False), fast, source.place)
    lookups = fast_sql.unmet_lookups(decl, f"read_parquet({quoted(fast)})")
    if lookups is None:
        return copied
    unmet, others = lookups
    con.execute(f"CREATE OR REPLACE TEMP TABLE unmet AS {unmet}")
    if con.execute("SELECT 1 FROM temp.unmet LIMIT 1").fetchall():
        met = fast.with_suffix(".met")
        copied = copy_to(con, others, met)
        met.replace(fast)
    return copied


def _unsure_cells(
    con: duckdb.DuckDBPyConnection, source: Source, text: _Text, fast: Path, copied: int
) -> str:
    """SQL for the raw cells of the records that the fast pass did not accept."""
    layout = source.layout
    parts: list[str] = []
    if copied + len(text.aside) != text.total:
        _bind_numbers(con, "aside", text.aside)
        scanned = parse_sql.scan(
            text.path, layout.columns, delimiter=layout.delimiter, skip=text.skip
        )
        parts.append(
            f"SELECT * FROM ({scanned}) WHERE rn NOT IN (SELECT src_row FROM "
            f"read_parquet({quoted(fast)})) AND rn NOT IN (FROM temp.aside)"
        )
    if text.odd is not None:
        parts.append(
            parse_sql.scan(text.odd, layout.columns, delimiter=layout.delimiter, numbered=True)
        )
    return " UNION ALL ".join(parts)


def _bind_numbers(con: duckdb.DuckDBPyConnection, name: str, numbers: Sequence[int]) -> None:
    con.register("numbers_", pl.DataFrame({"rn": numbers}, schema={"rn": pl.Int64}).to_arrow())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT rn FROM numbers_")
    con.unregister("numbers_")


def _write_merged(con: duckdb.DuckDBPyConnection, source: Source, fast: Path, out: Path) -> int:
    """The accepted rows of both passes in input order."""
    columns = ", ".join(list(parse_sql.staged_types(source.decl))[2:])
    sure = f"read_parquet({quoted(fast)})"
    both = (
        f"SELECT src_row, {columns} FROM {sure} UNION ALL "
        f"SELECT rn, {columns} FROM g WHERE fails IS NULL"
    )
    told = parse_sql.written(source.decl, quoted(source.facts.sha))
    return copy_to(con, f"SELECT {told} FROM ({both}) ORDER BY src_row", out)


def _read_amount(con: duckdb.DuckDBPyConnection, source: Source, text: _Text) -> Decimal:
    """The control amount of the text, summed by another reader than the one that stages it."""
    decl, layout = source.decl, source.layout
    if not decl.control_amount:
        return ZERO
    if source.facts.control_amt is not None:
        return source.facts.control_amt
    col = decl.column(decl.control_amount)
    value = parse_sql.typed(col, f"({parse_sql.cell_text(col, layout)})")
    total = ZERO
    if direct(col, layout) and col.name in layout.columns and not col.meta.default:
        cell = pl.nth(layout.columns.index(col.name)).cast(pl.Decimal(18, 2))
        lines = pl.scan_csv(
            text.path, has_header=False, skip_rows=text.skip, separator=layout.delimiter,
            infer_schema=False, raise_if_empty=False,
        )  # fmt: skip
        summed = lines.select(cell.sum().cast(pl.Decimal(38, 2))).collect() if text.total else None
        total += (summed.item() if summed is not None else None) or ZERO
    else:
        cells = parse_sql.scan(
            text.path, layout.columns, delimiter=layout.delimiter, skip=text.skip
        )
        _bind_numbers(con, "aside", text.aside)
        total += _summed(con, value, f"({cells}) WHERE rn NOT IN (FROM temp.aside)")
    if text.odd is not None and text.made.odd:
        cells = parse_sql.scan(text.odd, layout.columns, delimiter=layout.delimiter, numbered=True)
        total += _summed(con, value, f"({cells})")
    return total


def _summed(con: duckdb.DuckDBPyConnection, value: str, source: str) -> Decimal:
    row = con.execute(f"SELECT sum({value})::DECIMAL(38,2) FROM {source}").fetchall()[0]
    return row[0] or ZERO


def _remarks(
    con: duckdb.DuckDBPyConnection, source: Source, text: _Text, rejects: Path | None
) -> dict[str, int]:
    """Kind of repair → accepted rows that needed it; the file's own remarks count one."""
    counts: dict[str, int] = {}
    if source.encoding == "gb18030":
        counts[ENC_GB18030] = 1
    if source.facts.bom:
        counts[BOM_STRIPPED] = 1
    if text.made.repairs:
        refused = set()
        if rejects is not None:
            sql = f"SELECT src_row FROM read_parquet({quoted(rejects)})"
            refused = {row[0] for row in con.execute(sql).fetchall()}
        for number, kinds in text.made.repairs:
            for kind in kinds if number not in refused else ():
                counts[kind] = counts.get(kind, 0) + 1
    return counts
