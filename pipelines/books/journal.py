"""The journal of closed months on disk: what was published when a month was closed.

``journal/<yyyymm>/<n>.parquet`` holds the voucher lines, of all books, that the ``n``-th event of
``state/periods.jsonl`` froze. A month that is reopened leaves its file behind, unused; closing it
again writes another.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.books.periods import ALL, closed_through
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.private import private_folder
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from pipelines.books.periods import PeriodEvent
    from pipelines.paths import WarehousePaths

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)"
COLUMNS = "book, ledger_id, period_ym, voucher_no, line_no"


@dataclass(frozen=True)
class FrozenPart:
    """The lines of one month for some pooling areas (none = all that are not named elsewhere)."""

    path: Path
    ym: int
    pools: tuple[str, ...]


def journal_file(paths: WarehousePaths, ym: int, number: int) -> Path:
    """The file that the ``number``-th period event wrote (counted from 1)."""
    return paths.root / "journal" / str(ym) / f"{number}.parquet"


def _refuse_unknown(con: duckdb.DuckDBPyConnection, source: str, event: PeriodEvent) -> None:
    known = {
        str(row[0]) for row in con.execute(f"SELECT DISTINCT poolarea_no FROM {source}").fetchall()
    }
    unknown = [pool for pool in event.pools if pool not in known]
    if unknown:
        raise JiecunError(
            Problem(
                "POOL_UNKNOWN",
                "--pool",
                "当前发布中有凭证的统筹区编号，如 " + "、".join(sorted(known)[:3]),
                "、".join(unknown),
                '用 jiecun sql "select distinct poolarea_no from fct_ledger_month" 查编号',
            ),
            exit_code=EXIT_USAGE,
        )


def freeze_month(
    con: duckdb.DuckDBPyConnection,
    marts: Path,
    paths: WarehousePaths,
    event: PeriodEvent,
    number: int,
) -> int:
    """Write the lines of a month as the release's ``marts`` folder tells them; how many.

    The file is whole before it has its name. Raises JiecunError PERIOD_NOT_PUBLISHED where the
    release has no line of that month, POOL_UNKNOWN where it has none of a pooling area named.
    """
    source = f"read_parquet({quoted(marts / 'fct_journal.parquet')})"
    chosen = "" if ALL in event.pools else " AND list_contains(?, poolarea_no)"
    bound: list[object] = [event.ym] if not chosen else [event.ym, list(event.pools)]
    if chosen:
        _refuse_unknown(con, source, event)
    found = con.execute(
        f"SELECT count(*) FROM {source} WHERE period_ym = ?{chosen}", bound
    ).fetchone()
    if not found or not found[0]:
        raise JiecunError(
            Problem(
                "PERIOD_NOT_PUBLISHED",
                f"月份 {event.ym}",
                "当前发布含该月的凭证",
                "没有",
                "先运行 jiecun run，让该月进入当前发布后再结账",
            ),
            exit_code=EXIT_USAGE,
        )
    target = journal_file(paths, event.ym, number)
    private_folder(target.parent)
    aside = target.with_suffix(".new")
    con.execute(
        f"COPY (SELECT * FROM {source} WHERE period_ym = ?{chosen} ORDER BY {COLUMNS}) "
        f"TO {quoted(aside)} {PARQUET}",
        bound,
    )
    aside.chmod(0o600)
    with aside.open("rb") as written:
        os.fsync(written.fileno())
    aside.replace(target)
    return int(found[0])


def frozen_parts(paths: WarehousePaths, events: Sequence[PeriodEvent]) -> tuple[FrozenPart, ...]:
    """The files that hold the closed months, each with the pooling areas it speaks for.

    Raises JiecunError JOURNAL_MISSING where a closed month's file is gone.
    """
    through = closed_through(events)
    named = [pool for pool in through if pool != ALL]
    parts: dict[int, set[str]] = {}
    for pool in through:
        for ym in {event.ym for event in events if event.ym <= through[pool]}:
            number = max(
                (
                    at
                    for at, event in enumerate(events, start=1)
                    if event.ym == ym
                    and event.event == "close"
                    and (pool in event.pools or ALL in event.pools)
                ),
                default=0,
            )
            if number:
                parts.setdefault(number, set()).add(pool)
    out = []
    for number, pools in sorted(parts.items()):
        event = events[number - 1]
        path = journal_file(paths, event.ym, number)
        if not path.is_file():
            raise JiecunError(
                Problem(
                    "JOURNAL_MISSING",
                    f"journal/{event.ym}/{number}.parquet",
                    "已结账月份的凭证文件",
                    "没有",
                    "从备份恢复；或重开该月后重新结账",
                )
            )
        # '*' speaks for every pooling area that no event names
        own = tuple(sorted(pools - {ALL}))
        rest = () if ALL not in pools else tuple(f"-{pool}" for pool in sorted(named))
        out.append(FrozenPart(path, event.ym, own if ALL not in pools else (ALL, *own, *rest)))
    return tuple(out)


def bind_closed(
    con: duckdb.DuckDBPyConnection,
    paths: WarehousePaths,
    events: Sequence[PeriodEvent],
    areas: Sequence[str],
    columns: dict[str, str],
) -> None:
    """Bind ``closed_period(poolarea_no, closed_ym)`` and ``closed_line``, fct_journal's columns."""
    through = closed_through(events)
    con.execute("CREATE OR REPLACE TABLE closed_period(poolarea_no VARCHAR, closed_ym INTEGER)")
    rows = [(pool, through.get(pool, through[ALL])) for pool in sorted(areas)]
    told = [row for row in rows if row[1]]
    if told:
        con.executemany("INSERT INTO closed_period VALUES (?, ?)", told)
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    names = ", ".join(columns)
    selects = [f"SELECT {empty} WHERE false"]
    for part in frozen_parts(paths, events):
        selects.append(
            f"SELECT {names} FROM read_parquet({quoted(part.path)}) WHERE {_chosen(part.pools)}"
        )
    con.execute(f"CREATE OR REPLACE VIEW closed_line AS {' UNION ALL '.join(selects)}")


def closed_hash(paths: WarehousePaths, events: Sequence[PeriodEvent]) -> str:
    """sha256 over what is closed and how it stood: part of a release's inputs; '' for nothing."""
    parts = frozen_parts(paths, events)
    if not parts:
        return ""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part.ym}|{'|'.join(part.pools)}|".encode())
        digest.update(hashlib.sha256(part.path.read_bytes()).digest())
    return digest.hexdigest()


def _chosen(pools: tuple[str, ...]) -> str:
    """SQL for the rows a part speaks for: named areas, or all but those told elsewhere."""
    own = [pool for pool in pools if pool != ALL and not pool.startswith("-")]
    if ALL not in pools:
        return f"poolarea_no IN ({_list(own)})"
    others = [pool[1:] for pool in pools if pool.startswith("-") and pool[1:] not in own]
    return f"poolarea_no NOT IN ({_list(others)})" if others else "true"


def _list(pools: Sequence[str]) -> str:
    return ", ".join(map(quoted, pools))
