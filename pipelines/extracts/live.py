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
    """What a reader needs to know of a raw file taken in; a ``BatchRecord`` tells it."""

    @property
    def table_name(self) -> str: ...
    @property
    def source_sha(self) -> str: ...
    @property
    def replaced_rows(self) -> int: ...


def replaced_file(paths: WarehousePaths, table: str, sha: str) -> Path:
    """The list of rows that the file of that sha replaced."""
    return paths.staged / "_replaced" / table / f"{sha}.parquet"


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
    folders = [paths.staged / table, paths.staged / "_replaced" / table]
    there = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
    gone = [path for path in [*staged, *replaced] if path not in there]
    if gone:
        raise JiecunError(
            Problem(
                "STAGED_MISSING",
                f"staged/{table}",
                f"{len(staged) + len(replaced)} 个已登记的文件",
                f"缺 {len(gone)} 个，例如 {gone[0].name}",
                "从备份恢复；或清空仓库目录后用全部原始文件重新运行",
            )
        )
    return staged, replaced


def live_view_sql(table: str, paths: WarehousePaths, batches: Sequence[Batch] | None = None) -> str:
    """A SELECT of the live staged rows of a table, its staged columns and nothing else.

    ``batches`` are the files that count, with the rows they replaced: all logged files where None,
    those of an earlier release to see the rows as they stood behind it.
    No order is promised; a table without files gives no rows, with the right types.
    """
    types = staged_types(TABLES[table])
    known = read_log(paths).batches if batches is None else batches
    staged, replaced = history_files(table, paths, known)
    if not staged:
        columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in types.items())
        return f"SELECT {columns} WHERE false"
    columns = ", ".join(types)
    rows = f"SELECT {columns} FROM read_parquet({path_list(staged)})"
    if not replaced or TABLES[table].spec.keeps_versions:
        return rows
    gone = f"read_parquet({path_list(replaced)})"
    return f"{rows} s ANTI JOIN {gone} r USING (source_sha, src_row)"
