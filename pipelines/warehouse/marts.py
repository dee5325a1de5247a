"""One mart: a table of the run written to one Parquet file exactly as declared."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.sql_text import quoted
from pipelines.warehouse.disk import writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from schemas.table import Declaration

#: raised when a column is removed or changes its meaning; additions leave it
MART_SCHEMA_VERSION = "1"
ROW_GROUP_SIZE = 122_880

_INTEGERS = frozenset({"INTEGER", "UINTEGER"}) | {
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_COMMENTS = ("labels_zh", "mart", "unit_zh")


@dataclass(frozen=True)
class MartFile:
    """A written mart: ``<name>.parquet``, its rows, the sha256 (hex) and size of the file."""

    name: str
    rows: int
    sha256: str
    bytes: int


def write_mart(
    con: duckdb.DuckDBPyConnection, decl: Declaration, out: Path, *, kv: Mapping[str, str]
) -> MartFile:
    """Write the table (or view) ``decl.name`` to ``<out>/<decl.name>.parquet``.

    Same rows, same bytes: the declared order, completed by the key, is total. ``kv`` is put into
    the file's metadata beside ``labels_zh``, ``unit_zh`` (JSON per column) and
    ``mart_schema_version``; it must be deterministic.
    Raises JiecunError, and leaves no file: ``MART_COLUMNS`` (missing or undeclared columns),
    ``MART_TYPE`` (a type that does not go into the declared one without loss),
    ``MART_VALUE`` (a value out of range, too long, missing, or against a row rule), ``MART_KEY``
    (key NULL or not unique), ``WAREHOUSE_WRITE``.
    """
    problems = _shape_problems(con, decl)
    if not problems:
        problems = _value_problems(con, decl) or _key_problems(con, decl)
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    path = out / f"{decl.name}.parquet"
    try:
        with writing(path):
            out.mkdir(parents=True, exist_ok=True)
            rows = int(_rows(con, decl, _copy_sql(decl, path, kv))[0][0])
            problems = _written_problems(con, decl, path, rows)
            if problems:
                raise JiecunError(*problems)
            with path.open("rb") as file:
                sha = hashlib.file_digest(file, "sha256").hexdigest()
            return MartFile(decl.name, rows, sha, path.stat().st_size)
    except BaseException:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def types_fit(source: str, target: str) -> bool:
    """Whether every in-range value of ``source`` goes into ``target`` without rounding."""
    if source in (target, '"NULL"'):
        return True
    into = _DECIMAL.fullmatch(target)
    if source in _INTEGERS:
        return target in _INTEGERS or into is not None
    given = _DECIMAL.fullmatch(source)
    if given and into:
        return int(given.group(2)) <= int(into.group(2))
    return bool(given and target in _INTEGERS and given.group(2) == "0")


def _table_types(con: duckdb.DuckDBPyConnection, decl: Declaration) -> dict[str, str]:
    return {row[0]: row[1] for row in con.execute(f'DESCRIBE "{decl.name}"').fetchall()}


def _shape_problems(con: duckdb.DuckDBPyConnection, decl: Declaration) -> list[Problem]:
    try:
        types = _table_types(con, decl)
    except duckdb.CatalogException:
        return [_problem("MART_COLUMNS", decl, "", "有这张表", found="没有", remedy="补上它的 SQL")]
    declared = decl.sql_columns()
    problems = [
        _problem(
            "MART_COLUMNS", decl, name, "SQL 给出这一列", found="没有", remedy="在 SQL 中补上该列"
        )
        for name in declared
        if name not in types
    ]
    problems += [
        _problem(
            "MART_COLUMNS",
            decl,
            name,
            "只有声明过的列",
            found="未声明",
            remedy="补声明，或去掉该列",
        )
        for name in types
        if name not in declared
    ]
    problems += [
        _problem(
            "MART_TYPE",
            decl,
            name,
            target,
            found=types[name],
            remedy=f"在 SQL 中写明 CAST(… AS {target})",
        )
        for name, target in declared.items()
        if name in types and not types_fit(types[name], target)
    ]
    return problems


def _value_problems(con: duckdb.DuckDBPyConnection, decl: Declaration) -> list[Problem]:
    """Counts of bad values, per column and row rule, in one pass over the table."""
    types = _table_types(con, decl)
    tests: list[tuple[str, str, str, str]] = []
    for column in decl.columns:
        name, target = f'"{column.name}"', column.sql_type
        label = f"{column.name}（{column.meta.zh}）"
        if types[column.name] != target:
            bad = f"{name} IS NOT NULL AND TRY_CAST({name} AS {target}) IS NULL"
            tests.append(("MART_VALUE", label, f"在 {target} 的范围内", bad))
        if not column.nullable and column.name not in decl.spec.key:
            tests.append(("MART_VALUE", label, "不为空", f"{name} IS NULL"))
        if column.max_len:
            limit = f"至多 {column.max_len} 字"
            tests.append(("MART_VALUE", label, limit, f"length({name}) > {column.max_len}"))
    for rule in decl.spec.rules:
        if rule.severity != "W":
            tests.append(("MART_VALUE", rule.reason, rule.zh, f"NOT ({rule.predicate})"))
    counts = _count_bad(con, decl, [bad for *_, bad in tests])
    return [
        _problem(code, decl, label, expected, found=f"{count} 行不符", remedy="查产生该列的 SQL")
        for (code, label, expected, _), count in zip(tests, counts, strict=True)
        if count
    ]


def _count_bad(
    con: duckdb.DuckDBPyConnection, decl: Declaration, predicates: Sequence[str]
) -> tuple[int, ...]:
    if not predicates:
        return ()
    counts = ", ".join(f"count(*) FILTER (WHERE {bad})" for bad in predicates)
    return _rows(con, decl, f'SELECT {counts} FROM "{decl.name}"')[0]


def _rows(con: duckdb.DuckDBPyConnection, decl: Declaration, sql: str) -> list[tuple[int, ...]]:
    """The whole result of ``sql``; what DuckDB says of a bad row is not passed on."""
    try:
        rows: list[tuple[int, ...]] = con.execute(sql).fetchall()
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as exc:
        found = type(exc).__name__
        problem = _problem(
            "MART_VALUE", decl, "", "能读出每一行", found=found, remedy="查产生该表的 SQL"
        )
        raise JiecunError(problem, exit_code=EXIT_CHECK) from None
    return rows


def _key_problems(con: duckdb.DuckDBPyConnection, decl: Declaration) -> list[Problem]:
    key = decl.spec.key
    nulls = _count_bad(con, decl, [f'"{name}" IS NULL' for name in key])
    problems = [
        _problem(
            "MART_KEY", decl, name, "键列不为空", found=f"{count} 行为空", remedy="查产生该列的 SQL"
        )
        for name, count in zip(key, nulls, strict=True)
        if count
    ]
    columns = ", ".join(f'"{name}"' for name in key)
    groups = f'SELECT 1 FROM "{decl.name}" GROUP BY {columns} HAVING count(*) > 1'
    doubled = _rows(con, decl, f"SELECT count(*) FROM ({groups})")[0][0]
    if doubled:
        label = ", ".join(key)
        problems.append(
            _problem(
                "MART_KEY",
                decl,
                label,
                "键唯一",
                found=f"{doubled} 个键重复",
                remedy="查该表的粒度与连接",
            )
        )
    return problems


def _copy_sql(decl: Declaration, path: Path, kv: Mapping[str, str]) -> str:
    casts = ", ".join(f'CAST("{n}" AS {t}) AS "{n}"' for n, t in decl.sql_columns().items())
    order = [*decl.order_by, *(name for name in decl.spec.key if name not in decl.order_by)]
    metadata = {
        "mart_schema_version": MART_SCHEMA_VERSION,
        **kv,
        "mart": decl.name,
        "labels_zh": _json({c.name: c.meta.zh for c in decl.columns}),
        "unit_zh": _json({c.name: c.meta.unit for c in decl.columns if c.meta.unit}),
    }
    clash = sorted(set(kv) & set(_COMMENTS))
    if clash:
        raise ValueError(f"kv may not hold {clash}")
    pairs = ", ".join(f"{quoted(key)}: {quoted(metadata[key])}" for key in sorted(metadata))
    ordering = ", ".join(f'"{name}" ASC NULLS LAST' for name in order)
    return (
        f'COPY (SELECT {casts} FROM "{decl.name}" ORDER BY {ordering}) TO {quoted(path)} '
        f"(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, ROW_GROUP_SIZE {ROW_GROUP_SIZE}, "
        f"KV_METADATA {{{pairs}}})"
    )


def _written_problems(
    con: duckdb.DuckDBPyConnection, decl: Declaration, path: Path, rows: int
) -> list[Problem]:
    """The file as a reader sees it, against the declaration: names, order, types, rows."""
    source = f"read_parquet({quoted(path)})"
    found = [(r[0], r[1]) for r in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    expected = list(decl.sql_columns().items())
    count = con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
    remedy = "这是程序的错，请带上本条信息报告"
    if found != expected:
        shown = ", ".join(f"{n} {t}" for n, t in found if (n, t) not in expected) or "次序不同"
        return [_problem("MART_TYPE", decl, "", "文件的列与声明一致", found=shown, remedy=remedy)]
    if count != rows:
        return [_problem("MART_TYPE", decl, "", f"{rows} 行", found=f"{count} 行", remedy=remedy)]
    return []


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _problem(
    code: str, decl: Declaration, what: str, expected: str, *, found: str, remedy: str
) -> Problem:
    place = f"集市 {decl.name}（{decl.spec.zh}）"
    return Problem(code, place, expected, found, remedy, excerpt=what)
