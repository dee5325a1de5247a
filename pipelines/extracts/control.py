"""Control totals: what a file's rows come to, read apart from intake, against its manifest."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pipelines.errors import Problem
from pipelines.extracts.decode import decodes, records
from pipelines.extracts.header import cells_of
from pipelines.extracts.manifest import invalid
from pipelines.extracts.profile import UNITS, ProfileError
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.extracts.batch import Source
    from pipelines.extracts.manifest import Manifest

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Totals:
    """What all rows of a file come to, read apart from intake. Amounts in yuan."""

    counts: Mapping[str, int]
    amounts: Mapping[str, Decimal]


def check_manifest(manifest: Manifest, place: str, totals: Totals, unit: str) -> list[Problem]:
    """Whether rows and control totals of a file are those told of; both figures in each problem."""
    problems: list[Problem] = []
    for key, told in manifest.counts:
        found = totals.counts.get(key)
        if found is None:
            problems.append(invalid(manifest.place, _no_such(key)))
        elif found != told:
            code = "TRUNCATED" if key == "row_cnt" else "CONTROL_TOTAL"
            problems.append(_differs(code, place, key, f"{told:,}", f"{found:,}"))
    for key, amount in manifest.totals:
        told_yuan = amount.scaleb(UNITS[manifest.unit or unit])
        sum_of = totals.amounts.get(key)
        if sum_of is None:
            problems.append(invalid(manifest.place, _no_such(key)))
        elif sum_of != told_yuan:
            told_text = f"{told_yuan.normalize():,f} 元"
            problems.append(_differs("CONTROL_TOTAL", place, key, told_text, f"{sum_of:,} 元"))
    return problems


def _no_such(key: str) -> ProfileError:
    return ProfileError(key, "该表的金额列，或适用于该表的计数", "没有这一项")


def _differs(code: str, place: str, key: str, told: str, found: str) -> Problem:
    return Problem(
        code,
        place,
        f"清单 {key} {told}",
        f"文件 {found}",
        "文件不完整或与清单不符：请数据提供方核对后重新传送文件与清单",
    )


def file_totals(source: Source, manifest: Manifest, work: Path) -> Totals:
    """Count the rows of a file and add up the columns its manifest tells of, apart from intake.

    The text is read in place where it is plain, else from a private copy of its readable records.
    """
    import duckdb

    decl = source.decl
    counts = {"row_cnt": data_records(source)}
    money = {col.name for col in decl.columns if col.meta.kind == "money"}
    wanted = [name for name, _ in manifest.totals if name in money]
    legs = any(c.name == "init_setl_id" for c in decl.columns)
    if not wanted and not (legs and any(name != "row_cnt" for name, _ in manifest.counts)):
        return Totals(counts, {})
    if source.facts.plain and source.layout.delimiter == ",":
        try:
            return _added_up(source, source.path, source.layout.header_records, counts, wanted)
        except duckdb.Error:
            pass
    copy = _clean_copy(source, work)
    try:
        return _added_up(source, copy, 0, counts, wanted)
    finally:
        copy.unlink()


def data_records(source: Source) -> int:
    """How many records of a file are rows of data, read or not."""
    facts, header = source.facts, source.layout.header_records
    if facts.plain and not facts.quoted:
        return max(facts.records + 1 - header, 0)
    count = sum(1 for _ in records(source.path, source.layout.delimiter))
    return max(count - header, 0)


def _added_up(
    source: Source, path: Path, skip: int, counts: Mapping[str, int], wanted: Sequence[str]
) -> Totals:
    import duckdb

    layout = source.layout
    texts = dict(layout.texts)
    legs = [c.name for c in source.decl.columns if c.name == "init_setl_id"]
    present = set(layout.columns) | set(texts)
    reads = {n: texts.get(n, f"c_{n}") if n in present else "NULL" for n in [*wanted, *legs]}
    selected = ", ".join(
        f"nullif(trim(CAST({sql} AS VARCHAR)), '') AS {name}" for name, sql in reads.items()
    )
    types = ", ".join(f"'{_cell(n, at)}': 'VARCHAR'" for at, n in enumerate(layout.columns))
    rows = (
        f"SELECT {selected} FROM read_csv({quoted(path.as_posix())}, columns={{{types}}}, "
        f"header=false, skip={skip}, auto_detect=false, delim=',', quote='\"', escape='\"', "
        "nullstr='')"
    )
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        con.execute("SET enable_progress_bar = false")
        amounts = {name: _sum(con, rows, name) for name in wanted}
        if not legs:
            return Totals(counts, amounts)
        row = con.execute(
            "SELECT count(*) FILTER (WHERE init_setl_id IS NULL), count(init_setl_id) "
            f"FROM ({rows})"
        ).fetchone()
    settled, refunded = (int(row[0]), int(row[1])) if row else (0, 0)
    legs_told = {"settled_cnt": settled, "refd_cnt": refunded}
    return Totals({**counts, **legs_told, "fixmedins_setl_cnt": settled - refunded}, amounts)


def _cell(name: str, at: int) -> str:
    return f"c_{name}" if name else f"x_{at}"


def _sum(con: Any, rows: str, name: str) -> Decimal:
    strict = rf"regexp_full_match({name}, '-?[0-9]{{1,16}}(\.[0-9]{{1,2}})?')"
    row = con.execute(
        f"SELECT CAST(sum(CASE WHEN {strict} THEN CAST({name} AS DECIMAL(18,2)) END) "
        f"AS DECIMAL(38,2)) FROM ({rows})"
    ).fetchone()
    odd = con.execute(
        f"SELECT {name}, count(*) FROM ({rows}) "
        f"WHERE {name} IS NOT NULL AND NOT {strict} GROUP BY 1"
    ).fetchall()
    total = (row[0] if row else None) or ZERO
    return sum((amount_of(text) * n for text, n in odd), total)


def amount_of(text: str) -> Decimal:
    """An amount not written plainly: full-width, grouped, with ¥, in parentheses; else 0."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\u200b\ufeff").lstrip("¥").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].lstrip("¥") if negative else plain
    if not re.fullmatch(r"-?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]{1,2})?", plain):
        return ZERO
    try:
        value = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return ZERO
    return -value if negative else value


def _clean_copy(source: Source, work: Path) -> Path:
    """The readable data records as comma-separated UTF-8 with as many cells as the header."""
    out = work / f"{source.facts.sha}.totals.csv"
    out.touch(mode=0o600)
    layout = source.layout
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    with out.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for record in records(source.path, layout.delimiter):
            if record.number < layout.header_records or not decodes(record.raw, encoding):
                continue
            cells = cells_of(record.raw.decode(encoding), layout.delimiter)
            if len(cells) == layout.width:
                writer.writerow(cells)
    return out
