"""The SQL of the set rules, over temp tables of one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.extracts.keys import REVERSALS
from pipelines.extracts.parse_sql import joined_key, staged_types
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from schemas.table import Declaration

#: table → columns of the unit that is taken whole or not at all
GROUP_KEYS: dict[str, tuple[str, ...]] = {
    "vouchers": ("voucher_no", "poolarea_no", "insutype"),
}
#: table → amount that must come to zero over such a unit
GROUP_BALANCE: dict[str, str] = {"vouchers": "debit_amt - credit_amt"}


def group_key(table: str) -> str:
    """SQL for the unit a row belongs to; NULL for tables without such units."""
    columns = GROUP_KEYS.get(table)
    return joined_key(columns) if columns else "CAST(NULL AS VARCHAR)"


def amount(decl: Declaration) -> str:
    """SQL for the control amount of a staged row, NULL where the table has none."""
    return f"CAST({decl.control_amount or 'NULL'} AS DECIMAL(18,2))"


def row_columns(decl: Declaration) -> str:
    """What the rules need of a staged row ``s``."""
    own, initial = REVERSALS.get(decl.name, ("NULL", "NULL"))
    return (
        f"s.source_sha, s.src_row, {joined_key(decl.spec.key)} AS k, s.updt_time AS updt, "
        f"{amount(decl)} AS amt, "
        f"CAST({own} AS VARCHAR) AS own_id, CAST({initial} AS VARCHAR) AS init_id, "
        f"{group_key(decl.name)} AS grp, "
        f"CAST({GROUP_BALANCE.get(decl.name, 'NULL')} AS DECIMAL(18,2)) AS bal"
    )


def content_sql(decl: Declaration, without: Sequence[str] = ()) -> str:
    """The place of a staged row ``s`` and a digest of its own columns."""
    columns = [c for c in list(staged_types(decl))[4:] if c not in without]
    told = ", ".join(f"{quoted(c)}: s.{c}" for c in columns)
    return f"s.source_sha, s.src_row, md5(to_json({{{told}}})::VARCHAR) AS content"


def empty_rows(decl: Declaration) -> str:
    """A SELECT of no staged rows, with the right types."""
    columns = ", ".join(f"CAST(NULL AS {t}) AS {c}" for c, t in staged_types(decl).items())
    return f"SELECT {columns} WHERE false"


NO_KEYS = (
    "SELECT CAST(NULL AS VARCHAR) AS source_sha, CAST(NULL AS BIGINT) AS src_row, "
    "CAST(NULL AS UBIGINT) AS h, CAST(NULL AS UBIGINT) AS own WHERE false"
)

TEMP_TABLES = """
CREATE OR REPLACE TEMP TABLE place(fn VARCHAR, sha VARCHAR, ord INTEGER);
CREATE OR REPLACE TEMP TABLE hits(
    source_sha VARCHAR, src_row BIGINT, reason VARCHAR, disposition VARCHAR, amt DECIMAL(18,2));
CREATE OR REPLACE TEMP TABLE old_h(source_sha VARCHAR, src_row BIGINT, h UBIGINT, own UBIGINT);
CREATE OR REPLACE TEMP TABLE old_own(source_sha VARCHAR, src_row BIGINT, h UBIGINT, own UBIGINT);
CREATE OR REPLACE TEMP TABLE standing(
    ord INTEGER, source_sha VARCHAR, src_row BIGINT, k VARCHAR, updt TIMESTAMP,
    amt DECIMAL(18,2));
"""

#: rows whose key's hash occurs twice among the new rows, or among the earlier ones too
SAME_KEY = """
CREATE OR REPLACE TEMP TABLE same_key AS
WITH wanted AS (SELECT h FROM again UNION SELECT h FROM old_h)
, fresh AS (
    SELECT p.ord, p.sha AS source_sha, k.src_row, k.h
    FROM (SELECT fn, src_row, h FROM new_keys WHERE h IN (SELECT h FROM wanted)) k
    JOIN place p USING (fn)
)
SELECT * FROM fresh WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
UNION ALL
SELECT -1, source_sha, src_row, h FROM old_h;
"""

SAME_UPDATE = """
CREATE OR REPLACE TEMP TABLE spot_content AS
SELECT ord, source_sha, src_row FROM cand
QUALIFY count(*) OVER (PARTITION BY k, updt) > 1;
"""

VERSIONS = """
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
    WHEN live_content IS NOT NULL THEN 'DUP_CONFLICT'
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

INSERT INTO standing
SELECT ord, source_sha, src_row, k, updt, amt FROM classed WHERE reason IS NULL;
"""


def same_own(live_own: str) -> str:
    """Candidates ``spot``: rows whose own id's hash stands under two keys' hashes."""
    return f"""
CREATE OR REPLACE TEMP TABLE spot AS
WITH old AS ({live_own})
, wanted AS (SELECT h AS own FROM again UNION SELECT own FROM old)
, fresh AS (
    SELECT p.ord, p.sha AS source_sha, k.src_row, k.h, k.own
    FROM (SELECT fn, src_row, h, own FROM new_keys WHERE own IN (SELECT own FROM wanted)) k
    JOIN place p USING (fn)
)
, every AS (
    SELECT * FROM fresh
    WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
    UNION ALL
    SELECT -1, source_sha, src_row, h, own FROM old
    WHERE own IN (SELECT own FROM fresh)
)
SELECT ord, source_sha, src_row FROM every
WHERE own IN (SELECT own FROM every GROUP BY own HAVING count(DISTINCT h) > 1);
"""


SAME_OWN_UPDATE = """
CREATE OR REPLACE TEMP TABLE spot_content AS
SELECT ord, source_sha, src_row FROM cand WHERE (own_id, updt) IN (
    SELECT (own_id, updt) FROM cand GROUP BY own_id, updt HAVING count(DISTINCT k) > 1
);
"""

SAME_OWN_ID = """
INSERT INTO hits
SELECT source_sha, src_row, 'DUP_CONFLICT', 'quarantined', amt
FROM (
    SELECT c.*, count(DISTINCT t.content) OVER (PARTITION BY own_id, updt) AS contents
    FROM cand c JOIN content t USING (source_sha, src_row)
)
WHERE ord >= 0 AND contents > 1;
"""

#: reversals whose original's hash is neither among the new rows that stand nor among old ones
ORPHANS = """
CREATE OR REPLACE TEMP TABLE orphan AS
WITH leg AS (
    SELECT p.ord, p.sha AS source_sha, k.src_row, k.ini
    FROM (SELECT fn, src_row, ini FROM new_keys WHERE ini IS NOT NULL) k JOIN place p USING (fn)
)
, waiting AS (
    SELECT * FROM leg WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
)
, lost AS (
    SELECT * FROM waiting WHERE ini NOT IN (SELECT own FROM old_own)
)
, near AS (
    SELECT p.sha AS source_sha, k.src_row, k.own
    FROM (SELECT fn, src_row, own FROM new_keys WHERE own IN (SELECT ini FROM lost)) k
    JOIN place p USING (fn)
)
SELECT ord, source_sha, src_row, ini FROM lost
WHERE ini NOT IN (
    SELECT own FROM near
    WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
);
"""

ORPHAN_HITS = """
INSERT INTO hits SELECT source_sha, src_row, 'ORPHAN_REVERSAL', 'held', amt FROM cand;
"""

ALL_NEW = """
CREATE OR REPLACE TEMP TABLE spot AS
SELECT p.ord, p.sha AS source_sha, k.src_row FROM new_keys k JOIN place p USING (fn);
"""

INCOMPLETE = """
CREATE OR REPLACE TEMP VIEW left_rows AS SELECT * FROM n
WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits);

INSERT INTO hits
SELECT source_sha, src_row, 'VOUCHER_INCOMPLETE', 'quarantined', amt
FROM left_rows WHERE (source_sha, grp) IN (
    SELECT (source_sha, grp) FROM turned_away WHERE grp IS NOT NULL
    UNION ALL
    SELECT (n.source_sha, n.grp) FROM hits h JOIN n USING (source_sha, src_row)
    WHERE h.disposition IN ('quarantined', 'held', 'out_of_scope')
);
"""

UNBALANCED = """
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

REPLACED = """
INSERT INTO main.set_replaced
SELECT by_sha, source_sha, src_row, amt
FROM (
    SELECT source_sha, src_row, amt, ord,
        lead(source_sha) OVER step AS by_sha, lead(ord) OVER step AS by_ord
    FROM standing
    WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
    WINDOW step AS (PARTITION BY k ORDER BY updt, ord, src_row)
)
WHERE by_ord >= 0;
"""


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the result tables shared by all tables of one intake."""
    con.execute(
        "CREATE TABLE main.set_hits(source_sha VARCHAR, src_row BIGINT, reason VARCHAR, "
        "disposition VARCHAR, amt DECIMAL(18,2))"
    )
    for name in ("set_replaced", "set_released"):
        con.execute(
            f"CREATE TABLE main.{name}(by_sha VARCHAR, source_sha VARCHAR, src_row BIGINT, "
            "amt DECIMAL(18,2))"
        )
