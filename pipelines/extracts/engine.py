"""The in-memory DuckDB of one intake: settings, hash key, reference keys, a cursor per thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.discover import TABLES
from pipelines.extracts.parse_sql import joined_key, lookup_table
from pipelines.extracts.setrules import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl


class Engine:
    """One in-memory DuckDB for an intake; a call gives the calling thread's own cursor."""

    def __init__(
        self, work: Path, key: str, refs: Mapping[str, pl.DataFrame], *, threads: int, memory: str
    ) -> None:
        self.root = duckdb.connect()
        self.local = threading.local()
        self.root.execute(f"SET threads = {int(threads)}")
        self.root.execute("SET memory_limit = ?", [memory])
        self.root.execute("SET temp_directory = ?", [(work / "spill").as_posix()])
        self.root.execute("SET enable_progress_bar = false")
        self.root.execute("SET preserve_insertion_order = true")
        self.root.execute("CREATE TABLE main.hash_key(k VARCHAR)")
        self.root.execute("INSERT INTO main.hash_key VALUES (?)", [key])
        prepare(self.root)
        bind_lookups(self.root, refs)

    def __call__(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self.local, "cursor", None)
        if cursor is None:
            cursor = self.root.cursor()
            self.local.cursor = cursor
        return cursor

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc: object) -> None:
        self.root.close()


def bind_lookups(con: duckdb.DuckDBPyConnection, refs: Mapping[str, pl.DataFrame]) -> None:
    """Create the key table of every look-up rule.

    Raises JiecunError REF_MISSING where a view or one of its columns is not given.
    """
    rules = {lookup_table(rule): rule for decl in TABLES.values() for rule in decl.spec.lookups}
    for name, rule in rules.items():
        targets = [target for _, target in rule.match]
        frame = refs.get(rule.view)
        if frame is None or not set(targets) <= set(frame.columns):
            raise JiecunError(
                Problem(
                    "REF_MISSING",
                    f"参照表 {rule.view}",
                    f"含列 {'、'.join(targets)}",
                    "未提供" if frame is None else f"只有列 {'、'.join(frame.columns)}",
                    "检查 transforms/rules 与区划文件是否齐全",
                )
            )
        con.register("ref_frame", frame.select(targets).to_arrow())
        parts = ", ".join(f"CAST({t} AS VARCHAR) AS k{at}" for at, t in enumerate(targets))
        con.execute(
            f"CREATE TABLE main.{name} AS SELECT DISTINCT {joined_key(targets)} AS k, {parts} "
            "FROM ref_frame WHERE k IS NOT NULL"
        )
        con.unregister("ref_frame")
