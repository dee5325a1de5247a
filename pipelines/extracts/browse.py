"""What a clerk asks of intake: which batches there are, what was refused and why, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.discover import TABLES, parse_name
from pipelines.extracts.history import later_files
from pipelines.extracts.limits import read_limits
from pipelines.extracts.live import released_files
from pipelines.extracts.parse_sql import path_list
from pipelines.extracts.reasons import ORPHAN_REVERSAL
from pipelines.extracts.row_facts import key_text
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.extracts.log import BatchRecord, IntakeLog
    from pipelines.paths import WarehousePaths

#: open waits for a correction · healed came again and was accepted · released counts after all ·
#: expired waited for its original too long · settled needs nothing
State = Literal["open", "healed", "released", "expired", "settled"]
STATES: tuple[State, ...] = ("open", "healed", "released", "expired", "settled")
OPEN: tuple[State, ...] = ("open", "expired")
_WAITING = ("held", "quarantined")


@dataclass(frozen=True)
class Refused:
    """One row that was not accepted, and what has become of it since. ``amount`` is in yuan."""

    source_sha: str
    src_row: int
    src_line: int
    disposition: str
    reason: str
    reasons: tuple[str, ...]
    columns: tuple[str, ...]
    amount: Decimal | None
    gap: Decimal | None
    raw_text: str
    state: State


@dataclass(frozen=True)
class Standing:
    """Rows and amount (yuan) of one batch, one disposition, one reason and one state."""

    source_sha: str
    disposition: str
    reason: str
    state: State
    rows: int
    amount: Decimal


def find_batch(log: IntakeLog, told: str) -> BatchRecord:
    """The batch of that id, that file name, or that only beginning of an id.

    Raises JiecunError BATCH_UNKNOWN or BATCH_AMBIGUOUS.
    """
    names = [record for record in log.arrived if told in (record.batch_id, record.source_file)]
    found = names or [record for record in log.arrived if record.batch_id.startswith(told)]
    if len(found) == 1 or (names and len({record.batch_id for record in names}) == 1):
        return found[0]
    few = "、".join(record.batch_id for record in found[:5])
    raise JiecunError(
        Problem(
            "BATCH_AMBIGUOUS" if found else "BATCH_UNKNOWN",
            "BATCH",
            "一个批次编号、其唯一的开头，或原始文件名",
            f"{len(found)} 个批次：{few}" if found else "没有这样的批次",
            "用 jiecun intake list 查批次编号",
        ),
        exit_code=EXIT_USAGE,
    )


def refused_rows(paths: WarehousePaths, log: IntakeLog, record: BatchRecord) -> list[Refused]:
    """Every row of a batch that was not accepted, in row order."""
    sql = _states_sql(paths, log, [record])
    if sql is None:
        return []
    rows = _query(
        "SELECT source_sha, src_row, src_line, disposition, reason, reasons, bad_columns, "
        f"control_amt, gap_amt, raw_text, state FROM ({sql}) ORDER BY src_row"
    )
    return [
        Refused(
            sha, at, line, disposition, reason, tuple(reasons.split(";")),
            tuple(columns.split(";")) if columns else (), amount, gap, text or "", state,
        )
        for sha, at, line, disposition, reason, reasons, columns, amount, gap, text, state in rows
    ]  # fmt: skip


def standings(
    paths: WarehousePaths, log: IntakeLog, records: Sequence[BatchRecord]
) -> list[Standing]:
    """What was not accepted of these batches and how it stands now, by batch and reason."""
    out: list[Standing] = []
    for table in sorted({record.table_name for record in records}):
        mine = [record for record in records if record.table_name == table]
        sql = _states_sql(paths, log, mine)
        if sql is not None:
            out += (
                Standing(sha, disposition, reason, state, rows, amount or Decimal("0.00"))
                for sha, disposition, reason, state, rows, amount in _query(
                    "SELECT source_sha, disposition, reason, state, count(*), "
                    f"sum(control_amt)::DECIMAL(38,2) FROM ({sql}) "
                    "GROUP BY ALL ORDER BY ALL"
                )
            )
    return out


def _query(sql: str) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        return con.execute(sql).fetchall()


def _states_sql(
    paths: WarehousePaths, log: IntakeLog, records: Sequence[BatchRecord]
) -> str | None:
    """Quarantined rows of batches of one table with their ``state``; None where there are none."""
    table = records[0].table_name
    mine = [record for record in log.arrived if record.table_name == table]
    place = {record.source_sha: at for at, record in enumerate(mine)}
    files = [
        path
        for record in records
        if record.rows_read > record.rows_accepted
        and (path := paths.quarantine_file(table, record.source_sha)).exists()
    ]
    if not files:
        return None
    first = min(place[record.source_sha] for record in records)
    later = [
        path
        for record in mine[first + 1 :]
        if record.rows_accepted and (path := paths.staged_file(table, record.source_sha)).exists()
    ]
    accepted = (
        f"SELECT {key_text(TABLES[table])} AS row_key, source_sha "
        f"FROM read_parquet({path_list(later)})"
        if later
        else "SELECT NULL::VARCHAR AS row_key, NULL::VARCHAR AS source_sha WHERE false"
    )
    freed = [path for path in released_files(table, paths, mine) if path.exists()]
    released = (
        f"SELECT DISTINCT source_sha, src_row FROM read_parquet({path_list(freed)})"
        if freed
        else "SELECT NULL::VARCHAR AS source_sha, NULL::BIGINT AS src_row WHERE false"
    )
    places = ", ".join(
        f"({quoted(sha)}, {at}, {_is_expired(mine, at)})" for sha, at in place.items()
    )
    waiting = ", ".join(map(quoted, _WAITING))
    return f"""
WITH place(source_sha, place_no, expired) AS (VALUES {places}),
q AS (SELECT * FROM read_parquet({path_list(files)})),
again AS (
    SELECT a.row_key, max(p.place_no) AS last_no
    FROM ({accepted}) a JOIN place p USING (source_sha)
    WHERE a.row_key IN (SELECT row_key FROM q WHERE row_key IS NOT NULL)
    GROUP BY a.row_key
),
freed AS ({released})
SELECT q.*, CASE
    WHEN q.disposition NOT IN ({waiting}) THEN 'settled'
    WHEN f.src_row IS NOT NULL THEN 'released'
    WHEN g.last_no > p.place_no THEN 'healed'
    WHEN q.reason = {quoted(ORPHAN_REVERSAL)} AND p.expired THEN 'expired'
    ELSE 'open'
END AS state
FROM q JOIN place p USING (source_sha)
LEFT JOIN again g USING (row_key)
LEFT JOIN freed f ON f.source_sha = q.source_sha AND f.src_row = q.src_row
"""


def _is_expired(mine: Sequence[BatchRecord], at: int) -> bool:
    """Whether held reversals of the file at that place have waited for as many files as allowed."""
    name = parse_name(mine[at].source_file)
    if name is None or not mine[at].rows_held:
        return False
    return later_files(mine, at) >= read_limits(name.ym).hold_batches
