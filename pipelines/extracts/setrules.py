"""Rules over sets of rows: versions of a row, reversals without an original, whole vouchers.

Each rule is SQL over ``n`` (rows of the new files that passed their row checks) and over history;
it adds ``(source_sha, src_row, reason, disposition)`` to ``hits``. Rows hit by one rule are out of
reach of the next. Row content is compared only where two rows claim the same key and update time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.discover import TABLES
from pipelines.extracts.parse_sql import joined_key, path_list, quote, staged_types

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from schemas.table import Declaration

#: table → columns of the unit that is taken whole or not at all
GROUP_KEYS: dict[str, tuple[str, ...]] = {
    "vouchers": ("voucher_no", "poolarea_no", "insutype"),
}
#: table → amount that must come to zero over such a unit
GROUP_BALANCE: dict[str, str] = {"vouchers": "debit_amt - credit_amt"}
#: table → (own id, id of the row it reverses)
REVERSALS: dict[str, tuple[str, str]] = {"settlements": ("setl_id", "init_setl_id")}


@dataclass(frozen=True)
class NewFile:
    """A staged file of this intake; ``rejects`` holds its rows turned away by row checks."""

    sha: str
    staged: Path
    rejects: Path | None


@dataclass(frozen=True)
class History:
    """The files of earlier intakes of one table: staged, and the lists of rows replaced since."""

    staged: Sequence[Path]
    replaced: Sequence[Path]


def group_key(table: str) -> str:
    """SQL for the unit a row belongs to; NULL for tables without such units."""
    columns = GROUP_KEYS.get(table)
    return joined_key(columns) if columns else "CAST(NULL AS VARCHAR)"


def _select(decl: Declaration) -> str:
    own, initial = REVERSALS.get(decl.name, ("NULL", "NULL"))
    return (
        f"s.source_sha, s.src_row, {joined_key(decl.spec.key)} AS k, s.updt_time AS updt, "
        f"CAST({decl.control_amount or 'NULL'} AS DECIMAL(18,2)) AS amt, "
        f"CAST({own} AS VARCHAR) AS own_id, CAST({initial} AS VARCHAR) AS init_id, "
        f"{group_key(decl.name)} AS grp, "
        f"CAST({GROUP_BALANCE.get(decl.name, 'NULL')} AS DECIMAL(18,2)) AS bal"
    )


def _content(decl: Declaration, without: Sequence[str]) -> str:
    columns = [c for c in list(staged_types(decl))[4:] if c not in without]
    return "md5(to_json({" + ", ".join(f"{quote(c)}: s.{c}" for c in columns) + "})::VARCHAR)"


_VERSIONS = """
CREATE OR REPLACE TEMP TABLE classed AS
WITH every AS (
    SELECT c.*, t.content FROM cand c LEFT JOIN content t USING (source_sha, src_row)
), told AS (
    SELECT *,
        count(*) OVER same AS peers,
        count(DISTINCT content) OVER same AS contents,
        max(CASE WHEN ord < 0 THEN content END) OVER same AS live_content,
        row_number() OVER (PARTITION BY k, updt ORDER BY ord, src_row) AS place
    FROM every
    WINDOW same AS (PARTITION BY k, updt)
)
SELECT *, CASE
    WHEN ord < 0 OR peers = 1 THEN NULL
    WHEN live_content IS NOT NULL AND content = live_content THEN 'DUP_EXACT'
    WHEN contents > 1 THEN 'DUP_CONFLICT'
    WHEN place > 1 THEN 'DUP_EXACT'
END AS reason
FROM told;

INSERT INTO hits
SELECT source_sha, src_row, reason,
    CASE reason WHEN 'DUP_EXACT' THEN 'duplicate' ELSE 'quarantined' END, amt
FROM classed WHERE reason IS NOT NULL;

INSERT INTO hits
SELECT source_sha, src_row, 'SUPERSEDED_OLD', 'superseded', amt
FROM (
    SELECT *, max(updt) OVER (
        PARTITION BY k ORDER BY ord, src_row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
    FROM classed WHERE reason IS NULL
)
WHERE ord >= 0 AND updt < before;
"""

_SAME_OWN_ID = """
INSERT INTO hits
SELECT source_sha, src_row, 'DUP_CONFLICT', 'quarantined', amt
FROM (
    SELECT c.*, count(DISTINCT t.content) OVER (PARTITION BY own_id, updt) AS contents
    FROM cand c JOIN content t USING (source_sha, src_row)
)
WHERE ord >= 0 AND contents > 1;
"""

_ORPHANS = """
INSERT INTO hits
WITH waiting AS (
    SELECT * FROM left_rows WHERE init_id IS NOT NULL
        AND init_id NOT IN (SELECT own_id FROM left_rows WHERE own_id IS NOT NULL)
)
SELECT source_sha, src_row, 'ORPHAN_REVERSAL', 'held', amt
FROM waiting
WHERE init_id NOT IN (
    SELECT {own} FROM {history} s WHERE {own} IN (SELECT init_id FROM waiting)
);
"""

_INCOMPLETE = """
INSERT INTO hits
SELECT source_sha, src_row, 'VOUCHER_INCOMPLETE', 'quarantined', amt
FROM left_rows WHERE (source_sha, grp) IN (
    SELECT (source_sha, grp) FROM turned_away WHERE grp IS NOT NULL
    UNION ALL
    SELECT (n.source_sha, n.grp) FROM hits h JOIN n USING (source_sha, src_row)
    WHERE h.disposition IN ('quarantined', 'held', 'out_of_scope')
);
"""

_UNBALANCED = """
INSERT INTO hits
WITH lines AS (
    SELECT ord, source_sha, src_row, k, updt, grp, bal FROM left_rows
    UNION ALL
    SELECT -1, source_sha, src_row, k, updt, grp, bal FROM old_lines
), newest AS (
    SELECT * FROM lines QUALIFY row_number() OVER (
        PARTITION BY k ORDER BY updt DESC, ord DESC, src_row DESC
    ) = 1
), uneven AS (
    SELECT grp FROM newest GROUP BY grp HAVING sum(bal) <> 0
)
SELECT source_sha, src_row, 'VOUCHER_UNBALANCED', 'quarantined', amt
FROM left_rows WHERE grp IN (SELECT grp FROM uneven);
"""

_REPLACED = """
INSERT INTO main.set_replaced
SELECT by_sha, source_sha, src_row, amt
FROM (
    SELECT source_sha, src_row, amt, ord,
        lead(source_sha) OVER step AS by_sha, lead(ord) OVER step AS by_ord
    FROM classed
    WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
    WINDOW step AS (PARTITION BY k ORDER BY updt, ord, src_row)
)
WHERE by_ord >= 0;
"""


class SetRules:
    """The set rules of one table over the new files of one intake (in intake order)."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: str, new: Sequence[NewFile], history: History
    ) -> None:
        self.con = con
        self.decl = TABLES[table]
        self.new = new
        self.history = history

    def run(self) -> None:
        """Fill ``main.set_hits`` and ``main.set_replaced``."""
        con = self.con
        order = ", ".join(f"({quote(f.sha)}, {at})" for at, f in enumerate(self.new))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE n AS SELECT f.ord, {_select(self.decl)} "
            f"FROM read_parquet({path_list([f.staged for f in self.new])}) s "
            f"JOIN (VALUES {order}) f(sha, ord) ON s.source_sha = f.sha"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE hits(source_sha VARCHAR, src_row BIGINT, "
            "reason VARCHAR, disposition VARCHAR, amt DECIMAL(18,2))"
        )
        self._rule_versions()
        for rule in SET_RULES.get(self.decl.name, ()):
            con.execute(
                "CREATE OR REPLACE TEMP VIEW left_rows AS SELECT * FROM n "
                "WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)"
            )
            rule(self)
        con.execute(_REPLACED)
        con.execute("INSERT INTO main.set_hits SELECT * FROM hits")

    def _past(self, *, live: bool = True) -> str:
        """SQL for the rows of earlier intakes: those still live, or all."""
        if not self.history.staged:
            types = ", ".join(
                f"CAST(NULL AS {t}) AS {c}" for c, t in staged_types(self.decl).items()
            )
            return f"(SELECT {types} WHERE false)"
        rows = f"read_parquet({path_list(self.history.staged)})"
        if not live or not self.history.replaced:
            return rows
        gone = f"read_parquet({path_list(self.history.replaced)})"
        return f"(SELECT a.* FROM {rows} a ANTI JOIN {gone} r USING (source_sha, src_row))"

    def _fill_content(self, where: str, without: Sequence[str] = ()) -> None:
        """``content`` of the candidates that ``where`` picks out of ``cand``."""
        con = self.con
        con.execute(
            "CREATE OR REPLACE TEMP TABLE wanted AS "
            f"SELECT DISTINCT source_sha, src_row FROM cand WHERE {where}"
        )
        shas = {row[0] for row in con.execute("SELECT DISTINCT source_sha FROM wanted").fetchall()}
        files = [f.staged for f in self.new if f.sha in shas]
        files += [path for path in self.history.staged if path.stem in shas]
        if not files:
            con.execute(
                "CREATE OR REPLACE TEMP TABLE content"
                "(source_sha VARCHAR, src_row BIGINT, content VARCHAR)"
            )
            return
        con.execute(
            "CREATE OR REPLACE TEMP TABLE content AS "
            f"SELECT s.source_sha, s.src_row, {_content(self.decl, without)} AS content "
            f"FROM read_parquet({path_list(files)}) s SEMI JOIN wanted USING (source_sha, src_row)"
        )

    def _rule_versions(self) -> None:
        """DUP_EXACT, DUP_CONFLICT, SUPERSEDED_OLD: rows that claim the same key."""
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE cand AS WITH old AS ("
            f"SELECT -1 AS ord, {_select(self.decl)} FROM {self._past()} s "
            f"WHERE {joined_key(self.decl.spec.key)} IN (SELECT k FROM n)), "
            f"twice AS (SELECT k FROM n GROUP BY k HAVING count(*) > 1 UNION SELECT k FROM old) "
            f"SELECT * FROM n WHERE k IN (FROM twice) UNION ALL SELECT * FROM old"
        )
        self._fill_content(
            "(k, updt) IN (SELECT (k, updt) FROM cand GROUP BY k, updt HAVING count(*) > 1)"
        )
        self.con.execute(_VERSIONS)

    def _rule_same_own_id(self) -> None:
        """DUP_CONFLICT: one id under two keys at the same update time, with other content."""
        own = REVERSALS[self.decl.name][0]
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE cand AS WITH old AS ("
            f"SELECT -1 AS ord, {_select(self.decl)} FROM {self._past()} s "
            f"WHERE {own} IN (SELECT own_id FROM left_rows)), "
            "every AS (SELECT * FROM left_rows UNION ALL SELECT * FROM old), "
            "twice AS (SELECT own_id, updt FROM every GROUP BY own_id, updt "
            "HAVING count(DISTINCT k) > 1) SELECT * FROM every SEMI JOIN twice USING (own_id, updt)"
        )
        self._fill_content("true", self.decl.spec.key)
        self.con.execute(_SAME_OWN_ID)

    def _rule_orphans(self) -> None:
        """ORPHAN_REVERSAL: a reversal whose original is neither here nor in history."""
        own = REVERSALS[self.decl.name][0]
        self.con.execute(_ORPHANS.format(own=own, history=self._past(live=False)))

    def _rule_incomplete(self) -> None:
        """VOUCHER_INCOMPLETE: a line of the same voucher in the same file was turned away."""
        parts = [
            f"SELECT {quote(f.sha)} AS source_sha, grp FROM read_parquet({path_list([f.rejects])})"
            for f in self.new
            if f.rejects is not None
        ] or ["SELECT CAST(NULL AS VARCHAR) AS source_sha, CAST(NULL AS VARCHAR) AS grp"]
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW turned_away AS {' UNION ALL '.join(parts)}")
        self.con.execute(_INCOMPLETE)

    def _rule_unbalanced(self) -> None:
        """VOUCHER_UNBALANCED: the voucher as it would stand does not balance."""
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE old_lines AS "
            f"SELECT {_select(self.decl)} FROM {self._past()} s "
            f"WHERE {group_key(self.decl.name)} IN (SELECT grp FROM left_rows)"
        )
        self.con.execute(_UNBALANCED)


#: table → its rules after the version rule, which every table has, in order
SET_RULES: dict[str, tuple[Callable[[SetRules], None], ...]] = {
    "settlements": (SetRules._rule_same_own_id, SetRules._rule_orphans),
    "vouchers": (SetRules._rule_incomplete, SetRules._rule_unbalanced),
}


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the result tables shared by all tables of one intake."""
    con.execute(
        "CREATE TABLE main.set_hits(source_sha VARCHAR, src_row BIGINT, reason VARCHAR, "
        "disposition VARCHAR, amt DECIMAL(18,2))"
    )
    con.execute(
        "CREATE TABLE main.set_replaced(by_sha VARCHAR, source_sha VARCHAR, src_row BIGINT, "
        "amt DECIMAL(18,2))"
    )
