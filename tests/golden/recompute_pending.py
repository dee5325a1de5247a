"""Money whose owner is not known yet, by the rule in force: split at the year end, put right later.

At the end of the year of receipt what is open is shared between the funds by the ratio of what was
attributed before; when its owner is known, only the difference moves between the two funds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.golden.recompute_tools import Flows

#: kind of pending money → the rows of the pool's and of the accounts' income
INCOME = {"PREM": ("1.1", "2.1"), "INTE": ("1.3", "2.2")}


@dataclass
class Pending:
    """What came in unattributed, and when it was attributed; whole fen, months as yyyymm."""

    #: (ledger, kind, month of receipt) → fen
    came: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    #: (ledger, kind, month of receipt, day) → (pool fen, account fen)
    told: dict[tuple[str, str, int, str], tuple[int, int]] = field(default_factory=dict)

    def attribute(self, lot: tuple[str, str, int], day: str, pool: int, account: int) -> None:
        """Part of a lot is known on that day (yyyy-mm-dd)."""
        before = self.told.get((*lot, day), (0, 0))
        self.told[(*lot, day)] = (before[0] + pool, before[1] + account)


def _month(day: str) -> int:
    return int(day[:4]) * 100 + int(day[5:7])


def half_up(numerator: int, denominator: int) -> int:
    """The quotient, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def settle(flows: Flows, pending: Pending, last_ym: int) -> None:
    """Add every row that pending money moves, up to ``last_ym``."""
    late: defaultdict[tuple[str, str, int], list[tuple[str, int, int]]] = defaultdict(list)
    left = Counter(pending.came)
    for (ledger, _, received), fen in pending.came.items():
        flows[ledger, received, "5.3"] += fen
    for (ledger, kind, received, day), (pool, account) in sorted(pending.told.items()):
        ym = _month(day)
        if ym > last_ym:
            continue
        if ym // 100 == received // 100:
            flows[ledger, ym, "5.3"] -= pool + account
            flows[ledger, ym, INCOME[kind][0]] += pool
            flows[ledger, ym, INCOME[kind][1]] += account
            left[ledger, kind, received] -= pool + account
        else:
            late[ledger, kind, received].append((day, pool, account))
    attributed = _attributed(flows, late)
    lots = {lot: fen for lot, fen in left.items() if fen}
    for ledger, kind, year in sorted({(lot[0], lot[1], lot[2] // 100) for lot in lots}):
        if year * 100 + 12 <= last_ym:
            open_lots = {
                k: v for k, v in lots.items() if (k[0], k[1], k[2] // 100) == (ledger, kind, year)
            }
            ratio = _ratio(attributed, ledger, kind, year)
            _split(flows, open_lots, ratio, late)


def _attributed(
    flows: Flows, late: dict[tuple[str, str, int], list[tuple[str, int, int]]]
) -> Counter[tuple[str, str, int, int]]:
    """(ledger, kind, fund 0/1, month) → income of the funds, and what was known late."""
    out: Counter[tuple[str, str, int, int]] = Counter()
    for (ledger, ym, row), fen in flows.items():
        for kind, rows in INCOME.items():
            if ledger.endswith("-310") and row in rows:
                out[ledger, kind, rows.index(row), ym] += fen
    for (ledger, kind, _), parts in late.items():
        for day, pool, account in parts:
            out[ledger, kind, 0, _month(day)] += pool
            out[ledger, kind, 1, _month(day)] += account
    return out


def _ratio(
    attributed: Counter[tuple[str, str, int, int]], ledger: str, kind: str, year: int
) -> tuple[int, int]:
    """(pool, both funds): of the twelve months before December; else with it; else ever; else as
    the premiums."""
    december = year * 100 + 12

    def over(wanted: str, fits: Callable[[int], bool]) -> tuple[int, int]:
        sums = [0, 0]
        for (whose, what, fund, ym), fen in attributed.items():
            if (whose, what) == (ledger, wanted) and ym <= december and fits(ym):
                sums[fund] += fen
        return sums[0], sum(sums)

    for wanted in (kind, "PREM"):
        for fits in (
            lambda ym: december - 100 <= ym < december,
            lambda ym: december - 100 <= ym,
            lambda _: True,
        ):
            pool, total = over(wanted, fits)
            if total > 0:
                return pool, total
    raise ValueError(f"{ledger} {kind} {year}: nothing to take a ratio from")


def _split(
    flows: Flows,
    lots: dict[tuple[str, str, int], int],
    ratio: tuple[int, int],
    late: dict[tuple[str, str, int], list[tuple[str, int, int]]],
) -> None:
    """One year end of one ledger and kind: the split, and what later corrects it."""
    whole = sum(lots.values())
    to_pool = half_up(whole * ratio[0], ratio[1])
    running = given = 0
    for lot in sorted(lots):
        ledger, kind, received = lot
        running += lots[lot]
        until = half_up(running * to_pool, whole)
        pool, given = until - given, until
        december = received // 100 * 100 + 12
        flows[ledger, december, "5.3"] -= lots[lot]
        flows[ledger, december, INCOME[kind][0]] += pool
        flows[ledger, december, INCOME[kind][1]] += lots[lot] - pool
        known = carried = 0
        for day, true_pool, true_account in sorted(late.get(lot, ())):
            known += true_pool + true_account
            now = half_up(pool * known, lots[lot])
            difference, carried = true_pool - (now - carried), now
            flows[ledger, _month(day), "pool_fund"] += difference
            flows[ledger, _month(day), "pa_fund"] -= difference
