"""Which ledgers and months there are to compare, and what events are called."""

from __future__ import annotations

import duckdb

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RULES

#: marts that must be bound
MARTS = (
    "dim_account",
    "dim_book",
    "dim_pooling_area",
    "fct_balance_sheet",
    "fct_income_statement",
    "fct_journal",
    "fct_ledger_month",
    "fct_pending_item",
    "fct_receivable_aging",
)


def ledgers_of_pool(
    con: duckdb.DuckDBPyConnection, pool: str, period: int | None, scheme: str | None = None
) -> tuple[tuple[str, ...], int]:
    """The ledgers of a pooling area and the month asked for (default: the last).

    Raises JiecunError ``POOL_UNKNOWN`` (no such pool or scheme), ``PERIOD_UNKNOWN`` (no statement
    of that month).
    """
    rows = con.execute(
        "select ledger_id, insutype, min(period_ym), max(period_ym) from fct_balance_sheet "
        "where poolarea_no = ? and period_type = 'M' group by all order by all",
        [pool],
    ).fetchall()
    chosen = [row for row in rows if scheme in (None, row[1])]
    if not chosen:
        found = f"统筹区 {pool} 有险种 {'、'.join(row[1] for row in rows)}" if rows else pool
        raise _asked("POOL_UNKNOWN", "--pool", "发布中的统筹区编号和险种", found)
    last = max(row[3] for row in chosen) if period is None else period
    inside = tuple(row[0] for row in chosen if row[2] <= last <= row[3])
    if not inside or last % 100 not in range(1, 13):
        span = f"{min(row[2] for row in chosen)}—{max(row[3] for row in chosen)}"
        raise _asked("PERIOD_UNKNOWN", "--period", f"{span} 中的月份（yyyymm）", str(last))
    return inside, last


def comparable(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether ``con`` holds several books and every mart a comparison reads."""
    rows = con.execute("select table_name from information_schema.tables").fetchall()
    if not set(MARTS) <= {row[0] for row in rows}:
        return False
    return bool(con.execute("select count(*) > 1 from dim_book").fetchall()[0][0])


def event_names(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Event code → its Chinese name: from ``rule_event`` of ``con``, else from the rules."""
    told = "select event_code, event_name from "
    try:
        rows = con.execute(f"{told} rule_event").fetchall()
    except duckdb.CatalogException:
        path = str(RULES / "rule_event.csv")
        rows = con.execute(f"{told} read_csv(?, all_varchar = true)", [path]).fetchall()
    return dict(rows)


def _asked(code: str, place: str, expected: str, found: str) -> JiecunError:
    remedy = '用 jiecun sql "select distinct ledger_id, period_ym from fct_balance_sheet" 查看'
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)
