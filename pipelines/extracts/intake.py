"""The intake room's door: new raw files in, staged rows and quarantine out, all or nothing."""

from __future__ import annotations

import shutil
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.discover import discover
from pipelines.extracts.live import history_files
from pipelines.extracts.log import (
    BatchRecord,
    Seen,
    load_hash_key,
    private_folder,
    read_log,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
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
    if not changed and not problems:
        return IntakeResult((), len(files), log.batches)

    import duckdb

    from pipelines.extracts.batch import engine_error
    from pipelines.extracts.engine import Engine
    from pipelines.extracts.finish import finish, publish

    try:
        with ThreadPoolExecutor(threads) as pool:
            private_folder(work)
            sources, again = _inspect(pool, changed, log.batches, problems, work)
            done: list[Finished] = []
            if sources:
                with Engine(work, key, refs, threads=threads, memory=memory_limit) as engine:
                    staged = _stage(pool, engine, sources, work, closed_ym)
                    _apply_set_rules(pool, engine, paths, log.batches, staged)
                    done = finish(pool, engine, staged, work)
            publish(paths, done, again)
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


def _changed(file: RawFile, seen: Seen | None) -> bool:
    return seen is None or (seen.size, seen.mtime_ns) != (file.size, file.mtime_ns)


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
    pool: ThreadPoolExecutor,
    engine: Callable[[], duckdb.DuckDBPyConnection],
    paths: WarehousePaths,
    batches: Sequence[BatchRecord],
    staged: Sequence[Staged],
) -> None:
    from pipelines.extracts.setrules import History, NewFile, SetRules

    by_table: dict[str, list[NewFile]] = defaultdict(list)
    for item in staged:
        new = NewFile(item.sha, item.path, item.rejects)
        by_table[item.source.file.name.table].append(new)

    def run(table: str) -> None:
        history = History(*history_files(table, paths, batches))
        SetRules(engine(), table, by_table[table], history).run()

    list(pool.map(run, sorted(by_table, key=lambda table: -len(by_table[table]))))
