"""Many small plain files of one layout: read in one scan, and cut apart into a file each.

What a file becomes does not hang on its company: the bytes are those it gets alone. A file with a
line that is not of the plain shape is left to be staged alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.extracts import fast_sql, parse_sql
from pipelines.extracts.batch import (
    UNREADABLE,
    ZERO,
    Staged,
    Tally,
    copy_to,
    engine_error,
    measure_sql,
    read_measure,
    unbalanced,
    unproven,
)
from pipelines.extracts.row_facts import refused
from pipelines.extracts.shape import direct, line_pattern, odd_lines
from pipelines.extracts.units import SAMPLE, median_sql
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from pipelines.extracts.batch import Source

#: bytes of a text that is read together with others, and of all that are read together
SMALL = 4 << 20
MOST = 48 << 20
BOM_STRIPPED = "BOM_STRIPPED"


@dataclass(frozen=True)
class _Part:
    """A file of a bundle: its records are lines ``first`` to ``last`` (from 1)."""

    source: Source
    first: int
    last: int

    @property
    def records(self) -> int:
        return self.last - self.first + 1


def bundles(sources: Sequence[Source]) -> list[list[Source]]:
    """Sources that are staged together; one that is large or needs care stands alone."""
    alone: list[list[Source]] = []
    alike: dict[tuple[object, ...], list[Source]] = {}
    for source in sources:
        facts = source.facts
        if not facts.plain or facts.quoted or _size(source) > SMALL or facts.records >= SAMPLE:
            alone.append([source])
        else:
            same_kind = (source.decl.name, source.layout, facts.proven)
            alike.setdefault(same_kind, []).append(source)
    together: list[list[Source]] = []
    for same in alike.values():
        size = MOST
        for source in same:
            size += _size(source)
            if size > MOST:
                together.append([])
                size = _size(source)
            together[-1].append(source)
    return sorted([*alone, *together], key=lambda group: -sum(map(_size, group)))


@dataclass(frozen=True)
class _Figures:
    """What is told of the accepted rows of a part besides their number and amount."""

    event_yms: tuple[int, ...] = ()
    warns: dict[str, int] = field(default_factory=dict)
    median_amt: Decimal | None = None


@dataclass(frozen=True)
class _Counted:
    """A part's rows by what became of them, and its control amount as the text tells it."""

    tally: Tally
    read_amt: Decimal
    figures: _Figures


def _size(source: Source) -> int:
    return source.path.stat().st_size


def stage_bundle(
    con: duckdb.DuckDBPyConnection, group: Sequence[Source], work: Path, closed_ym: int | str
) -> dict[str, Staged]:
    """Sha → staged file, of those of ``group`` (one layout) whose lines are all plain.

    Raises JiecunError INTAKE_UNBALANCED or INTAKE_ENGINE.
    """
    text = work / f"{group[0].facts.sha}.bundle.csv"
    pattern = line_pattern(group[0].decl, group[0].layout, quoted=False)
    try:
        parts = _write(group, text)
        if all(part.source.facts.proven for part in parts):
            try:
                return _stage(con, parts, text, work, closed_ym)
            except UNREADABLE:
                parts = [replace(part, source=unproven(part.source)) for part in parts]
        odd, _ = odd_lines(text, pattern, 0)
        if odd:
            plain = [p.source for p in parts if not any(p.first <= n <= p.last for n in odd)]
            parts = _write(plain, text)
        return _stage(con, parts, text, work, closed_ym) if parts else {}
    except duckdb.Error as error:
        raise engine_error(group[0].place, error) from None
    finally:
        text.unlink(missing_ok=True)


def _write(group: Sequence[Source], text: Path) -> list[_Part]:
    """The records of the files one after another, without their headers."""
    parts: list[_Part] = []
    text.touch(mode=0o600)
    with text.open("wb") as out:
        line = 1
        for source in group:
            header = source.layout.header_records
            records = max(source.facts.records + 1 - header, 0)
            parts.append(_Part(source, line, line + records - 1))
            line += records
            body = source.path.read_bytes().split(b"\n", header)[-1] if records else b""
            out.write(body if not body or body.endswith(b"\n") else body + b"\n")
    return parts


def _stage(
    con: duckdb.DuckDBPyConnection,
    parts: Sequence[_Part],
    text: Path,
    work: Path,
    closed_ym: int | str,
) -> dict[str, Staged]:
    decl, layout = parts[0].source.decl, parts[0].source.layout
    _bind_parts(con, parts)
    checks = parse_sql.checks_of(decl, layout.cent)
    _read_sure(con, parts, text, closed_ym)
    cells = parse_sql.scan(text, layout.columns, delimiter=layout.delimiter)
    unsure = f"SELECT * FROM ({cells}) WHERE rn NOT IN (SELECT src_row FROM temp.sure)"
    total = sum(part.records for part in parts)
    sure = con.execute("SELECT count(*) FROM temp.sure").fetchall()[0][0]
    if sure == total:
        unsure += " LIMIT 0"
    judged = parse_sql.checked(
        decl, checks, parse_sql.parsed(decl, unsure, layout), closed_ym=closed_ym
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE g AS {judged}")
    columns = ", ".join(list(parse_sql.staged_types(decl))[2:])
    con.execute(f"INSERT INTO temp.sure SELECT '', rn, {columns} FROM temp.g WHERE fails IS NULL")
    tallies = {part.source.facts.sha: Tally() for part in parts}
    figures = _accepted(con, parts, tallies)
    for at, code, *measures in con.execute(
        f"SELECT part, fails[1], {measure_sql(decl)} FROM temp.g JOIN temp.part "
        "ON rn BETWEEN first AND last WHERE fails IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall():
        rows, amount, _, _ = read_measure(decl, measures)
        tallies[parts[at].source.facts.sha].add(checks[code].disposition, rows, amount)
    amounts = _read_amounts(con, parts, text)
    staged: dict[str, Staged] = {}
    for at, part in enumerate(parts):
        sha = part.source.facts.sha
        counted = _Counted(tallies[sha], amounts[at], figures.get(at, _Figures()))
        staged[sha] = _cut(con, part, counted, work)
    con.execute("DROP TABLE temp.g; DROP TABLE temp.sure; DROP TABLE temp.part")
    return staged


def _bind_parts(con: duckdb.DuckDBPyConnection, parts: Sequence[_Part]) -> None:
    rows = [(at, part.first, part.last) for at, part in enumerate(parts)]
    frame = pl.DataFrame(
        rows, schema={"part": pl.Int32, "first": pl.Int64, "last": pl.Int64}, orient="row"
    )
    con.register("parts_", frame.to_arrow())
    con.execute("CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM parts_")
    con.unregister("parts_")


def _read_sure(
    con: duckdb.DuckDBPyConnection, parts: Sequence[_Part], text: Path, closed_ym: int | str
) -> None:
    """Temp table ``sure``: the rows that pass for sure, numbered through the bundle."""
    decl, layout = parts[0].source.decl, parts[0].source.layout

    def make(*, strict: bool) -> None:
        rows = fast_sql.sure_rows(
            decl, layout, text, "", skip=0, closed_ym=closed_ym, strict=strict
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE sure AS {rows}")

    try:
        make(strict=True)
    except UNREADABLE:
        if parts[0].source.facts.proven:
            raise
        make(strict=False)
    lookups = fast_sql.unmet_lookups(decl, "temp.sure")
    if lookups is None:
        return
    unmet, others = lookups
    con.execute(f"CREATE OR REPLACE TEMP TABLE unmet AS {unmet}")
    if con.execute("SELECT 1 FROM temp.unmet LIMIT 1").fetchall():
        con.execute(f"CREATE OR REPLACE TEMP TABLE met AS {others}")
        con.execute("DROP TABLE temp.sure; ALTER TABLE temp.met RENAME TO sure")


def _accepted(
    con: duckdb.DuckDBPyConnection, parts: Sequence[_Part], tallies: dict[str, Tally]
) -> dict[int, _Figures]:
    """Part → figures of its accepted rows, which are tallied."""
    decl = parts[0].source.decl
    found = {}
    for at, median, *measures in con.execute(
        f"SELECT part, {median_sql(decl)}, {measure_sql(decl)} FROM temp.sure JOIN temp.part "
        "ON src_row BETWEEN first AND last GROUP BY part ORDER BY part"
    ).fetchall():
        rows, amount, months, warns = read_measure(decl, measures)
        tallies[parts[at].source.facts.sha].add("accepted", rows, amount)
        found[at] = _Figures(months, warns, median)
    return found


def _cut(
    con: duckdb.DuckDBPyConnection,
    part: _Part,
    counted: _Counted,
    work: Path,
) -> Staged:
    """One file of the bundle; its rows and its control amount are held against the text's."""
    source, sha = part.source, part.source.facts.sha
    tally, read_amt, told = counted.tally, counted.read_amt, counted.figures
    out, rejects = work / f"{sha}.fast.parquet", None
    inside = f"BETWEEN {part.first} AND {part.last}"
    copied = copy_to(
        con,
        f"SELECT {parse_sql.written(source.decl, quoted(sha), part.first)} "
        f"FROM (SELECT * FROM temp.sure WHERE src_row {inside}) ORDER BY src_row",
        out,
    )
    turned = sum(tally.rows.values()) - tally.rows["accepted"]
    if turned:
        rejects = work / f"{sha}.rejects.parquet"
        rows_sql = refused(source.decl, source.layout.cent, f"rn {inside}", part.first)
        turned = copy_to(con, rows_sql, rejects)
    if not copied + turned == sum(tally.rows.values()) == part.records:
        raise unbalanced(source.place, f"{part.records} 行", f"{copied + turned} 行")
    if copied != tally.rows["accepted"]:
        raise unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"写出 {copied} 行")
    if sum(tally.amounts.values()) != read_amt:
        raise unbalanced(source.place, f"{read_amt} 元", f"{sum(tally.amounts.values())} 元")
    remarks = {BOM_STRIPPED: 1} if source.facts.bom else {}
    return Staged(
        source, part.records, tally, read_amt, (), out, rejects, told.warns, told.event_yms,
        told.median_amt, remarks,
    )  # fmt: skip


def _read_amounts(
    con: duckdb.DuckDBPyConnection, parts: Sequence[_Part], text: Path
) -> list[Decimal]:
    """The control amount of each part, read by another reader than the one that stages it."""
    decl, layout = parts[0].source.decl, parts[0].source.layout
    if not decl.control_amount:
        return [ZERO] * len(parts)
    told = [part.source.facts.control_amt for part in parts]
    amounts = [amount for amount in told if amount is not None]
    if len(amounts) == len(parts):
        return amounts
    col = decl.column(decl.control_amount)
    if direct(col, layout) and col.name in layout.columns and not col.meta.default:
        cell = pl.nth(layout.columns.index(col.name)).cast(pl.Decimal(18, 2)).alias("amt")
        lines = pl.scan_csv(
            text, has_header=False, separator=layout.delimiter, infer_schema=False,
            raise_if_empty=False,
        )  # fmt: skip
        if not any(part.records for part in parts):
            return [ZERO] * len(parts)
        cells = lines.select(cell.cast(pl.Decimal(38, 2))).collect()["amt"]
        found: list[Decimal] = cells.fill_null(ZERO).to_list()
        return [sum(found[p.first - 1 : p.last], ZERO) for p in parts]
    value = parse_sql.typed(col, f"({parse_sql.cell_text(col, layout)})")
    scanned = parse_sql.scan(text, layout.columns, delimiter=layout.delimiter)
    summed = dict(
        con.execute(
            f"SELECT part, sum({value})::DECIMAL(38,2) FROM ({scanned}) JOIN temp.part "
            "ON rn BETWEEN first AND last GROUP BY part"
        ).fetchall()
    )
    return [summed.get(at) or ZERO for at in range(len(parts))]
