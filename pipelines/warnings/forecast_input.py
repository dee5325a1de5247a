"""What a forecast starts from: monthly spending, reserves, and approved income of every ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.months import month_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

_YEAR = 12
#: where a month of income comes from, the least certain last
BASES = ("budget", "repeated", "history")

_MONTHS = """
    select book, scope_id, poolarea_no, insutype, fund, period_ym, income_amt, outlay_amt,
        (expense_amt - outlay_amt)::decimal(18, 2), (balance_amt - advance_amt)::decimal(18, 2),
        advance_amt
    from met_base
    where scope_type = 'ledger' and fund = case insutype when '390' then 'NA' else 'POOL' end
    order by book, scope_id, fund, period_ym
"""
_PLANS = """
    select ledger_id, fund, budg_year::integer, month, version_no, known_date,
        (month_fen::decimal(18, 0) * 0.01)::decimal(18, 2)
    from met_budget_month
    where direction = '1' and fund in ('POOL', 'NA')
    order by ledger_id, fund, budg_year, version_no, month
"""


@dataclass(frozen=True)
class History:
    """Consecutive months of one ledger's pooled fund, in yuan; entry 0 is month ``index``.

    ``reserve`` is the balance at the month's end without premiums of a benefit year that has not
    begun (``advance``); ``level`` is money passed on within the system, no spending on benefits.
    """

    book: str
    ledger_id: str
    poolarea_no: str
    insutype: str
    fund: str
    #: months since year 0, and since the first month of all histories
    index: int
    start: int
    income: tuple[Decimal, ...]
    outlay: tuple[Decimal, ...]
    level: tuple[Decimal, ...]
    reserve: tuple[Decimal, ...]
    advance: tuple[Decimal, ...]

    @property
    def series_id(self) -> str:
        return f"{self.ledger_id}-{self.fund}"

    @property
    def key(self) -> str:
        """One history: a series that misses a month has several."""
        return f"{self.book}|{self.series_id}|{self.index}"

    @property
    def peers(self) -> str:
        """Series of one fund in one province are held against each other."""
        return f"{self.book}|{self.poolarea_no[:2]}|{self.insutype}|{self.fund}"

    def ym(self, n: int) -> int:
        """The n-th month as yyyymm."""
        return to_ym(self.index + n)

    def other(self, n: int) -> Decimal:
        """What changes the reserve of month n beside income and spending on benefits."""
        before = self.advance[n - 1] if n else Decimal(0)
        return before - self.advance[n] - self.level[n]


@dataclass(frozen=True)
class Ahead:
    """Income of the months ahead: approved, where it comes from, and the other changes."""

    income: tuple[Decimal, ...]
    other: tuple[Decimal, ...]
    basis: tuple[str, ...]

    @property
    def net(self) -> tuple[Decimal, ...]:
        return tuple(a + b for a, b in zip(self.income, self.other, strict=True))

    @property
    def worst(self) -> str:
        """The least certain basis within the first year."""
        return max(self.basis[:_YEAR], key=BASES.index)


@dataclass(frozen=True)
class Version:
    """One version of a year's approved income by calendar month."""

    number: int
    known: date
    months: Mapping[int, Decimal]


@dataclass(frozen=True)
class Inputs:
    """All histories, by book and series, and the budgets by ledger, fund and year."""

    histories: tuple[History, ...]
    plans: Mapping[tuple[str, str, int], Sequence[Version]]

    def ahead(self, history: History, known: int, horizon: int) -> Ahead:
        """The ``horizon`` months after the first ``known`` ones of a history (12 at least).

        A month takes the budget of its year in the version in force at the end of the base month,
        else the latest earlier year's budget of the same calendar month, down to the year before
        the base month; else what came in a year ago. What is passed on within the system, and how
        much of the balance belongs to the next benefit year, repeats the last twelve months.
        """
        base = history.index + known - 1
        end = date(*divmod_month(base + 1), 1) - timedelta(days=1)
        income: list[Decimal] = []
        other: list[Decimal] = []
        basis: list[str] = []
        budgets: dict[int, Mapping[int, Decimal]] = {}
        for h in range(1, horizon + 1):
            year, month = divmod_month(base + h)
            same = known - _YEAR + (h - 1) % _YEAR
            told, amount = "history", history.income[same]
            for candidate in range(year, end.year - 2, -1):
                if candidate not in budgets:
                    budgets[candidate] = self._in_force(history, candidate, end)
                if month in budgets[candidate]:
                    amount = budgets[candidate][month]
                    told = "budget" if candidate == year else "repeated"
                    break
            before = history.advance[known - 1 if h % _YEAR == 1 else same - 1]
            income.append(amount)
            other.append(before - history.advance[same] - history.level[same])
            basis.append(told)
        return Ahead(tuple(income), tuple(other), tuple(basis))

    def _in_force(self, history: History, year: int, day: date) -> Mapping[int, Decimal]:
        versions = self.plans.get((history.ledger_id, history.fund, year), ())
        known = [v for v in versions if v.known <= day]
        return max(known, key=lambda v: v.number).months if known else {}


def read_inputs(con: duckdb.DuckDBPyConnection) -> Inputs:
    """Read ``met_base`` and ``met_budget_month`` of a run; both may be empty."""
    groups: dict[tuple[str, ...], list[tuple[int, tuple[Decimal, ...]]]] = defaultdict(list)
    for *head, ym, income, outlay, level, reserve, advance in con.execute(_MONTHS).fetchall():
        index = month_number(ym)
        amounts = (income, outlay, level, reserve, advance)
        groups[tuple(head)].append((index, tuple(x or Decimal(0) for x in amounts)))
    first = min((months[0][0] for months in groups.values()), default=0)
    histories = tuple(
        _history(head, run, first) for head, months in groups.items() for run in _runs(months)
    )
    budgets: dict[tuple[str, str, int], dict[tuple[int, date], dict[int, Decimal]]] = {}
    for ledger, fund, year, month, number, known, amount in con.execute(_PLANS).fetchall():
        versions = budgets.setdefault((ledger, fund, year), {})
        versions.setdefault((number, known), {})[month] = amount
    plans = {
        key: tuple(Version(number, known, told) for (number, known), told in versions.items())
        for key, versions in budgets.items()
    }
    return Inputs(histories, plans)


def to_ym(index: int) -> int:
    """Months since year 0 → yyyymm."""
    year, month = divmod_month(index)
    return year * 100 + month


def divmod_month(index: int) -> tuple[int, int]:
    """Months since year 0 → (year, month)."""
    return index // _YEAR, index % _YEAR + 1


def _runs(
    months: Sequence[tuple[int, tuple[Decimal, ...]]],
) -> list[list[tuple[int, tuple[Decimal, ...]]]]:
    """Months in order, cut where one is missing."""
    runs: list[list[tuple[int, tuple[Decimal, ...]]]] = []
    for one in months:
        if runs and runs[-1][-1][0] + 1 == one[0]:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _history(
    head: tuple[str, ...], run: Sequence[tuple[int, tuple[Decimal, ...]]], first: int
) -> History:
    book, ledger_id, poolarea_no, insutype, fund = head
    income, outlay, level, reserve, advance = zip(*(amounts for _, amounts in run), strict=True)
    return History(
        book, ledger_id, poolarea_no, insutype, fund, run[0][0], run[0][0] - first,
        income, outlay, level, reserve, advance,
    )  # fmt: skip
