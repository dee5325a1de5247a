"""The forecast of a fund and the inspections of a scope, as the pages show them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.reports.statements import BOOK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from decimal import Decimal

    import duckdb

#: known months before the forecast in the chart
BEFORE = 24
BASES = {
    "actual": "账簿",
    "budget": "批准预算",
    "repeated": "上一批准年度同月",
    "history": "上年同月实收",
}

_MONTHS = """
    select ledger_id, series_id, fund, period_ym, horizon_cnt, target_ym, income_basis, income_amt,
        other_net_amt, outlay_amt, mean_outlay_amt, reserve_amt, reserve_early_amt,
        reserve_late_amt, payable_months
    from fct_forecast
    where book = ?
    order by ledger_id, target_ym, horizon_cnt
"""
_LINES = """
    select ledger_id, line, text_zh, growth_pct, peer_cnt, history_cnt
    from fct_forecast_crossing
    where book = ?
    qualify period_ym = max(period_ym) over (partition by series_id)
    order by ledger_id, line desc
"""
_INSPECTIONS = """
    select origin, scope_type, scope_id, first_ym, period_ym, month_cnt, insp_cnt, hndl_cnt,
        handled_pct, fraud_org_cnt, case_cnt, suspect_cnt, close_cnt, retn_amt, booked_amt,
        penl_amt, published_pct, source_key
    from fct_inspection
    order by scope_id, period_ym desc, first_ym, origin, source_key
"""


@dataclass(frozen=True)
class OutlookMonth:
    """One month of the path, known (``horizon`` 0) or ahead; amounts in yuan."""

    horizon: int
    target_ym: int
    basis: str
    income: Decimal
    other: Decimal
    outlay: Decimal
    mean: Decimal
    reserve: Decimal
    early: Decimal
    late: Decimal
    payable: Decimal | None


@dataclass(frozen=True)
class Outlook:
    """One fund forecast from its last month: known months, months ahead, the three lines."""

    fund: str
    base_ym: int
    known: tuple[OutlookMonth, ...]
    ahead: tuple[OutlookMonth, ...]
    #: (line in months, what is told of it), the highest first
    lines: tuple[tuple[int, str], ...]
    growth_pct: Decimal
    peer_cnt: int
    history_cnt: int

    @property
    def bases(self) -> tuple[str, ...]:
        """Where the income of the months ahead comes from, in words."""
        return tuple(dict.fromkeys(BASES[m.basis] for m in self.ahead))


@dataclass(frozen=True)
class Inspected:
    """One row of ``fct_inspection``; money in yuan."""

    origin: str
    scope_type: str
    scope_id: str
    first_ym: int
    period_ym: int
    month_cnt: int | None
    insp_cnt: int | None
    hndl_cnt: int | None
    handled_pct: Decimal | None
    fraud_org_cnt: int | None
    case_cnt: int | None
    suspect_cnt: int | None
    close_cnt: int | None
    retn_amt: Decimal | None
    booked_amt: Decimal | None
    penl_amt: Decimal | None
    published_pct: Decimal | None
    source_key: str

    @property
    def period(self) -> str:
        """2021年, or 2018年1月—2020年12月 where it is no calendar year."""
        year, last = self.period_ym // 100, self.period_ym % 100
        if self.first_ym == year * 100 + 1 and last == 12:
            return f"{year}年"
        first = f"{self.first_ym // 100}年{self.first_ym % 100}月"
        return f"{first}—{year}年{last}月"


def load_outlooks(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> dict[str, Outlook]:
    """Ledger → the forecast from its last month; nothing where a release has no such mart."""
    if not {"fct_forecast", "fct_forecast_crossing"} <= set(tables):
        return {}
    told = defaultdict(list)
    for ledger, line, text, *facts in con.execute(_LINES, [BOOK]).fetchall():
        told[ledger].append((line, text, facts))
    months = defaultdict(list)
    for ledger, _, fund, base, *values in con.execute(_MONTHS, [BOOK]).fetchall():
        months[ledger].append((fund, base, OutlookMonth(*values)))
    out: dict[str, Outlook] = {}
    for ledger, lines in told.items():
        ahead = tuple(m for _, _, m in months[ledger] if m.horizon)
        known = tuple(m for _, _, m in months[ledger] if not m.horizon)[-BEFORE:]
        if ahead:
            fund, base = next((f, b) for f, b, m in months[ledger] if m.horizon)
            growth, peers, history = lines[0][2]
            out[ledger] = Outlook(
                fund, base, known, ahead, tuple((n, text) for n, text, _ in lines), growth, peers,
                history,
            )  # fmt: skip
    return out


def load_inspections(
    con: duckdb.DuckDBPyConnection, tables: Collection[str]
) -> dict[str, tuple[Inspected, ...]]:
    """Scope (pool, province, 000000) → its rows, newest first; nothing without the mart."""
    if "fct_inspection" not in tables:
        return {}
    out: dict[str, list[Inspected]] = defaultdict(list)
    for row in con.execute(_INSPECTIONS).fetchall():
        out[row[2]].append(Inspected(*row))
    return {scope: tuple(rows) for scope, rows in out.items()}


def inspections_of(
    inspections: Mapping[str, tuple[Inspected, ...]], scope: str, origin: str | None = None
) -> tuple[Inspected, ...]:
    """The rows of one scope, of one origin where it is named."""
    return tuple(r for r in inspections.get(scope, ()) if origin is None or r.origin == origin)
