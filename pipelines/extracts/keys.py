"""Key files: 64-bit hashes of what a row claims to be, small enough to look through at each intake.

A staged file's key file holds, in row order, the hash of the table's key (``h``), for tables with
reversals the hashes of the row's own id and of the one it reverses (``own``, ``ini``), and its
place. Two rows with equal hashes are candidates only: what they are is decided on their values.
The hash belongs to a version of DuckDB, so its mark is part of the file's name; a file that is not
there is made again from the staged file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.extracts.parse_sql import joined_key
from pipelines.private import private_folder
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import polars as pl

    from pipelines.paths import WarehousePaths
    from schemas.table import Declaration

#: table → (own id, id of the row it reverses)
REVERSALS: dict[str, tuple[str, str]] = {"settlements": ("setl_id", "init_setl_id")}
KEY_FORMAT = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed, ROW_GROUP_SIZE 122880)"
#: hashes looked at together when repeated ones are sought
SLICE = 8_000_000


def hash_mark(con: duckdb.DuckDBPyConnection) -> str:
    """Eight hex digits that change when the engine's hash function does."""
    (value,) = con.execute("SELECT hash('jiecun')").fetchall()[0]
    return f"{int(value):016x}"[:8]


def key_file(paths: WarehousePaths, table: str, sha: str, mark: str) -> Path:
    """The key file of the file of that sha."""
    return paths.staged / "_keys" / table / f"{sha}.{mark}.parquet"


def key_sql(decl: Declaration, alias: str = "s") -> str:
    """The hash columns ``h, own, ini`` of staged rows."""
    key = decl.spec.key
    text = f"{alias}.{key[0]}" if len(key) == 1 else joined_key([f"{alias}.{c}" for c in key])
    own, initial = REVERSALS.get(decl.name, (None, None))
    nothing = "CAST(NULL AS UBIGINT)"
    reverses = f"CASE WHEN {alias}.{initial} IS NOT NULL THEN hash({alias}.{initial}) END"
    return (
        f"hash({text}) AS h, {f'hash({alias}.{own})' if own else nothing} AS own, "
        f"{reverses if initial else nothing} AS ini"
    )


def write_keys(
    con: duckdb.DuckDBPyConnection, decl: Declaration, staged: Path, out: Path, where: str = "true"
) -> int:
    """Write the key file of a staged file (its rows that fit ``where``); the rows written."""
    rows = f"read_parquet({quoted(staged)})"
    written = con.execute(
        f"COPY (SELECT {key_sql(decl)}, event_ym, src_row FROM {rows} s WHERE {where}) "
        f"TO {quoted(out)} {KEY_FORMAT}"
    ).fetchall()
    out.chmod(0o600)
    return int(written[0][0])


def repeated(files: Sequence[Path], column: str) -> pl.Series:
    """The hashes that occur more than once in a column of some key files, each once."""
    import polars as pl

    cells = pl.scan_parquet(list(files)).select(pl.col(column).alias("h")).drop_nulls()
    total = int(cells.select(pl.len()).collect().item())
    parts = 1 + total // SLICE
    found: list[pl.Series] = [pl.Series("h", [], pl.UInt64)]
    for part in range(parts):
        mine = cells if parts == 1 else cells.filter(pl.col("h") % parts == part)
        values = mine.collect()["h"]
        if values.n_unique() < len(values):
            found.append(values.filter(values.is_duplicated()).unique())
    return pl.concat(found).sort()


def rebuild_missing(
    con: duckdb.DuckDBPyConnection,
    decl: Declaration,
    wanted: Sequence[tuple[Path, Path]],
    work: Path,
) -> None:
    """Make the key files of ``(staged, keys)`` that are not there, each in one step by ``work``."""
    for staged, keys in wanted:
        if keys.exists():
            continue
        private_folder(keys.parent)
        draft = work / f"{keys.name}.draft"
        write_keys(con, decl, staged, draft)
        draft.replace(keys)
