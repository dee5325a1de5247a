"""The refused rows of one batch, judged once more and, where they pass, released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.batch import ZERO, copy_to, measure_sql, read_measure
from pipelines.extracts.finish import put_in_place, released_sql, write_replaced
from pipelines.extracts.history import read_history
from pipelines.extracts.keys import write_keys
from pipelines.extracts.limits import read_limits
from pipelines.extracts.live import released_file, released_files, replaced_file
from pipelines.extracts.log import BatchRecord
from pipelines.extracts.parse_sql import path_list
from pipelines.extracts.setrules import NewFile, SetRules
from pipelines.months import add_months
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal
    from pathlib import Path

    import duckdb

    from pipelines.extracts.batch import Source, Staged
    from pipelines.extracts.history import History
    from pipelines.extracts.intake import Room


@dataclass(frozen=True)
class Retry:
    """Replay ``number`` of the batch ``record``, whose raw file is read by ``source``."""

    room: Room
    source: Source
    record: BatchRecord
    number: int
    closed: Callable[[str], int | str]

    @property
    def sha(self) -> str:
        """Under which the files of this replay stand."""
        return f"{self.record.source_sha}-r{self.number}"

    def run(self, arrived: Sequence[BatchRecord]) -> BatchRecord | None:
        """Put the released rows in place; the record to be logged, None where no row passes."""
        from pipelines.extracts.stage import stage_group

        room, table, con = self.room, self.record.table_name, self.room.engine()
        closed = self.closed(table)
        (staged,) = stage_group(con, [self.source], room.work, closed)
        waiting = self._refused(con, staged, arrived)
        if waiting is None:
            return None
        keys = room.work / "retry.keys.parquet"
        write_keys(con, self.source.decl, waiting, keys)
        limits = read_limits(self.source.file.name.ym)
        months = con.execute(
            f"SELECT DISTINCT event_ym FROM read_parquet({quoted(waiting)}) "
            "WHERE event_ym IS NOT NULL"
        ).fetchall()
        new = NewFile(
            self.record.source_sha,
            waiting,
            staged.rejects,
            keys,
            tuple(sorted(ym for (ym,) in months)),
            add_months(self.source.file.name.ym, -limits.window_months),
        )
        history = read_history(
            con,
            table,
            room.paths,
            arrived,
            work=room.work,
            mark=room.mark,
            hold_batches=limits.hold_batches,
        )
        SetRules(con, table, [new], history, limits.key_months).run()
        return self._put(con, waiting, history, closed)

    def _refused(
        self, con: duckdb.DuckDBPyConnection, staged: Staged, arrived: Sequence[BatchRecord]
    ) -> Path | None:
        """The rows that were refused then and pass the row checks now; None where there is none."""
        paths, table, sha = self.room.paths, self.record.table_name, self.record.source_sha
        quarantine = paths.quarantine_file(table, sha)
        if not quarantine.exists():
            return None
        freed = released_files(table, paths, arrived)
        gone = (
            f"AND src_row NOT IN (SELECT src_row FROM read_parquet({path_list(freed)}) "
            f"WHERE source_sha = {quoted(sha)})"
            if freed
            else ""
        )
        out = self.room.work / "retry.parquet"
        rows = copy_to(
            con,
            f"SELECT * FROM read_parquet({quoted(staged.path)}) WHERE src_row IN ("
            f"SELECT src_row FROM read_parquet({quoted(quarantine)}) "
            f"WHERE disposition IN ('quarantined', 'held')) {gone} ORDER BY src_row",
            out,
        )
        return out if rows else None

    def _put(
        self,
        con: duckdb.DuckDBPyConnection,
        waiting: Path,
        history: History,
        closed: int | str,
    ) -> BatchRecord | None:
        room, decl, sha = self.room, self.source.decl, self.record.source_sha
        kept = (
            f"SELECT * FROM read_parquet({quoted(waiting)}) WHERE src_row NOT IN "
            "(SELECT src_row FROM main.set_hits)"
        )
        parts = [kept]
        if history.held:
            held = room.work / "retry.held.parquet"
            copy_to(con, released_sql(decl, sha, history.held, closed), held)
            parts.append(f"SELECT * FROM read_parquet({quoted(held)})")
        released = room.work / "retry.released.parquet"
        union = " UNION ALL ".join(parts)
        rows = copy_to(con, f"SELECT * FROM ({union}) ORDER BY source_sha, src_row", released)
        if not rows:
            return None
        empty = room.work / "retry.empty.parquet"
        copy_to(con, f"SELECT * FROM read_parquet({quoted(released)}) LIMIT 0", empty)
        replaced_rows, replaced_amt = con.execute(
            "SELECT count(*), sum(amt)::DECIMAL(38,2) FROM main.set_replaced"
        ).fetchall()[0]
        figures = con.execute(
            f"SELECT {measure_sql(decl)} FROM read_parquet({quoted(released)})"
        ).fetchall()[0]
        _, amount, months, _ = read_measure(decl, figures)
        paths, table = room.paths, self.record.table_name
        listed = write_replaced(con, sha, room.work) if replaced_rows else None
        put_in_place(
            (
                (listed, replaced_file(paths, table, self.sha)),
                (released, released_file(paths, table, self.sha)),
                (empty, paths.staged_file(table, self.sha)),
            )
        )
        return self._record(rows, amount, (replaced_rows, replaced_amt), months)

    def _record(
        self,
        rows: int,
        amount: Decimal,
        replaced: tuple[int, Decimal | None],
        months: tuple[int, ...],
    ) -> BatchRecord:
        has_amount = bool(self.source.decl.control_amount)
        nothing = ZERO if has_amount else None
        return BatchRecord(
            batch_id=f"{self.record.batch_id}-r{self.number}",
            table_name=self.record.table_name,
            source_file=self.record.source_file,
            source_sha=self.sha,
            encoding=self.record.encoding,
            rows_read=0,
            rows_accepted=0,
            rows_duplicate=0,
            rows_superseded=0,
            rows_held=0,
            rows_quarantined=0,
            rows_out_of_scope=0,
            read_amt=nothing,
            accepted_amt=nothing,
            duplicate_amt=nothing,
            superseded_amt=nothing,
            held_amt=nothing,
            quarantined_amt=nothing,
            out_of_scope_amt=nothing,
            replaced_rows=replaced[0],
            replaced_amt=(replaced[1] or ZERO) if has_amount else None,
            warn_counts={},
            event_yms=months,
            released_rows=rows,
            released_amt=amount if has_amount else None,
        )
