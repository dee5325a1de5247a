"""What readers see: the rows of all logged files, less those that a newer version replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.discover import TABLES
from pipelines.extracts.log import read_log
from pipelines.extracts.parse_sql import path_list, staged_types

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.paths import WarehousePaths


class Batch(Protocol):
    """What a reader needs to know of a raw file taken in; a ``BatchRecord`` tells it.

    ``released_rows`` may be missing (none released).
    """

    @property
    def table_name(self) -> str: ...
    @property
    def source_sha(self) -> str: ...
    @property
    def replaced_rows(self) -> int: ...


def replaced_file(paths: WarehousePaths, table: str, sha: str) -> Path:
    """The list of rows that the file of that sha replaced."""
    return paths.staged / "_replaced" / table / f"{sha}.parquet"


def held_file(paths: WarehousePaths, table: str, sha: str) -> Path:
    """The rows of the file of that sha that a set rule held, with their ``reason``."""
    return paths.staged / "_held" / table / f"{sha}.parquet"


def released_file(paths: WarehousePaths, table: str, sha: str) -> Path:
    """Rows of earlier files, once held or refused, that count since the file of that sha."""
    return paths.staged / "_released" / table / f"{sha}.parquet"


def released_files(table: str, paths: WarehousePaths, batches: Sequence[Batch]) -> list[Path]:
    """The released files of a table, in the order of ``batches``."""
    return [
        released_file(paths, table, record.source_sha)
        for record in batches
        if record.table_name == table and bool(getattr(record, "released_rows", False))
    ]


def history_files(
    table: str, paths: WarehousePaths, batches: Sequence[Batch]
) -> tuple[list[Path], list[Path]]:
    """Staged files of a table in intake order, and its lists of replaced rows.

    Raises JiecunError STAGED_MISSING where a logged file is gone from disk.
    """
    mine = [record for record in batches if record.table_name == table]
    staged = [paths.staged_file(table, record.source_sha) for record in mine]
    replaced = [
        replaced_file(paths, table, record.source_sha) for record in mine if record.replaced_rows
    ]
    wanted = [*staged, *replaced, *released_files(table, paths, mine)]
    folders = [
        folder / table
        for folder in (paths.staged, paths.staged / "_replaced", paths.staged / "_released")
    ]
    there = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
    gone = [path for path in wanted if path not in there]
    if gone:
        raise JiecunError(
            Problem(
                "STAGED_MISSING",
                f"staged/{table}",
                f"{len(wanted)} 个已登记的文件",
                f"缺 {len(gone)} 个，例如 {gone[0].name}",
                "从备份恢复；或清空仓库目录后用全部原始文件重新运行",
            )
        )
    return staged, replaced


def live_view_sql(
    table: str,
    paths: WarehousePaths,
    batches: Sequence[Batch] | None = None,
    *,
    as_of: int | None = None,
) -> str:
    """A SELECT of the live staged rows of a table, its staged columns and nothing else.

    ``batches`` are the files that count, with the rows they replaced: all logged files where None,
    those of an earlier release to see the rows as they stood behind it. ``as_of`` counts only what
    the first so many lines of the intake log took in: the rows as they stood then.
    No order is promised; a table without files gives no rows, with the right types.
    """
    types = staged_types(TABLES[table])
    known: Sequence[Batch]
    if batches is not None:
        known = batches
    else:
        log = read_log(paths)
        known = log.batches if as_of is None else log.before(as_of)
    staged, replaced = history_files(table, paths, known)
    staged += released_files(table, paths, known)
    if not staged:
        columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in types.items())
        return f"SELECT {columns} WHERE false"
    columns = ", ".join(types)
    rows = f"SELECT {columns} FROM read_parquet({path_list(staged)})"
    if not replaced or TABLES[table].spec.keeps_versions:
        return rows
    gone = f"read_parquet({path_list(replaced)})"
    return f"{rows} s ANTI JOIN {gone} r USING (source_sha, src_row)"


def restatement_sql(table: str, paths: WarehousePaths, ym: int, first: int) -> str:
    """The rows of one event month as first published and as they are now, one SELECT.

    ``first`` is the number of log lines when the month was closed. Column ``version`` is ``first``
    or ``now``; the others are the staged columns.
    """
    columns = ", ".join(staged_types(TABLES[table]))
    return " UNION ALL ".join(
        f"SELECT '{version}' AS version, {columns} "
        f"FROM ({live_view_sql(table, paths, as_of=as_of)}) WHERE event_ym = {int(ym)}"
        for version, as_of in (("first", first), ("now", None))
    )
