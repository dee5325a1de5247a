"""The intake room's door: new raw files in, staged rows and quarantine out, all or nothing."""

from __future__ import annotations

import shutil
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.discover import TABLES, discover
from pipelines.extracts.keys import hash_mark
from pipelines.extracts.limits import read_limits
from pipelines.extracts.log import (
    BatchRecord,
    IntakeLog,
    Seen,
    check_key,
    key_check,
    load_hash_key,
    read_log,
)
from pipelines.extracts.manifest import manifest_mark
from pipelines.months import add_months
from pipelines.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import polars as pl

    from pipelines.extracts.batch import Source, Staged
    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.finish import Finished
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
    only: Collection[str] | None = None,
) -> IntakeResult:
    """Take in the raw files that are new, by stat and then by content.

    ``refs`` are the reference views the look-up rules name. Rows of closed months are staged with
    ``late_flag``: months closed in ``state/periods.jsonl``, and in every pool those up to
    ``closed_ym`` (yyyymm, 0 = none). ``only`` limits the files looked at to these names.
    ``on_file`` hears of each new file once its figures stand. Raises JiecunError with every fatal
    problem of every file, HASH_KEY_CHANGED where the key is not the warehouse's; nothing of the
    intake is kept then.
    """
    log = read_log(paths)
    check_key(log, key)
    work = paths.staged / "_work"
    shutil.rmtree(work, ignore_errors=True)
    files, problems = discover(raw.extracts)
    if only is not None:
        files, problems = [file for file in files if file.name.name in only], []
    changed = [file for file in files if _changed(file, log.seen.get(file.name.name))]
    if not changed and not problems:
        return IntakeResult((), len(files), log.batches)

    import duckdb

    from pipelines.extracts.batch import engine_error
    from pipelines.extracts.engine import Engine
    from pipelines.extracts.finish import publish

    try:
        private_folder(work)
        with ThreadPoolExecutor(threads) as pool:
            sources, again = _inspect(pool, changed, log.batches, problems, work)
        done: list[Finished] = []
        mark = ""
        if sources:
            closed = closed_months(paths, closed_ym)
            # the threads end before the engine closes: an error of one is not hidden by another
            with (
                Engine(work, key, refs, threads=threads, memory=memory_limit) as engine,
                ThreadPoolExecutor(threads) as pool,
            ):
                mark = hash_mark(engine())
                room = Room(pool, engine, paths, work, mark)
                staged = _stage(room, sources, closed)
                done = judge(room, staged, log, closed)
        publish(paths, done, again, mark=mark, run=log.last_run + 1, key=key_check(key))
    except duckdb.Error as error:
        raise engine_error("raw/extracts", error) from None
    except OSError as error:
        raise JiecunError(
            Problem(
                "INTAKE_WRITE",
                "raw/extracts 或仓库目录",
                "可读原始文件，可写仓库目录",
                f"{type(error).__name__} {error.errno}",
                "检查磁盘空间与目录权限后重新运行；本次接收未留下任何结果",
            )
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    new = tuple(item.record for item in done)
    for record in new:
        if on_file is not None:
            on_file(record)
    everything = sorted([*log.batches, *new], key=lambda record: record.order)
    return IntakeResult(new, len(files) - len(new), tuple(everything))


@dataclass(frozen=True)
class Room:
    """Where an intake works: threads, the engine with a cursor for each, and a private folder."""

    pool: ThreadPoolExecutor
    engine: Callable[[], duckdb.DuckDBPyConnection]
    paths: WarehousePaths
    work: Path
    mark: str


def closed_months(paths: WarehousePaths, closed_ym: int) -> Callable[[str], int | str]:
    """Table → the last closed month of a row's pool, a number or SQL over ``poolarea_no``."""
    from pipelines.books.periods import closed_sql, read_periods

    periods = read_periods(paths)

    def closed(table: str) -> int | str:
        has_pool = any(col.name == "poolarea_no" for col in TABLES[table].columns)
        return closed_sql(periods, closed_ym, by_pool=has_pool)

    return closed


def _changed(file: RawFile, seen: Seen | None) -> bool:
    """New by stat; or its manifest is not the one the content was held against."""
    if seen is None or (seen.size, seen.mtime_ns) != (file.size, file.mtime_ns):
        return True
    return file.manifest is not None and seen.told != manifest_mark(file.manifest)


def _inspect(
    pool: ThreadPoolExecutor,
    changed: Sequence[RawFile],
    batches: Sequence[BatchRecord],
    problems: list[Problem],
    work: Path,
) -> tuple[list[Source], list[tuple[RawFile, str]]]:
    """The files with new content, and those whose content is known (with its sha)."""
    from pipelines.extracts.sources import read_source

    sources: list[Source] = []
    again: list[tuple[RawFile, str]] = []
    problems, known = list(problems), {record.source_sha for record in batches}
    for file, (sha, source, found) in zip(
        changed, pool.map(lambda file: read_source(file, work), changed), strict=True
    ):
        if sha in known:
            # nothing new to take in, but what its sender tells of it must still hold
            problems += found if file.manifest is not None else []
            again.append((file, sha))
            continue
        known.add(sha)
        problems += found
        if source is not None:
            sources.append(source)
    if problems:
        raise JiecunError(*problems)
    return sources, again


def _stage(
    room: Room, sources: Sequence[Source], closed: Callable[[str], int | str]
) -> list[Staged]:
    """All new files after their row checks, in intake order."""
    from pipelines.extracts.bundle import bundles
    from pipelines.extracts.stage import stage_group

    def stage(group: Sequence[Source]) -> list[Staged]:
        return stage_group(
            room.engine(),
            group,
            room.work,
            closed(group[0].decl.name),
        )

    results = room.pool.map(stage, bundles(sources))
    by_sha = {staged.sha: staged for group in results for staged in group}
    return [by_sha[source.facts.sha] for source in sources]


def judge(
    room: Room,
    staged: Sequence[Staged],
    log: IntakeLog,
    closed: Callable[[str], int | str],
) -> list[Finished]:
    """The set rules over staged files (in intake order) and history; drafts stay in the work room.

    Raises JiecunError UNIT_SUSPECT, STAGED_MISSING, INTAKE_UNBALANCED.
    """
    from pipelines.extracts.finish import Judged, finish, work_keys
    from pipelines.extracts.keys import write_keys

    def make_keys(item: Staged) -> None:
        if item.tally.rows["accepted"]:
            keys = work_keys(room.work, item)
            write_keys(room.engine(), item.source.decl, item.path, keys)

    _check_units(staged, log.arrived)
    list(room.pool.map(make_keys, staged))
    by_table: dict[str, list[Staged]] = defaultdict(list)
    for item in staged:
        if item.tally.rows["accepted"]:
            by_table[item.source.file.name.table].append(item)

    def run(table: str) -> Sequence[Path]:
        return apply_set_rules(room, table, by_table[table], log.arrived)

    tables = sorted(by_table, key=lambda table: -len(by_table[table]))
    held = [path for paths in room.pool.map(run, tables) for path in paths]
    return finish(room.pool, room.engine, Judged(staged, held, closed), room.work)


def _check_units(staged: Sequence[Staged], batches: Sequence[BatchRecord]) -> None:
    from pipelines.extracts.units import Told, suspect_unit, told

    earlier = [known for known in map(told, batches) if known is not None]
    problems = []
    for item in staged:
        name = item.source.file.name
        file = Told(name, item.tally.rows["accepted"], item.median_amt)
        if problem := suspect_unit(file, earlier, read_limits(name.ym)):
            problems.append(problem)
        else:
            earlier.append(file)
    if problems:
        raise JiecunError(*problems)


def apply_set_rules(
    room: Room, table: str, staged: Sequence[Staged], arrived: Sequence[BatchRecord]
) -> Sequence[Path]:
    """Run the set rules of one table; the files whose held rows may have been freed."""
    from pipelines.extracts.finish import work_keys
    from pipelines.extracts.history import read_history
    from pipelines.extracts.setrules import NewFile, SetRules

    limits = {item.sha: read_limits(item.source.file.name.ym) for item in staged}
    new = [
        NewFile(
            item.sha,
            item.path,
            item.rejects,
            work_keys(room.work, item),
            item.event_yms,
            add_months(item.source.file.name.ym, -limits[item.sha].window_months),
        )
        for item in staged
    ]
    con = room.engine()
    wait = max(limit.hold_batches for limit in limits.values())
    history = read_history(
        con, table, room.paths, arrived, work=room.work, mark=room.mark, hold_batches=wait
    )
    key_months = max(limit.key_months for limit in limits.values())
    SetRules(con, table, new, history, key_months).run()
    return history.held
