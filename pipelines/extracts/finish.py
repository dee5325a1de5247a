"""The end of an intake: totals, quarantine files, and the step that makes all of it visible."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.batch import ZERO, copy_to, measure_sql, read_measure, unbalanced
from pipelines.extracts.keys import key_file, write_keys
from pipelines.extracts.live import held_file, released_file, replaced_file
from pipelines.extracts.log import BatchRecord, Line, Seen, append_log
from pipelines.extracts.manifest import manifest_mark
from pipelines.extracts.parse_sql import path_list, staged_types
from pipelines.extracts.quarantine import write_quarantine
from pipelines.private import private_folder
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import ThreadPoolExecutor
    from decimal import Decimal
    from pathlib import Path

    import duckdb

    from pipelines.extracts.batch import Source, Staged
    from pipelines.extracts.discover import RawFile
    from pipelines.paths import WarehousePaths
    from schemas.table import Declaration


@dataclass(frozen=True)
class Finished:
    """A file ready to become visible: its record, and its temporary files by what they are."""

    source: Source
    record: BatchRecord
    files: Drafts


@dataclass(frozen=True)
class Drafts:
    """The temporary files of one raw file; None where it has none of that kind."""

    staged: Path
    keys: Path | None
    quarantine: Path | None
    replaced: Path | None
    held: Path | None
    released: Path | None

    def places(
        self, paths: WarehousePaths, table: str, sha: str, mark: str
    ) -> tuple[tuple[Path | None, Path], ...]:
        """Each draft and where it goes."""
        return (
            (self.quarantine, paths.quarantine_file(table, sha)),
            (self.replaced, replaced_file(paths, table, sha)),
            (self.held, held_file(paths, table, sha)),
            (self.released, released_file(paths, table, sha)),
            (self.keys, key_file(paths, table, sha, mark)),
            (self.staged, paths.staged_file(table, sha)),
        )


#: rows and control amount
Sum = tuple[int, "Decimal | None"]
#: sha → (disposition, rows, control amount) of the rows a set rule hit
Hits = dict[str, list[tuple[str, int, "Decimal | None"]]]


@dataclass(frozen=True)
class SetResults:
    """What the set rules said, by file's sha."""

    hits: Hits
    replaced: dict[str, Sum]
    released: dict[str, Sum]


@dataclass(frozen=True)
class Judged:
    """Files after the set rules.

    ``held`` are the files of rows that waited before, ``closed`` gives, for a table, the last
    closed month of a row.
    """

    staged: Sequence[Staged]
    held: Sequence[Path]
    closed: Callable[[str], int | str]


def set_results(con: duckdb.DuckDBPyConnection) -> SetResults:
    """Read the result tables of the set rules."""
    hits: Hits = defaultdict(list)
    for sha, disposition, rows, amount in con.execute(
        "SELECT source_sha, disposition, count(*), sum(amt)::DECIMAL(38,2) FROM main.set_hits "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        hits[sha].append((disposition, rows, amount))

    def sums(table: str) -> dict[str, Sum]:
        found = con.execute(
            f"SELECT by_sha, count(*), sum(amt)::DECIMAL(38,2) FROM main.{table} GROUP BY 1"
        ).fetchall()
        return {sha: (rows, amount) for sha, rows, amount in found}

    return SetResults(hits, sums("set_replaced"), sums("set_released"))


def finish(
    pool: ThreadPoolExecutor,
    engine: Callable[[], duckdb.DuckDBPyConnection],
    judged: Judged,
    work: Path,
) -> list[Finished]:
    """The files after the set rules: totals held against what is written, all still in ``work``.

    Raises JiecunError INTAKE_UNBALANCED.
    """
    results = set_results(engine())
    return list(
        pool.map(
            lambda staged: _finish_file(engine(), staged, judged, results, work), judged.staged
        )
    )


def _finish_file(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    judged: Judged,
    results: SetResults,
    work: Path,
) -> Finished:
    source, tally, sha = staged.source, staged.tally, quoted(staged.sha)
    path, warns, months, keys = staged.path, staged.warns, staged.event_yms, work_keys(work, staged)
    held = None
    if hits := results.hits.get(staged.sha):
        for disposition, rows, amount in hits:
            tally.move(disposition, rows, amount)  # type: ignore[arg-type]
        old = f"read_parquet({quoted(staged.path)})"
        if any(disposition == "held" for disposition, _, _ in hits):
            held = work / f"{staged.sha}.held.parquet"
            copy_to(
                con,
                f"SELECT s.*, h.reason FROM {old} s JOIN main.set_hits h USING (source_sha, "
                "src_row) WHERE h.disposition = 'held' ORDER BY src_row",
                held,
            )
        path = work / f"{staged.sha}.kept.parquet"
        hit = f"(SELECT src_row FROM main.set_hits WHERE source_sha = {sha})"
        kept = copy_to(
            con, f"SELECT * FROM {old} WHERE src_row NOT IN {hit} ORDER BY src_row", path
        )
        keys = work / f"{staged.sha}.kept.keys.parquet"
        write_keys(con, source.decl, path, keys)
        figures = con.execute(
            f"SELECT {measure_sql(source.decl)} FROM read_parquet({quoted(path)})"
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
    listed = write_replaced(con, staged.sha, work) if staged.sha in results.replaced else None
    freed = None
    if staged.sha in results.released:
        freed = work / f"{staged.sha}.released.parquet"
        closed = judged.closed(source.decl.name)
        copy_to(con, released_sql(source.decl, staged.sha, judged.held, closed), freed)
    drafts = Drafts(path, keys if tally.rows["accepted"] else None, quarantine, listed, held, freed)
    return Finished(
        source,
        _record(
            staged,
            results,
            {**staged.remarks, **warns},
            months,
        ),
        drafts,
    )


def work_keys(work: Path, staged: Staged) -> Path:
    """The draft of a file's key file."""
    return work / f"{staged.sha}.keys.parquet"


def write_replaced(con: duckdb.DuckDBPyConnection, sha: str, work: Path) -> Path:
    """The draft of the list of rows that the file of that sha replaces."""
    out = work / f"{sha}.replaced.parquet"
    copy_to(
        con,
        f"SELECT source_sha, src_row FROM main.set_replaced WHERE by_sha = {quoted(sha)} "
        "ORDER BY source_sha, src_row",
        out,
    )
    return out


def released_sql(decl: Declaration, sha: str, held: Sequence[Path], closed: int | str) -> str:
    """The held rows that the file of that sha frees, late where their month is closed by now."""
    columns = ", ".join(
        f"coalesce(s.event_ym <= {closed}, false) AS late_flag" if c == "late_flag" else f"s.{c}"
        for c in staged_types(decl)
    )
    return (
        f"SELECT {columns} FROM read_parquet({path_list(held)}) s SEMI JOIN "
        f"(SELECT * FROM main.set_released WHERE by_sha = {quoted(sha)}) r "
        "USING (source_sha, src_row) ORDER BY s.source_sha, s.src_row"
    )


def _record(
    staged: Staged,
    results: SetResults,
    warns: dict[str, int],
    months: tuple[int, ...],
) -> BatchRecord:
    name, tally = staged.source.file.name, staged.tally
    has_amount = bool(staged.source.decl.control_amount)
    replaced_rows, replaced_amt = results.replaced.get(staged.sha, (0, None))
    released_rows, released_amt = results.released.get(staged.sha, (0, None))
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
        warn_counts=dict(sorted({**warns, **staged.remarks}.items())),
        event_yms=months,
        released_rows=released_rows,
        released_amt=(released_amt or ZERO) if has_amount else None,
        median_amt=staged.median_amt,
    )


def publish(
    paths: WarehousePaths,
    done: Sequence[Finished],
    again: Sequence[tuple[RawFile, str]],
    *,
    mark: str,
    run: int,
    key: str,
) -> None:
    """Move the finished files to their places, then log them: the log makes them visible.

    ``mark`` names the hash function of the key files, ``run`` numbers the run, ``key`` is the hash
    key's check value. Raises JiecunError FILE_CHANGED.
    """
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
        put_in_place(item.files.places(paths, item.record.table_name, item.record.source_sha, mark))
    entries = [
        Line(f.name.name, _seen(f, item.record.source_sha), run, item.record)
        for item in done
        for f in (item.source.file,)
    ]
    entries += [Line(file.name.name, _seen(file, sha), run, None) for file, sha in again]
    append_log(paths, entries, key)


def _seen(file: RawFile, sha: str) -> Seen:
    return Seen(file.size, file.mtime_ns, sha, manifest_mark(file.manifest))


def put_in_place(places: Iterable[tuple[Path | None, Path]]) -> None:
    """Move drafts to their places; what stands where there is no draft is left by a dead run."""
    for source, target in places:
        if source is None:
            target.unlink(missing_ok=True)
        else:
            private_folder(target.parent)
            source.replace(target)


def _restat(file: RawFile) -> tuple[int, int]:
    try:
        stat = file.path.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_size, stat.st_mtime_ns)
