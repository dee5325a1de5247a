"""The quarantine file: every row that was not accepted, with its place in the raw file."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple

from pipelines.extracts.decode import decodes, raw_cells, records
from pipelines.extracts.parse_sql import checks_of
from pipelines.extracts.reasons import AMT_IDENTITY, RECORD_CHECKS, unique
from pipelines.extracts.row_facts import key_text, line_hash
from pipelines.sql_text import quoted
from schemas.staged import Quarantine
from schemas.table import declare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from pipelines.extracts.batch import Staged
    from pipelines.extracts.header import Layout
    from schemas.table import Declaration

MASK = b"***"
BATCH = 20_000
MAX_TEXT = 4000


def masked_columns(decl: Declaration, layout: Layout) -> frozenset[int]:
    """The cells of a file that must not be shown: persons, employers, and undeclared columns."""
    hidden = {
        col.name
        for col in decl.columns
        if col.meta.hash_domain or col.meta.sensitivity in ("person", "employer")
    }
    for name, sql in layout.texts:
        if name in hidden:
            hidden = hidden | {word.removeprefix("c_") for word in re.findall(r"\bc_\w+", sql)}
    return frozenset(at for at, name in enumerate(layout.columns) if not name or name in hidden)


def masked_text(raw: bytes, layout: Layout, hidden: frozenset[int], encoding: str) -> str:
    """A record with its hidden cells as ``***``; all of them where the number of cells is wrong.

    Bytes that the file's encoding does not know are told as base64 (of the masked record).
    """
    cells = raw_cells(raw, layout.delimiter)
    whole = len(cells) != layout.width
    mark = layout.delimiter.encode()
    shown = mark.join(MASK if whole or at in hidden else cell for at, cell in enumerate(cells))
    if not decodes(shown, encoding):
        return "base64:" + base64.b64encode(shown[:MAX_TEXT]).decode("ascii")
    return shown.decode(encoding)[:MAX_TEXT]


def write_quarantine(con: duckdb.DuckDBPyConnection, staged: Staged, out: Path) -> int:
    """Write the rows of one file that were not accepted, in row order; the number written."""
    import pyarrow.parquet as pq

    schema = arrow_schema()
    out.touch(mode=0o600)
    written = 0
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
        batch: list[tuple[object, ...]] = []
        for row in _rows(con, staged):
            batch.append(row)
            if len(batch) == BATCH:
                writer.write_table(_table(batch, schema))
                written += len(batch)
                batch = []
        if batch:
            writer.write_table(_table(batch, schema))
            written += len(batch)
    return written


def arrow_schema() -> pa.Schema:
    """The Arrow schema of a quarantine file, from its declaration."""
    import pyarrow as pa

    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DECIMAL(18,2)": pa.decimal128(18, 2)}
    columns = declare(Quarantine).columns
    return pa.schema([pa.field(c.name, types[c.sql_type], nullable=c.nullable) for c in columns])


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = zip(*rows, strict=True)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


class _Refused(NamedTuple):
    """A refused row: the row checks it failed, or the set rule that hit it and where it goes."""

    src_row: int
    fails: list[int] | None
    reason: str | None = None
    disposition: str | None = None
    amount: Decimal | None = None
    row_key: str | None = None
    gap: Decimal | None = None


def _rejected(con: duckdb.DuckDBPyConnection, staged: Staged) -> Iterator[_Refused]:
    """The refused rows by number: of the set rules, of the row checks, and what is no record."""
    parts = [
        "SELECT src_row, NULL::SMALLINT[] AS fails, h.reason, h.disposition, h.amt, k.row_key, "
        "NULL AS gap FROM main.set_hits h JOIN (SELECT source_sha, src_row, "
        f"{key_text(staged.source.decl)} AS row_key FROM read_parquet({quoted(staged.path)})) k "
        f"USING (source_sha, src_row) WHERE source_sha = {quoted(staged.sha)}"
    ]
    if staged.rejects is not None:
        parts.append(
            "SELECT src_row, fails, NULL, NULL, amt, row_key, gap "
            f"FROM read_parquet({quoted(staged.rejects)})"
        )
    cursor = con.execute(f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY src_row")
    bad = iter(staged.bad)
    waiting = next(bad, None)
    while rows := cursor.fetchmany(BATCH):
        for row in rows:
            while waiting is not None and waiting[0] < row[0]:
                yield _Refused(waiting[0], [waiting[1]])
                waiting = next(bad, None)
            yield _Refused(*row)
    while waiting is not None:
        yield _Refused(waiting[0], [waiting[1]])
        waiting = next(bad, None)


def _rows(con: duckdb.DuckDBPyConnection, staged: Staged) -> Iterator[tuple[object, ...]]:
    source = staged.source
    checks = dict(enumerate(checks_of(source.decl))) | RECORD_CHECKS
    hidden = masked_columns(source.decl, source.layout)
    key_columns = ";".join(source.decl.spec.key)
    raws = records(source.path, source.layout.delimiter)
    before = source.layout.header_records - 1
    (key,) = con.execute("SELECT k FROM main.hash_key").fetchall()[0]
    for row in _rejected(con, staged):
        record = next(r for r in raws if r.number == row.src_row + before)
        if row.fails is not None:
            failed = [checks[code] for code in row.fails]
            disposition: str | None = failed[0].disposition
            reasons = unique(check.reason for check in failed)
            columns = ";".join(unique(c for check in failed for c in check.columns))
        else:
            disposition, reasons, columns = row.disposition, (str(row.reason),), key_columns
        yield (
            staged.sha,
            source.file.name.name,
            row.src_row,
            record.line,
            record.offset,
            line_hash(record.raw, key),
            row.row_key,
            disposition,
            reasons[0],
            ";".join(reasons),
            columns or None,
            row.amount,
            row.gap if AMT_IDENTITY in reasons else None,
            masked_text(record.raw, source.layout, hidden, source.encoding),
        )
