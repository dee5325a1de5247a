"""Whose forecasts are verified: the months of a release, or any panel of monthly spending."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.months import month_number
from pipelines.warnings.panel import read_panel
from pipelines.warnings.verify_forecast import Case, LineResult, results, rolling_origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

_YEAR = 12
_WITHIN = 24
#: origins of a long panel are half a year apart, those of a short one a quarter
_LONG = 60
_DRAWS = 5
_SEED = 1

_KNOWN = """
    select series_id, left(poolarea_no, 2) || '-' || insutype as peers, period_ym, outlay_amt,
        income_amt + other_net_amt, reserve_amt, mean_outlay_amt
    from fct_forecast
    where horizon_cnt = 0
    order by book, series_id, period_ym
"""
_TOLD = """
    select series_id, period_ym, line, point_cnt, early_cnt, late_cnt
    from fct_forecast_crossing
    where not is_below
    order by book, series_id, period_ym, line desc
"""


@dataclass(frozen=True)
class Spending:
    """Monthly spending of each series, which begins ``starts`` months after the earliest one."""

    spends: Mapping[str, Sequence[float]]
    starts: Mapping[str, int]
    fund_of: Mapping[str, str]
    #: series that could not be used → why
    left_out: Mapping[str, str]

    @property
    def month_cnt(self) -> int:
        """Months from the first of the earliest series to the last of the latest."""
        return max((self.starts[s] + len(x) for s, x in self.spends.items()), default=0)

    @property
    def origins(self) -> range:
        """Months of history forecast from: three years of a long panel, two of a short one."""
        first, step = (3 * _YEAR, 6) if self.month_cnt >= _LONG else (2 * _YEAR, 3)
        return range(first, self.month_cnt, step)


@dataclass(frozen=True)
class Verified:
    """What the test found; ``real`` are forecasts as they were made, for a release only."""

    spending: Spending
    drawn: tuple[LineResult, ...]
    real: tuple[LineResult, ...] = ()
    #: lines told to be crossed in a month that is known now, and that were not crossed by then
    false_cnt: int = 0
    told_cnt: int = 0


def verify_panel(panel: Path, groups: Path) -> Verified:
    """The rolling-origin test over two CSV files; raises what ``read_panel`` raises."""
    frame = read_panel(panel, groups).frame.sort("series_id", "month_start")
    months: dict[str, list[tuple[int, Decimal | None]]] = defaultdict(list)
    fund_of: dict[str, str] = {}
    for series, fund, start, amount in frame.select(
        "series_id", "fund", "month_start", "amount"
    ).iter_rows():
        months[series].append((start.year * _YEAR + start.month - 1, amount))
        fund_of[series] = fund
    return _verified(_spending(months, fund_of))


def verify_release(con: duckdb.DuckDBPyConnection) -> Verified:
    """The same over the spending of a release, and its own forecasts against what then happened."""
    months: dict[str, list[tuple[int, Decimal | None]]] = defaultdict(list)
    fund_of: dict[str, str] = {}
    facts: dict[str, dict[int, tuple[Decimal, Decimal, Decimal]]] = defaultdict(dict)
    for series, peers, ym, outlay, net, reserve, mean in con.execute(_KNOWN).fetchall():
        index = month_number(ym)
        months[series].append((index, outlay))
        fund_of[series] = peers
        facts[series][index] = (reserve, mean, net - outlay)
    drawn = _verified(_spending(months, fund_of))
    cases: list[Case] = []
    told = false = 0
    for series, ym, line, point, early, late in con.execute(_TOLD).fetchall():
        base = month_number(ym)
        known = facts[series]
        last = max(known, default=base)
        truth = _truth(known, base, line)
        if point is not None and base + point <= last:
            told += 1
            false += truth is None or truth > point + _YEAR
        if truth is not None:
            naive = _naive(known, base, line)
            cases.append(Case(line, point, early, late, naive, truth, series))
    return Verified(drawn.spending, drawn.drawn, results(cases), false, told)


def _verified(spending: Spending) -> Verified:
    found = rolling_origin(
        spending.spends,
        spending.fund_of,
        origins=spending.origins,
        draws=_DRAWS,
        seed=_SEED,
        starts=spending.starts,
    )
    return Verified(spending, found)


def _spending(
    months: Mapping[str, Sequence[tuple[int, Decimal | None]]], fund_of: Mapping[str, str]
) -> Spending:
    left_out = {series: why for series, told in months.items() if (why := _unfit(told))}
    kept = {series: told for series, told in months.items() if series not in left_out}
    first = min((told[0][0] for told in kept.values()), default=0)
    return Spending(
        {s: [float(x) for _, x in told if x is not None] for s, told in kept.items()},
        {s: told[0][0] - first for s, told in kept.items()},
        {s: fund_of[s] for s in kept},
        left_out,
    )


def _unfit(told: Sequence[tuple[int, Decimal | None]]) -> str:
    if any(amount is None for _, amount in told):
        return "有空的月份"
    steps = {after[0] - before[0] for before, after in pairwise(told)}
    if 0 in steps:
        return "月份重复"
    if steps - {1}:
        return "月份不连续"
    if any(amount is not None and amount <= 0 for _, amount in told):
        return "有零或负数"
    return ""


def _truth(
    known: Mapping[int, tuple[Decimal, Decimal, Decimal]], base: int, line: int
) -> int | None:
    """Months until the reserve was below the line, within 24 and within what is known."""
    for ahead in range(1, _WITHIN + 1):
        fact = known.get(base + ahead)
        if fact is None:
            return None
        if fact[0] < line * fact[1]:
            return ahead
    return None


def _naive(known: Mapping[int, tuple[Decimal, Decimal, Decimal]], base: int, line: int) -> float:
    """Balance above the line ÷ the average deficit of twelve months; 24 where there is none."""
    reserve, mean, _ = known[base]
    net = sum((known[base - n][2] for n in range(_YEAR) if base - n in known), Decimal(0)) / _YEAR
    return float((reserve - line * mean) / -net) if net < 0 else float(_WITHIN)
