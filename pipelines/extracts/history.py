"""What earlier intakes left of a table: staged, replaced, released and held rows, and key files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.discover import TABLES, parse_name
from pipelines.extracts.keys import key_file, rebuild_missing
from pipelines.extracts.live import held_file, history_files, released_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from pipelines.extracts.log import BatchRecord
    from pipelines.paths import WarehousePaths


@dataclass(frozen=True)
class OldFile:
    """A file of an earlier intake; ``last_ym`` is the last event month among its rows."""

    sha: str
    staged: Path
    keys: Path
    last_ym: int


@dataclass(frozen=True)
class History:
    """The earlier intakes of one table.

    ``replaced`` lists rows a newer version replaced, ``released`` are files of once held rows that
    count now, ``held`` files of rows that still wait.
    """

    files: Sequence[OldFile] = ()
    replaced: Sequence[Path] = ()
    released: Sequence[Path] = ()
    held: Sequence[Path] = ()


def read_history(
    con: duckdb.DuckDBPyConnection,
    table: str,
    paths: WarehousePaths,
    batches: Sequence[BatchRecord],
    *,
    work: Path,
    mark: str,
    hold_batches: int,
) -> History:
    """The history of a table; key files that are not there are made again.

    ``batches`` in log order, ``work`` a private folder, ``mark`` that of the key files; rows are
    held for ``hold_batches`` later files of their area. Raises JiecunError STAGED_MISSING.
    """
    mine = [record for record in batches if record.table_name == table]
    staged, replaced = history_files(table, paths, mine)
    files = [
        OldFile(
            record.source_sha,
            path,
            key_file(paths, table, record.source_sha, mark),
            max(record.event_yms, default=0),
        )
        for record, path in zip(mine, staged, strict=True)
        if record.rows_accepted
    ]
    rebuild_missing(con, TABLES[table], [(file.staged, file.keys) for file in files], work)
    held = [
        held_file(paths, table, record.source_sha)
        for at, record in enumerate(mine)
        if record.rows_held and later_files(mine, at) < hold_batches
    ]
    released = released_files(table, paths, mine)
    return History(files, replaced, released, [path for path in held if path.exists()])


def later_files(mine: Sequence[BatchRecord], at: int) -> int:
    """How many files of the same area came after the one at that place (log order)."""
    area = _area(mine[at])
    return sum(_area(record) == area and record.rows_read > 0 for record in mine[at + 1 :])


def _area(record: BatchRecord) -> str:
    name = parse_name(record.source_file)
    return name.area if name else ""
