"""The ad-hoc catalog: commented views over one release's marts, and read-only SQL on them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.sql_text import quoted
from pipelines.warehouse.disk import writing
from pipelines.warehouse.release import CATALOG, current_release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.paths import WarehousePaths
    from schemas.table import Column, Declaration

#: the newest format that DuckDB 1.4 clients (BI drivers) still open
STORAGE_VERSION = "v1.4.0"

_READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})


def write_catalog(path: Path, marts: Sequence[Declaration], folder: Path) -> None:
    """Write ``path`` (a new .duckdb) with one view per mart.

    ``path.parent`` holds ``marts/<name>.parquet``; ``folder`` is where that parent will stand once
    published, and the views name it absolutely. DuckDB binds a view when it is made, so while
    ``folder`` is not there yet a link stands in for it.
    Comments: the table's 中文名, grain and weakness; each column's 中文名, unit and note.
    Raises JiecunError ``WAREHOUSE_WRITE``.
    """
    final = folder.parent.resolve() / folder.name
    with writing(path):
        stand_in = not final.exists()
        if stand_in:
            final.symlink_to(path.parent.resolve(), target_is_directory=True)
        try:
            _write(path, marts, final)
        finally:
            if stand_in:
                final.unlink()
    leftover = path.with_name(path.name + ".wal")
    if leftover.exists():
        raise JiecunError(
            Problem(
                "WAREHOUSE_WRITE",
                str(path),
                "目录库已完整落盘",
                f"留下了 {leftover.name}",
                "检查磁盘空间后重跑；旧发布不受影响",
            )
        )


def open_catalog(paths: WarehousePaths) -> duckdb.DuckDBPyConnection:
    """The current release's catalog, attached read-only, seeing no file but that release's marts.

    Beside them stands ``alert_event``, what was sent, where there is such a file. The release is
    resolved once: the connection keeps it when a new one is published. Settings cannot be changed
    any more. DuckDB would still let COPY write into the marts' folder, so a person's SQL goes
    through ``query``, which refuses it.
    Raises JiecunError ``NO_RELEASE``.
    """
    release = current_release(paths)
    if release is None or not (release.path / CATALOG).is_file():
        raise JiecunError(
            Problem("NO_RELEASE", str(paths.root), "已有发布", "还没有发布", "先运行 jiecun run"),
            exit_code=EXIT_USAGE,
        )
    # an instance of its own: DuckDB shares the instance of a file within a process, and a locked
    # configuration would keep a second reader from opening it
    con = duckdb.connect(":memory:")
    marts = quoted(str(release.path / "marts") + "/")
    sent = paths.alerts.resolve() / "alert_event.parquet"
    if sent.is_file():
        con.execute(
            f"CREATE TEMP VIEW alert_event AS SELECT * FROM read_parquet({quoted(str(sent))})"
        )
        marts += f", {quoted(str(sent.parent) + '/')}"
    for statement in (
        f"ATTACH {quoted(str(release.path / CATALOG))} AS jiecun (READ_ONLY)",
        "USE jiecun",
        "SET enable_progress_bar = false",
        "SET python_enable_replacements = false",
        "SET temp_directory = ''",
        f"SET allowed_directories = [{marts}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(statement)
    return con


def query(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """The rows of one SELECT (also FROM …, DESCRIBE, SHOW, SUMMARIZE).

    Raises JiecunError ``SQL_REFUSED`` for any other statement, for more than one, and for a CTE
    that writes (DuckDB calls ``WITH x AS (COPY …) SELECT`` a SELECT); ``SQL_FAILED`` with DuckDB's
    message where it fails.
    """
    try:
        kinds = [statement.type.name for statement in con.extract_statements(sql)]
        if kinds == ["SELECT"]:
            kinds = _writing_nodes(con, sql) or kinds
        if kinds != ["SELECT"]:
            found = "、".join(kinds) or "没有语句"
            raise _refused("SQL_REFUSED", sql, "一条只读的 SELECT 语句", found)
        frame = pl.from_arrow(con.sql(sql).to_arrow_table())
    except duckdb.Error as exc:
        raise _refused("SQL_FAILED", sql, "SQL 执行成功", str(exc)[:300]) from None
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()


def run_sql(paths: WarehousePaths, sql: str) -> pl.DataFrame:
    """``query`` on the current release; raises what ``open_catalog`` and ``query`` raise."""
    with closing(open_catalog(paths)) as con:
        return query(con, sql)


def _write(path: Path, marts: Sequence[Declaration], final: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(":memory:")) as con:
        con.execute(
            f"ATTACH {quoted(str(path))} AS catalog_db (STORAGE_VERSION {quoted(STORAGE_VERSION)})"
        )
        con.execute("USE catalog_db")
        for decl in marts:
            columns = ", ".join(f'"{name}"' for name in decl.sql_columns())
            source = quoted(str(final / "marts" / f"{decl.name}.parquet"))
            con.execute(
                f'CREATE VIEW "{decl.name}" AS SELECT {columns} FROM read_parquet({source})'
            )
            con.execute(f'COMMENT ON VIEW "{decl.name}" IS {quoted(_table_comment(decl))}')
            for column in decl.columns:
                con.execute(
                    f'COMMENT ON COLUMN "{decl.name}"."{column.name}" '
                    f"IS {quoted(_column_comment(column))}"
                )
        con.execute("USE memory")
        con.execute("DETACH catalog_db")


def _table_comment(decl: Declaration) -> str:
    parts = (decl.spec.zh, f"粒度：{decl.spec.grain}", decl.spec.weakness)
    return "；".join(part for part in parts if part)


def _column_comment(column: Column) -> str:
    unit = f"（{column.meta.unit}）" if column.meta.unit else ""
    note = f"；{column.meta.note}" if column.meta.note else ""
    return f"{column.meta.zh}{unit}{note}"


def _writing_nodes(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The parts of a SELECT that are not queries, by DuckDB's own syntax tree."""
    text = con.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchall()[0][0]
    tree = json.loads(text)
    if tree["error"]:
        return [str(tree.get("error_message", "不能解析"))[:120]]
    found: list[str] = []
    todo: list[object] = [tree]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            kind = part.get("type")
            if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
                found.append(kind.removesuffix("_QUERY_NODE"))
            todo += part.values()
        elif isinstance(part, list):
            todo += part
    return sorted(found)


def _refused(code: str, sql: str, expected: str, found: str) -> JiecunError:
    remedy = "改为一条 SELECT；SHOW TABLES 列出可用的表"
    excerpt = " ".join(sql.split())[:120]
    problem = Problem(code, "jiecun sql", expected, found, remedy, excerpt)
    return JiecunError(problem, exit_code=EXIT_USAGE)
