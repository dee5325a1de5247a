"""Taking up again what was refused under today's rules, and a whole intake log in its order."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.books.periods import (
    append_event,
    periods_path,
    read_periods,
    read_periods_file,
)
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.intake import Room, closed_months, run_intake
from pipelines.extracts.log import (
    Line,
    Seen,
    append_log,
    check_key,
    key_check,
    read_log,
    read_log_file,
)
from pipelines.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from pipelines.books.periods import PeriodEvent
    from pipelines.extracts.batch import Source
    from pipelines.extracts.log import BatchRecord, IntakeLog
    from pipelines.paths import RawPaths, WarehousePaths


def replay_batch(
    paths: WarehousePaths,
    raw: RawPaths,
    refs: Mapping[str, pl.DataFrame],
    key: str,
    batch_id: str,
    *,
    threads: int = 2,
    memory_limit: str = "2GB",
) -> BatchRecord | None:
    """Judge the refused and held rows of a batch again; those that pass now count from now on.

    The raw file is read again under today's rules, look-ups and closings. Nothing is overwritten:
    the rows that pass go to a released file, and the log gets a record of its own (no rows read,
    ``released_*``, ``replaced_*``). None where no row passes, so that a second call does nothing.
    Raises JiecunError BATCH_UNKNOWN, RAW_MISSING, RAW_CHANGED, HASH_KEY_CHANGED, and what reading
    the file raises.
    """
    import duckdb

    from pipelines.extracts.batch import engine_error
    from pipelines.extracts.engine import Engine
    from pipelines.extracts.keys import hash_mark
    from pipelines.extracts.retry import Retry

    log = read_log(paths)
    check_key(log, key)
    record = _known(log, batch_id)
    work = paths.staged / "_work"
    shutil.rmtree(work, ignore_errors=True)
    try:
        private_folder(work)
        source = _source(raw, record, work)
        with (
            Engine(work, key, refs, threads=threads, memory=memory_limit) as engine,
            ThreadPoolExecutor(threads) as pool,
        ):
            room = Room(pool, engine, paths, work, hash_mark(engine()))
            number = 1 + sum(line.replay == batch_id for line in log.lines)
            retry = Retry(room, source, record, number, closed_months(paths, 0))
            done = retry.run(log.arrived)
        if done is not None:
            seen = Seen(source.file.size, source.file.mtime_ns, done.source_sha)
            line = Line(record.source_file, seen, log.last_run + 1, done, batch_id)
            append_log(paths, [line], key_check(key))
        return done
    except duckdb.Error as error:
        raise engine_error(record.source_file, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


@dataclass(frozen=True)
class Replayed:
    """A log replayed: how many runs and period events, and the batches that came out otherwise."""

    runs: int
    events: int
    differing: tuple[str, ...]


def replay_log(
    log_file: Path,
    raw: RawPaths,
    refs: Mapping[str, pl.DataFrame],
    key: str,
    target: WarehousePaths,
    *,
    threads: int = 2,
    memory_limit: str = "2GB",
) -> Replayed:
    """Replay an intake log, and the ``periods.jsonl`` beside it, into an empty warehouse.

    Runs, replays of batches and period events come in their order, files grouped as they were:
    with the same raw files, rules and key, ``staged/`` and ``quarantine/`` of the target are equal
    to those behind the log byte for byte. Raises JiecunError TARGET_NOT_EMPTY, RAW_MISSING,
    RAW_CHANGED where a raw file is not what the log read, HASH_KEY_CHANGED, and what intake raises.
    """
    log = read_log_file(log_file)
    check_key(log, key)
    if read_log(target).lines or read_periods(target):
        raise _usage(
            "TARGET_NOT_EMPTY", str(target.root), "空的仓库目录", "已有接收或结账记录", "换一个目录"
        )
    waiting = list(read_periods_file(log_file.with_name(periods_path(target).name)))
    events = len(waiting)
    runs = position = 0
    differing: list[str] = []
    for _, group in groupby(log.lines, key=lambda line: (line.run, line.replay)):
        lines = list(group)
        _move_events(waiting, position, target)
        position += len(lines)
        pairs = _again(lines, raw, refs, key, target, threads=threads, memory_limit=memory_limit)
        for want, found in pairs:
            if want != found:
                differing.append(want.batch_id)
        runs += 1
    _move_events(waiting, position, target)
    return Replayed(runs, events, tuple(differing))


def _again(
    lines: Sequence[Line],
    raw: RawPaths,
    refs: Mapping[str, pl.DataFrame],
    key: str,
    target: WarehousePaths,
    *,
    threads: int,
    memory_limit: str,
) -> list[tuple[BatchRecord, BatchRecord | None]]:
    """The records of one run of the log, each with the record that it gets now."""
    if lines[0].replay:
        done = replay_batch(
            target, raw, refs, key, lines[0].replay, threads=threads, memory_limit=memory_limit
        )
        return [(line.record, done) for line in lines if line.record is not None]
    names = {line.file for line in lines}
    result = run_intake(
        raw, target, refs, key, threads=threads, memory_limit=memory_limit, only=names
    )
    made = {record.source_file: record for record in result.new}
    pairs: list[tuple[BatchRecord, BatchRecord | None]] = []
    for line in lines:
        if line.record is None:
            continue
        found = made.get(line.file)
        if found is None:
            raise _missing(line.file)
        if found.source_sha != line.record.source_sha:
            raise _changed(line.file)
        pairs.append((line.record, found))
    return pairs


def _move_events(waiting: list[PeriodEvent], position: int, target: WarehousePaths) -> None:
    while waiting and waiting[0].after <= position:
        append_event(target, replace(waiting.pop(0), after=len(read_log(target).lines)))


def _known(log: IntakeLog, batch_id: str) -> BatchRecord:
    for record in log.arrived:
        if record.batch_id == batch_id and record.rows_read:
            return record
    raise _usage(
        "BATCH_UNKNOWN", batch_id, "已接收的批次编号", "没有", "用 jiecun intake list 查批次编号"
    )


def _source(raw: RawPaths, record: BatchRecord, work: Path) -> Source:
    from pipelines.extracts.discover import discover
    from pipelines.extracts.sources import read_source

    files = [f for f in discover(raw.extracts)[0] if f.name.name == record.source_file]
    if not files:
        raise _missing(record.source_file)
    sha, source, problems = read_source(files[0], work)
    if sha != record.source_sha:
        raise _changed(record.source_file)
    if problems or source is None:
        raise JiecunError(*problems)
    return source


def _missing(name: str) -> JiecunError:
    return _usage(
        "RAW_MISSING", f"raw/extracts/{name}", "接收时的原始文件", "没有", "放回原始文件后重试"
    )


def _changed(name: str) -> JiecunError:
    return _usage(
        "RAW_CHANGED", f"raw/extracts/{name}", "与接收时内容相同", "已变", "放回原来的文件后重试"
    )


def _usage(code: str, place: str, expected: str, found: str, remedy: str) -> JiecunError:
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)
