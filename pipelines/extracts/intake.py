"""The intake room's door: new raw files in, staged rows and quarantine out, all or nothing."""

from __future__ import annotations

import os
import shutil
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.decode import MAX_BAD_LINES, choose_encoding, inspect
from pipelines.extracts.discover import TABLES, discover
from pipelines.extracts.header import read_header
from pipelines.extracts.live import history_files, replaced_file
from pipelines.extracts.log import (
    BatchRecord,
    Seen,
    append_log,
    load_hash_key,
    private_folder,
    read_log,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    import duckdb
    import polars as pl

    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.stage import Source, Staged, Tally
    from pipelines.paths import RawPaths, WarehousePaths

__all__ = ["BatchRecord", "IntakeResult", "current_batches", "load_hash_key", "run_intake"]


@dataclass(frozen=True)
class IntakeResult:
    """``new`` files of this run and ``all`` files ever taken in, both in intake order."""

    new: tuple[BatchRecord, ...]
    unchanged: int
    all: tuple[BatchRecord, ...]


def current_batches(paths: WarehousePaths) -> tuple[BatchRecord, ...]:
    """All files taken in so far, in intake order."""
    return read_log(paths).batches


def run_intake(
    raw: RawPaths,
    paths: WarehousePaths,
    refs: Mapping[str, pl.DataFrame],
    key: str,
    *,
    threads: int = 2,
    memory_limit: str = "2GB",
    on_file: Callable[[BatchRecord], None] | None = None,
    closed_ym: int = 0,
) -> IntakeResult:
    """Take in the raw files that are new, by stat and then by content.

    ``refs`` are the reference views the look-up rules name. Rows of a month up to ``closed_ym``
    (yyyymm, 0 = none closed) are staged with ``late_flag``. ``on_file`` hears of each new file once
    its figures stand. Raises JiecunError with every fatal problem of every file; nothing of the
    intake is kept then.
    """
    log = read_log(paths)
    work = paths.staged / "_work"
    shutil.rmtree(work, ignore_errors=True)
    files, problems = discover(raw.extracts)
    changed = [file for file in files if _changed(file, log.seen.get(file.name.name))]
    if problems:
        raise JiecunError(*problems)
    if not changed:
        return IntakeResult((), len(files), log.batches)
    with ThreadPoolExecutor(threads) as pool:
        known = {record.source_sha for record in log.batches}
        sources, again = _inspect(pool, changed, known)
        private_folder(work)
        try:
            done: list[_Finished] = []
            if sources:
                with _engine(work, threads, memory_limit, refs, sources, key) as engine:
                    staged = _stage(pool, engine, sources, work, closed_ym)
                    _apply_set_rules(engine(), paths, log.batches, staged)
                    done = _finish(pool, engine, staged, work)
            _publish(paths, done, again)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    new = tuple(item.record for item in done)
    for record in new:
        if on_file is not None:
            on_file(record)
    everything = sorted([*log.batches, *new], key=lambda record: record.order)
    return IntakeResult(new, len(files) - len(new), tuple(everything))


def _changed(file: RawFile, seen: Seen | None) -> bool:
    return seen is None or (seen.size, seen.mtime_ns) != (file.size, file.mtime_ns)


def _inspect(
    pool: ThreadPoolExecutor, changed: Sequence[RawFile], known: set[str]
) -> tuple[list[Source], list[tuple[RawFile, str]]]:
    """The files with new content, and those whose content is known (with its sha)."""
    sources: list[Source] = []
    again: list[tuple[RawFile, str]] = []
    problems: list[Problem] = []
    known = set(known)
    for file, (sha, source, found) in zip(changed, pool.map(_read_source, changed), strict=True):
        if sha in known:
            again.append((file, sha))
            continue
        known.add(sha)
        problems += found
        if source is not None:
            sources.append(source)
    if problems:
        raise JiecunError(*problems)
    return sources, again


def _read_source(file: RawFile) -> tuple[str, Source | None, list[Problem]]:
    from pipelines.extracts.stage import Source

    facts = inspect(file.path)
    place = f"raw/extracts/{file.name.name}"
    encoding, problems = "utf-8-sig" if facts.bom else "utf-8", []
    if not facts.utf8:
        encoding, bad, total = choose_encoding(file.path)
        if bad > MAX_BAD_LINES * total:
            problems.append(
                Problem(
                    "ENC_INVALID",
                    place,
                    "UTF-8 或 GB18030 文本，无法解码的行不超过 1%",
                    f"{total} 行中 {bad} 行无法解码",
                    "请数据提供方以 UTF-8 重新导出",
                )
            )
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        header_encoding = plain
        facts.header.decode(plain)
    except UnicodeDecodeError:
        header_encoding = "latin-1"
    layout, found = read_header(TABLES[file.name.table], facts.header, header_encoding, place)
    if encoding == "gb18030" and any(problem.code == "HEADER_MISSING" for problem in found):
        found = [
            Problem(
                "FILE_FOREIGN",
                place,
                "UTF-8 文本，或表头为约定列名的 GB18030 文本",
                "不是 UTF-8，且表头不可识别",
                "确认文件内容；请数据提供方以 UTF-8 重新导出",
            )
        ]
    problems += found
    source = None if problems else Source(file, facts, encoding, layout)
    return facts.sha, source, problems


class _engine:
    """One in-memory DuckDB for an intake; a call gives the calling thread's own cursor."""

    def __init__(
        self,
        work: Path,
        threads: int,
        memory_limit: str,
        refs: Mapping[str, pl.DataFrame],
        sources: Iterable[Source],
        key: str,
    ) -> None:
        import duckdb

        from pipelines.extracts import setrules

        self.root = duckdb.connect()
        self.local = threading.local()
        self.root.execute(f"SET threads = {int(threads)}")
        self.root.execute("SET memory_limit = ?", [memory_limit])
        self.root.execute("SET temp_directory = ?", [(work / "spill").as_posix()])
        self.root.execute("SET enable_progress_bar = false")
        self.root.execute("SET preserve_insertion_order = true")
        self.root.execute("CREATE TABLE main.hash_key(k VARCHAR)")
        self.root.execute("INSERT INTO main.hash_key VALUES (?)", [key])
        setrules.prepare(self.root)
        bind_lookups(self.root, refs, {source.file.name.table for source in sources})

    def __call__(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self.local, "cursor", None)
        if cursor is None:
            cursor = self.root.cursor()
            self.local.cursor = cursor
        return cursor

    def __enter__(self) -> _engine:
        return self

    def __exit__(self, *exc: object) -> None:
        self.root.close()


def bind_lookups(
    con: duckdb.DuckDBPyConnection, refs: Mapping[str, pl.DataFrame], tables: Iterable[str]
) -> None:
    """Create the key table of every look-up rule of these tables.

    Raises JiecunError REF_MISSING where a view or one of its columns is not given.
    """
    from pipelines.extracts.parse_sql import joined_key, lookup_table

    rules = {
        lookup_table(rule): rule for table in sorted(tables) for rule in TABLES[table].spec.lookups
    }
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
        con.register("ref_frame", frame.select(targets).unique().to_arrow())
        con.execute(
            f"CREATE TABLE main.{name} AS SELECT DISTINCT k FROM "
            f"(SELECT {joined_key(targets)} AS k FROM ref_frame) WHERE k IS NOT NULL"
        )
        con.unregister("ref_frame")


def _stage(
    pool: ThreadPoolExecutor,
    engine: Callable[[], duckdb.DuckDBPyConnection],
    sources: Sequence[Source],
    work: Path,
    closed_ym: int,
) -> list[Staged]:
    """All new files after their row checks, in intake order."""
    from pipelines.extracts.stage import group_sources, stage_group

    groups = group_sources(sources)
    results = pool.map(lambda group: stage_group(engine(), group, work, closed_ym), groups)
    by_sha = {staged.sha: staged for group in results for staged in group}
    return [by_sha[source.facts.sha] for source in sources]


def _apply_set_rules(
    con: duckdb.DuckDBPyConnection,
    paths: WarehousePaths,
    batches: Sequence[BatchRecord],
    staged: Sequence[Staged],
) -> None:
    from pipelines.extracts.setrules import History, NewFile, SetRules

    by_table: dict[str, list[NewFile]] = defaultdict(list)
    for item in staged:
        new = NewFile(item.sha, item.path, item.rejects)
        by_table[item.source.file.name.table].append(new)
    for table, files in sorted(by_table.items()):
        history = History(*history_files(table, paths, batches))
        SetRules(con, table, files, history).run()


@dataclass(frozen=True)
class _Finished:
    """A file ready to become visible: its record and its temporary files by their final place."""

    source: Source
    record: BatchRecord
    staged: Path
    quarantine: Path | None
    replaced: Path | None


def _finish(
    pool: ThreadPoolExecutor,
    engine: Callable[[], duckdb.DuckDBPyConnection],
    staged: Sequence[Staged],
    work: Path,
) -> list[_Finished]:
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
) -> _Finished:
    from pipelines.extracts import stage
    from pipelines.extracts.parse_sql import quote
    from pipelines.extracts.quarantine import write_quarantine

    source, tally, sha = staged.source, staged.tally, quote(staged.sha)
    path, warns, months = staged.path, staged.warns, staged.event_yms
    if hits:
        for disposition, rows, amount in hits:
            tally.move(disposition, rows, amount)  # type: ignore[arg-type]
        path = work / f"{staged.sha}.kept.parquet"
        old = f"read_parquet({quote(staged.path.as_posix())})"
        kept = stage.copy_to(
            con,
            f"SELECT * FROM {old} WHERE src_row NOT IN "
            f"(SELECT src_row FROM main.set_hits WHERE source_sha = {sha}) ORDER BY src_row",
            path,
        )
        figures = con.execute(
            f"SELECT {stage.measure_sql(source.decl)} FROM read_parquet({quote(path.as_posix())})"
        ).fetchall()[0]
        rows, amount, months, warns = stage.read_measure(source.decl, figures)
        if (kept, rows) != (tally.rows["accepted"],) * 2 or amount != tally.amounts["accepted"]:
            raise stage.unbalanced(source.place, f"接受 {tally.rows['accepted']} 行", f"{kept} 行")
    rejected = source.facts.records - tally.rows["accepted"]
    quarantine = None
    if rejected:
        quarantine = work / f"{staged.sha}.quarantine.parquet"
        written = write_quarantine(con, staged, quarantine)
        if written != rejected:
            raise stage.unbalanced(source.place, f"未接受 {rejected} 行", f"写出 {written} 行")
    listed = None
    if replaced:
        listed = work / f"{staged.sha}.replaced.parquet"
        stage.copy_to(
            con,
            f"SELECT source_sha, src_row FROM main.set_replaced WHERE by_sha = {sha} "
            "ORDER BY source_sha, src_row",
            listed,
        )
    record = _record(staged, tally, replaced, warns, months)
    return _Finished(source, record, path, quarantine, listed)


def _record(
    staged: Staged,
    tally: Tally,
    replaced: tuple[int, Decimal | None] | None,
    warns: dict[str, int],
    months: tuple[int, ...],
) -> BatchRecord:
    from pipelines.extracts.stage import ZERO

    name = staged.source.file.name
    has_amount = bool(staged.source.decl.control_amount)
    replaced_rows, replaced_amt = replaced or (0, None)
    amounts = {f"{d}_amt": amount if has_amount else None for d, amount in tally.amounts.items()}
    return BatchRecord(
        batch_id=name.batch,
        table_name=name.table,
        source_file=name.name,
        source_sha=staged.sha,
        encoding=staged.source.encoding,
        rows_read=staged.source.facts.records,
        read_amt=staged.read_amt if has_amount else None,
        replaced_rows=replaced_rows,
        replaced_amt=(replaced_amt or ZERO) if has_amount else None,
        warn_counts=dict(sorted(warns.items())),
        event_yms=months,
        **{f"rows_{d}": rows for d, rows in tally.rows.items()},
        **amounts,
    )


def _publish(
    paths: WarehousePaths, done: Sequence[_Finished], again: Sequence[tuple[RawFile, str]]
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
                os.replace(source, target)
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
