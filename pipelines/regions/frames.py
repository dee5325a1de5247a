"""Resolved units → validated frames → Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions.kinds import kind_of
from schemas.regions import RegionIssue, RegionQuarantine, RegionSource
from schemas.table import declare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipelines.regions.model import Issue, Rejected, Resolved
    from schemas.table import Declaration, Table

_DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "text": pl.String,
    "ident": pl.String,
    "count": pl.Int64,
    "date": pl.Date,
    "flag": pl.Boolean,
    "ratio": pl.Decimal(9, 6),
}


def source_frame(rows: Iterable[Resolved]) -> pl.DataFrame:
    """``RegionSource`` rows in the order of the text, validated."""
    return frame(RegionSource, [_source_row(row) for row in rows])


def quarantine_frame(rejected: Iterable[Rejected]) -> pl.DataFrame:
    """``RegionQuarantine`` rows in the order of the text, validated."""
    return frame(RegionQuarantine, [(r.line, r.no, r.raw, r.reason) for r in rejected])


def issue_frame(issues: Iterable[Issue]) -> pl.DataFrame:
    """``RegionIssue`` rows by line, code and detail, each once, validated."""
    rows = {(i.line, i.code, i.detail, i.severity) for i in issues}
    return frame(RegionIssue, sorted(rows))


def frame(model: type[Table], rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows in declared column order → a frame of that table, validated."""
    decl = declare(model)
    schema = {col.name: _DTYPES[col.meta.kind] for col in decl.columns}
    out = pl.DataFrame(rows, schema=schema, orient="row")
    validate(model, out)
    return out


def validate(model: type[Table], data: pl.DataFrame) -> None:
    """Check types, nulls, row rules and the key.

    Raises JiecunError REGION_CONTRACT, one problem per broken rule; this tells of a fault in the
    reader or of contradictory corrections, never of the text alone.
    """
    decl = declare(model)
    problems = [_contract(decl.name, "列与声明一致", found) for found in _misfits(decl, data)]
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    for rule in decl.spec.rules:
        broken = data.filter(~pl.sql_expr(rule.predicate))
        if broken.height:
            found = f"{rule.reason}：{broken.height} 行，首行 {broken.row(0)[:3]}"
            problems.append(_contract(decl.name, rule.zh, found))
    repeated = data.height - data.select(decl.spec.key).unique().height
    if repeated:
        problems.append(_contract(decl.name, "主键唯一", f"{repeated} 行重复"))
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)


def _misfits(decl: Declaration, data: pl.DataFrame) -> Iterator[str]:
    """Columns that are not as declared: what Pandera checks, without its start-up time."""
    declared = {col.name: _DTYPES[col.meta.kind] for col in decl.columns}
    if dict(data.schema) != declared:
        yield f"{dict(data.schema)}"
        return
    for col in decl.columns:
        values = data[col.name]
        if not col.nullable and values.null_count():
            yield f"{col.name}：{values.null_count()} 个空值"
        if col.max_len and (values.str.len_chars() > col.max_len).any():
            yield f"{col.name}：超过 {col.max_len} 个字符"


def write_parquet(data: pl.DataFrame, path: Path) -> None:
    """Write beside the target, then rename: the same frame gives the same bytes."""
    aside = path.with_name(f".{path.name}.new")
    data.write_parquet(aside, compression="zstd", compression_level=3, statistics=True)
    aside.replace(path)


def _source_row(row: Resolved) -> tuple[Any, ...]:
    unit = row.unit
    return (
        unit.line,
        unit.no,
        unit.part,
        unit.raw,
        unit.province,
        unit.prefecture,
        unit.name if unit.level == "county" else None,
        unit.level,
        row.code,
        row.year,
        row.method,
        ";".join(unit.correction_ids),
        ";".join(row.issues),
        row.local_code,
        kind_of(unit),
        row.province_code,
        row.prefecture_code,
    )


def _contract(table: str, expected: str, found: str) -> Problem:
    return Problem("REGION_CONTRACT", table, expected, found, "核对更正表；仍有问题请报告")
