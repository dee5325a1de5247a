"""Held reversals whose original has come: they count from now on, by the file that brought it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.extracts.keys import key_sql
from pipelines.extracts.parse_sql import path_list
from pipelines.extracts.set_sql import row_columns

if TYPE_CHECKING:
    from pipelines.extracts.setrules import SetRules

_FIRST = """
INSERT INTO freed
WITH near AS (
    SELECT p.ord, p.sha AS source_sha, k.src_row, k.own
    FROM (SELECT fn, src_row, own FROM new_keys WHERE own IN (SELECT ini FROM waiting)) k
    JOIN place p USING (fn)
)
, there AS (
    SELECT own, min(ord) AS ord FROM near
    WHERE (source_sha, src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
    GROUP BY own
)
SELECT t.ord, w.source_sha, w.src_row, w.h, w.own
FROM waiting w JOIN there t ON t.own = w.ini;
"""

#: a reversal may itself be the original of one that waits
_NEXT = """
INSERT INTO freed
SELECT min(f.ord), w.source_sha, w.src_row, w.h, w.own
FROM waiting w JOIN freed f ON f.own = w.ini
WHERE (w.source_sha, w.src_row) NOT IN (SELECT (source_sha, src_row) FROM freed)
GROUP BY ALL;
"""

_RIVALS = """
CREATE OR REPLACE TEMP TABLE spot AS
SELECT p.ord, p.sha AS source_sha, k.src_row
FROM (
    SELECT fn, src_row FROM new_keys
    WHERE h IN (SELECT h FROM freed) OR own IN (SELECT own FROM freed)
) k JOIN place p USING (fn)
WHERE (p.sha, k.src_row) NOT IN (SELECT (source_sha, src_row) FROM hits)
UNION ALL
SELECT -1, source_sha, src_row FROM ({old});
"""

_RELEASED = """
CREATE OR REPLACE TEMP TABLE let_go AS
SELECT w.ord, w.source_sha, w.src_row, w.k, w.updt, w.amt
FROM cand_held w
WHERE NOT EXISTS (SELECT 1 FROM rival r WHERE r.k = w.k AND r.updt >= w.updt)
    AND NOT EXISTS (
        SELECT 1 FROM rival r WHERE r.own_id = w.own_id AND r.k <> w.k AND r.updt = w.updt
    )
QUALIFY row_number() OVER (
    PARTITION BY w.k ORDER BY w.updt DESC, w.ord, w.source_sha, w.src_row
) = 1;

INSERT INTO main.set_released
SELECT p.sha, l.source_sha, l.src_row, l.amt
FROM let_go l JOIN place p ON p.ord = l.ord;

INSERT INTO main.set_replaced
SELECT p.sha, r.source_sha, r.src_row, r.amt
FROM let_go l JOIN rival r USING (k) JOIN place p ON p.ord = l.ord
WHERE (r.source_sha, r.src_row) NOT IN (
    SELECT (source_sha, src_row) FROM main.set_replaced
);
"""


def release(rules: SetRules) -> None:
    """Fill ``main.set_released`` with held rows that the new files free, and what they replace.

    A held row is not freed where its record has a version as new or newer that counts.
    """
    con, held = rules.con, rules.history.held
    if not (rules.reverses and held):
        return
    freed = rules.history.released
    gone = (
        f"ANTI JOIN read_parquet({path_list(freed)}) r USING (source_sha, src_row)" if freed else ""
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE waiting AS "
        f"SELECT s.source_sha, s.src_row, {key_sql(rules.decl)} "
        f"FROM read_parquet({path_list(held)}) s {gone} WHERE s.reason = 'ORPHAN_REVERSAL'"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE freed"
        "(ord INTEGER, source_sha VARCHAR, src_row BIGINT, h UBIGINT, own UBIGINT)"
    )
    con.execute(_FIRST)
    found = -1
    while found != (found := rules.count("freed")):
        con.execute(_NEXT)
    if not found:
        return
    old = rules.live(
        rules.old_keys(
            rules.history.files, "h IN (SELECT h FROM freed) OR own IN (SELECT own FROM freed)"
        )
    )
    con.execute(_RIVALS.format(old=old))
    rules.read_rows("rival", "spot", row_columns(rules.decl))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE cand_held AS "
        f"SELECT f.ord, {row_columns(rules.decl)} FROM read_parquet({path_list(held)}) s "
        "JOIN freed f ON f.source_sha = s.source_sha AND f.src_row = s.src_row"
    )
    con.execute(_RELEASED)
