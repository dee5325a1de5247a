"""Rules over sets of rows: versions of a row, reversals without an original, whole vouchers.

The rules first look for rows with equal 64-bit hashes in the key files of the new and the earlier
files, and then decide on the values of those rows alone. Each rule adds
``(source_sha, src_row, reason, disposition, amt)`` to ``hits``; rows hit by one rule are out of
reach of the next. That a reversal's original is there is taken from its 64-bit hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts import set_sql
from pipelines.extracts.discover import TABLES
from pipelines.extracts.history import History
from pipelines.extracts.keys import REVERSALS, key_sql, repeated
from pipelines.extracts.parse_sql import path_list
from pipelines.extracts.set_sql import content_sql, group_key, prepare, row_columns
from pipelines.months import add_months
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.extracts.history import OldFile

__all__ = ["SET_RULES", "History", "NewFile", "SetRules", "group_key", "prepare"]

#: candidate rows whose values are compared together
CANDIDATES = 2_000_000


@dataclass(frozen=True)
class NewFile:
    """A staged file of this intake, in intake order.

    ``rejects`` holds its rows turned away by row checks. ``event_yms`` are its event months; rows
    of closed months before ``window_ym`` are too late to be restated.
    """

    sha: str
    staged: Path
    rejects: Path | None
    keys: Path
    event_yms: tuple[int, ...]
    window_ym: int = 0


class SetRules:
    """The set rules of one table over the new files of one intake (in intake order)."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        table: str,
        new: Sequence[NewFile],
        history: History,
        key_months: int,
    ) -> None:
        self.con = con
        self.decl = TABLES[table]
        self.new = new
        self.history = history
        self.reverses = table in REVERSALS
        months = [ym for file in new for ym in file.event_yms]
        self.low_ym = add_months(min(months), -key_months) if months else 0
        if table not in HORIZON_TABLES:
            self.low_ym = 0

    def run(self) -> None:
        """Fill ``main.set_hits``, ``main.set_replaced`` and, by ``release``, ``set_released``."""
        from pipelines.extracts.release import release

        con = self.con
        con.execute(set_sql.TEMP_TABLES)
        con.executemany(
            "INSERT INTO place VALUES (?, ?, ?)",
            [(file.keys.as_posix(), file.sha, at) for at, file in enumerate(self.new)]
            + [(file.keys.as_posix(), file.sha, -1) for file in self.history.files],
        )
        con.execute(
            "CREATE OR REPLACE TEMP VIEW new_keys AS SELECT *, filename AS fn "
            f"FROM read_parquet({path_list([file.keys for file in self.new])}, filename=true)"
        )
        self._rule_late()
        self._find_old()
        self._rule_versions()
        for rule in SET_RULES.get(self.decl.name, ()):
            rule(self)
        con.execute(set_sql.REPLACED)
        release(self)
        con.execute("INSERT INTO main.set_hits SELECT * FROM hits")

    def count(self, table: str) -> int:
        """The number of rows of a table of this connection."""
        return int(self.con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])

    def old_keys(self, files: Sequence[OldFile], where: str) -> str:
        """SQL for ``source_sha, src_row, h, own`` of earlier rows that fit ``where``."""
        parts = []
        if files:
            parts.append(
                "SELECT p.sha AS source_sha, src_row, h, own FROM ("
                "SELECT h, own, src_row, filename AS fn "
                f"FROM read_parquet({path_list([f.keys for f in files])}, filename=true) "
                f"WHERE {where}) JOIN place p USING (fn)"
            )
        if self.history.released:
            parts.append(
                "SELECT source_sha, src_row, h, own FROM (SELECT source_sha, src_row, "
                f"{key_sql(self.decl)} FROM read_parquet({path_list(self.history.released)}) s) "
                f"WHERE {where}"
            )
        return " UNION ALL ".join(parts) or set_sql.NO_KEYS

    def live(self, keys: str) -> str:
        """SQL for those of ``keys`` that no newer version replaced."""
        if not self.history.replaced:
            return keys
        gone = f"read_parquet({path_list(self.history.replaced)})"
        return f"SELECT a.* FROM ({keys}) a ANTI JOIN {gone} r USING (source_sha, src_row)"

    def read_rows(self, target: str, at: str, columns: str) -> None:
        """Make temp table ``target``: ``ord`` and columns of the staged rows listed in ``at``."""
        shas = {
            row[0] for row in self.con.execute(f"SELECT DISTINCT source_sha FROM {at}").fetchall()
        }
        files = [file.staged for file in self.history.files if file.sha in shas]
        files += [file.staged for file in self.new if file.sha in shas]
        sources = [*files, *self.history.released]
        rows = f"read_parquet({path_list(sources)})" if sources else self._no_rows()
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT a.ord, {columns} "
            f"FROM {rows} s JOIN {at} a ON a.source_sha = s.source_sha AND a.src_row = s.src_row"
        )

    def _no_rows(self) -> str:
        return f"({set_sql.empty_rows(self.decl)})"

    def _rule_late(self) -> None:
        """LATE_BEYOND_WINDOW: a row of a closed month too old to be restated."""
        if self.decl.spec.keeps_versions:
            return
        for file in self.new:
            if any(ym < file.window_ym for ym in file.event_yms):
                self.con.execute(
                    "INSERT INTO hits SELECT source_sha, src_row, 'LATE_BEYOND_WINDOW', 'held', "
                    f"{set_sql.amount(self.decl)} FROM read_parquet({quoted(str(file.staged))}) s "
                    f"WHERE late_flag AND event_ym < {file.window_ym}"
                )

    def _find_old(self) -> None:
        """``old_h`` and ``old_own``: earlier rows whose hashes the new rows bring again."""
        near = [file for file in self.history.files if file.last_ym >= self.low_ym]
        by_key = self.old_keys(near, "h IN (SELECT h FROM new_keys)")
        self.con.execute(f"INSERT INTO old_h {self.live(by_key)}")
        if self.reverses:
            self.con.execute("INSERT INTO old_own " + self.old_keys(
                near, "own IN (SELECT own FROM new_keys UNION ALL SELECT ini FROM new_keys "
                "WHERE ini IS NOT NULL)",
            ))  # fmt: skip

    def _repeated(self, target: str, column: str) -> None:
        values = repeated([file.keys for file in self.new], column)
        self.con.register("repeated_hashes", values.to_frame("h").to_arrow())
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT h FROM repeated_hashes")
        self.con.unregister("repeated_hashes")

    def _rule_versions(self) -> None:
        """DUP_EXACT, DUP_CONFLICT, SUPERSEDED_OLD: rows that claim the same key."""
        self._repeated("again", "h")
        self.con.execute(set_sql.SAME_KEY)
        parts = 1 + self.count("same_key") // CANDIDATES
        for part in range(parts):
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE spot AS "
                f"SELECT ord, source_sha, src_row FROM same_key WHERE h % {parts} = {part}"
            )
            if not self.count("spot"):
                continue
            self.read_rows("cand", "spot", row_columns(self.decl))
            self.con.execute(set_sql.SAME_UPDATE)
            self.read_rows("content", "spot_content", content_sql(self.decl))
            self.con.execute(set_sql.VERSIONS)

    def _rule_same_own_id(self) -> None:
        """DUP_CONFLICT: one id under two keys at the same update time, with other content."""
        self._repeated("again", "own")
        self.con.execute(set_sql.same_own(self.live("SELECT * FROM old_own")))
        if not self.count("spot"):
            return
        self.read_rows("cand", "spot", row_columns(self.decl))
        self.con.execute(set_sql.SAME_OWN_UPDATE)
        self.read_rows("content", "spot_content", content_sql(self.decl, self.decl.spec.key))
        self.con.execute(set_sql.SAME_OWN_ID)

    def _rule_orphans(self) -> None:
        """ORPHAN_REVERSAL: a reversal whose original is neither here nor in history."""
        self.con.execute(set_sql.ORPHANS)
        far = [file for file in self.history.files if file.last_ym < self.low_ym]
        if far and self.count("orphan"):
            older = self.old_keys(far, "own IN (SELECT ini FROM orphan)")
            self.con.execute(f"DELETE FROM orphan WHERE ini IN (SELECT own FROM ({older}))")
        if self.count("orphan"):
            self.read_rows("cand", "orphan", row_columns(self.decl))
            self.con.execute(set_sql.ORPHAN_HITS)

    def _rule_incomplete(self) -> None:
        """VOUCHER_INCOMPLETE: a line of the same voucher in the same file was turned away."""
        self.con.execute(set_sql.ALL_NEW)
        self.read_rows("n", "spot", row_columns(self.decl))
        parts = [
            f"SELECT {quoted(f.sha)} AS source_sha, grp FROM read_parquet({path_list([f.rejects])})"
            for f in self.new
            if f.rejects is not None
        ] or ["SELECT CAST(NULL AS VARCHAR) AS source_sha, CAST(NULL AS VARCHAR) AS grp"]
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW turned_away AS {' UNION ALL '.join(parts)}")
        self.con.execute(set_sql.INCOMPLETE)

    def _rule_unbalanced(self) -> None:
        """VOUCHER_UNBALANCED: the voucher as it would stand does not balance."""
        files = [*(file.staged for file in self.history.files), *self.history.released]
        past = f"SELECT * FROM read_parquet({path_list(files)})" if files else self._no_rows()
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE old_lines AS "
            f"SELECT {row_columns(self.decl)} FROM ({self.live(past)}) s "
            f"WHERE {group_key(self.decl.name)} IN (SELECT grp FROM n)"
        )
        self.con.execute(set_sql.UNBALANCED)


#: tables large enough for the look into history to stop at the key horizon; in the others a
#: version may carry another event month than the one before it
HORIZON_TABLES = frozenset({"settlements", "contributions", "account_details"})
#: table → its rules after the version rule, which every table has, in order
SET_RULES: dict[str, tuple[Callable[[SetRules], None], ...]] = {
    "settlements": (SetRules._rule_same_own_id, SetRules._rule_orphans),
    "vouchers": (SetRules._rule_incomplete, SetRules._rule_unbalanced),
}
