"""The end of an intake: totals, quarantine files, and the step that makes all of it visible."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.batch import ZERO, copy_to, measure_sql, read_measure, unbalanced
from pipelines.extracts.live import replaced_file
from pipelines.extracts.log import BatchRecord, Seen, append_log, private_folder
from pipelines.extracts.parse_sql import quote
from pipelines.extracts.quarantine import write_quarantine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor
    from decimal import Decimal
    from pathlib import Path

    import duckdb

    from pipelines.extracts.batch import Source, Staged, Tally
    from pipelines.extracts.discover import RawFile
    from pipelines.paths import WarehousePaths


@dataclass(frozen=True)
class Finished:
    """A file ready to become visible: its record and its temporary files by their final place."""

    source: Source
    record: BatchRecord
    staged: Path
    quarantine: Path | None
    replaced: Path | None


def finish(
    pool: ThreadPoolExecutor,
    engine: Callable[[], duckdb.DuckDBPyConnection],
    staged: Sequence[Staged],
    work: Path,
) -> list[Finished]:
    con = engine()
    hits: dict[str, list[tuple[str, int, Decimal | None]]] = defaultdict(list)
    for sha, disposition, rows, amount in con.execute(
        "SELECT source_sha, disposition, count(*), sum(amt)::DECIMAL(38,2) FROM main.set_hits "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        hits[sha].append((disposition, rows, amount))
    replaced = {
        sha: (rows, amount)
        for sha, rows, amount in con.execute(
            "SELECT by_sha, count(*), sum(amt)::DECIMAL(38,2) FROM main.set_replaced GROUP BY 1"
        ).fetchall()
    }
    return list(
        pool.map(
            lambda item: _finish_file(
                engine(), item, hits.get(item.sha, []), replaced.get(item.sha), work
            ),
            staged,
        )
    )


def _finish_file(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    hits: Sequence[tuple[str, int, Decimal | None]],
    replaced: tuple[int, Decimal | None] | None,
    work: Path,
) -> Finished:
    source, tally, sha = staged.source, staged.tally, quote(staged.sha)
    path, warns, months = staged.path, staged.warns, staged.event_yms
    if hits:
        for disposition, rows, amount in hits:
            tally.move(disposition, rows, amount)  # type: ignore[arg-type]
        path = work / f"{staged.sha}.kept.parquet"
        old = f"read_parquet({quote(staged.path.as_posix())})"
        kept = copy_to(
            con,
            f"SELECT * FROM {old} WHERE src_row NOT IN "
            f"(SELECT src_row FROM main.set_hits WHERE source_sha = {sha}) ORDER BY src_row",
            path,
        )
        figures = con.execute(
            f"SELECT {measure_sql(source.decl)} FROM read_parquet({quote(path.as_posix())})"
        ).fetchall()[0]
        rows, amount, months, warns = read_measure(source.decl, figures)
        if (kept, rows) != (tally.rows["accepted"],) * 2 or amount != tally.amounts["accepted"]:
            raise unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"{kept} 行")
    rejected = staged.records - tally.rows["accepted"]
    quarantine = None
    if rejected:
        quarantine = work / f"{staged.sha}.quarantine.parquet"
        written = write_quarantine(con, staged, quarantine)
        if written != rejected:
            raise unbalanced(source.place, f"未接受 {rejected} 行", f"写出 {written} 行")
    listed = None
    if replaced:
        listed = work / f"{staged.sha}.replaced.parquet"
        copy_to(
            con,
            f"SELECT source_sha, src_row FROM main.set_replaced WHERE by_sha = {sha} "
            "ORDER BY source_sha, src_row",
            listed,
        )
    record = _record(staged, tally, replaced, warns, months)
    return Finished(source, record, path, quarantine, listed)


def _record(
    staged: Staged,
    tally: Tally,
    replaced: tuple[int, Decimal | None] | None,
    warns: dict[str, int],
    months: tuple[int, ...],
) -> BatchRecord:
    name = staged.source.file.name
    has_amount = bool(staged.source.decl.control_amount)
    replaced_rows, replaced_amt = replaced or (0, None)
    amounts = {d: amount if has_amount else None for d, amount in tally.amounts.items()}
    return BatchRecord(
        batch_id=f"{name.name.removesuffix('.csv')}-{staged.sha[:8]}",
        table_name=name.table,
        source_file=name.name,
        source_sha=staged.sha,
        encoding=staged.source.encoding,
        rows_read=staged.records,
        rows_accepted=tally.rows["accepted"],
        rows_duplicate=tally.rows["duplicate"],
        rows_superseded=tally.rows["superseded"],
        rows_held=tally.rows["held"],
        rows_quarantined=tally.rows["quarantined"],
        rows_out_of_scope=tally.rows["out_of_scope"],
        read_amt=staged.read_amt if has_amount else None,
        accepted_amt=amounts["accepted"],
        duplicate_amt=amounts["duplicate"],
        superseded_amt=amounts["superseded"],
        held_amt=amounts["held"],
        quarantined_amt=amounts["quarantined"],
        out_of_scope_amt=amounts["out_of_scope"],
        replaced_rows=replaced_rows,
        replaced_amt=(replaced_amt or ZERO) if has_amount else None,
        warn_counts=dict(sorted(warns.items())),
        event_yms=months,
    )


def publish(
    paths: WarehousePaths, done: Sequence[Finished], again: Sequence[tuple[RawFile, str]]
) -> None:
    """Move the finished files to their places, then log them: the log makes them visible."""
    problems = [
        Problem(
            "FILE_CHANGED",
            item.source.place,
            "接收期间文件不变",
            "读取时文件仍在写入",
            "等文件传完后重新运行",
        )
        for item in done
        if _restat(item.source.file) != (item.source.file.size, item.source.file.mtime_ns)
    ]
    if problems:
        raise JiecunError(*problems)
    for item in done:
        table, sha = item.record.table_name, item.record.source_sha
        for source, target in (
            (item.quarantine, paths.quarantine_file(table, sha)),
            (item.replaced, replaced_file(paths, table, sha)),
            (item.staged, paths.staged_file(table, sha)),
        ):
            if source is None:
                target.unlink(missing_ok=True)
            else:
                private_folder(target.parent)
                source.replace(target)
    entries: list[tuple[str, Seen, BatchRecord | None]] = [
        (f.name.name, Seen(f.size, f.mtime_ns, item.record.source_sha), item.record)
        for item in done
        for f in (item.source.file,)
    ]
    entries += [(file.name.name, Seen(file.size, file.mtime_ns, sha), None) for file, sha in again]
    append_log(paths, entries)


def _restat(file: RawFile) -> tuple[int, int]:
    try:
        stat = file.path.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_size, stat.st_mtime_ns)
