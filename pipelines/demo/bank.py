"""The four bank accounts of each ledger: what the fund moves itself, so that nothing runs short."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.demo.bank_flows import MID_SWEEP, ZERO, Flows, day_total
from pipelines.demo.levels import workday
from pipelines.demo.plan import SCHEMES
from pipelines.months import add_months, month_end, month_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar
    from pipelines.demo.world import World

FEN = Decimal("0.01")
DAY = dt.timedelta(days=1)
REVENUE, EXPENDITURE, FISCAL, TREASURY = "1", "2", "4", "5"
ACCOUNTS = (REVENUE, EXPENDITURE, FISCAL, TREASURY)
QUARTER_ENDS = (3, 6, 9, 12)
SUBSIDY_MONTHS = {3: Decimal("0.40"), 5: Decimal("0.35"), 7: Decimal("0.25")}

PLAN_SCHEMA = (
    "poolarea_no VARCHAR, insutype VARCHAR, acct VARCHAR, day DATE, item VARCHAR, dirc VARCHAR, "
    "amt DECIMAL(18,2), fund_code VARCHAR, cntp VARCHAR, int_begndate DATE, int_enddate DATE, "
    "int_rate DECIMAL(9,6), docno VARCHAR, tie VARCHAR"
)


def fen(value: float | Decimal) -> Decimal:
    """Rounded half up to whole fen."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(FEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Movement:
    """One leg the fund moves itself."""

    acct: str
    day: dt.date
    item: str
    dirc: str
    amt: Decimal
    fund_code: str | None
    cntp: str
    interest: tuple[dt.date, dt.date, Decimal] | None = None
    docno: str | None = None

    def row(self, pool: str, scheme: str) -> list[object]:
        """The values of ``PLAN_SCHEMA``."""
        begin, end, rate = self.interest or (None, None, None)
        return [pool, scheme, self.acct, self.day, self.item, self.dirc, self.amt, self.fund_code,
                self.cntp, begin, end, rate, self.docno,
                f"{self.docno or ''}{self.fund_code or ''}"]  # fmt: skip


@dataclass
class LedgerBank:
    """Balances of one ledger's accounts at the last month end."""

    pool: str
    scheme: str
    heads: int
    pool_part: Decimal
    balances: dict[str, Decimal]
    #: account → sum of the daily balances since interest was paid last, in yuan-days
    held: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, ZERO))
    pa_interest: Decimal = ZERO
    #: interest is paid at the end of the quarter, and only the fiscal account's is shared
    by_quarter: bool = False


@dataclass(frozen=True)
class Pending:
    """Interest received on the fiscal account whose attribution comes by voucher later."""

    pool: str
    received_ym: int
    resolved_ym: int


@dataclass(frozen=True)
class MonthMoves:
    """A ledger's own moves of a month."""

    moves: tuple[Movement, ...]
    allocated: Decimal
    needed: Decimal
    pa_interest: Decimal
    rescued: Decimal


def pending_interest(world: World, cal: Calendar, seed: int) -> tuple[Pending, ...]:
    """Up to two employee ledgers a year keep one quarter's interest pending; one more ledger keeps
    that of December into the next year."""
    out = []
    years = sorted({cal.ym(m) // 100 for m in cal.indexes if m})
    for year in years:
        rng = random.Random(f"{seed}:pending:{year}")
        for code in sorted(rng.sample([p.code for p in world.pools], min(2, len(world.pools)))):
            received = year * 100 + rng.choice(QUARTER_ENDS[:3])
            out.append(Pending(code, received, add_months(received, rng.randint(1, 3))))
        code = rng.choice(sorted(p.code for p in world.pools))
        out.append(Pending(code, year * 100 + 12, (year + 1) * 100 + rng.randint(1, 2)))
    return tuple(out)


def _interest(
    bank: LedgerBank, acct: str, amount: Decimal, day: dt.date, rate: Decimal, *, pending: bool
) -> tuple[list[Movement], Decimal]:
    """The interest rows of one account: one for residents, pool and account for employees."""
    ym = day.year * 100 + day.month
    begin = month_start(add_months(ym, -3)) + dt.timedelta(days=20)
    if bank.by_quarter and acct == FISCAL:
        begin = month_start(add_months(ym, -2))
    terms = (begin, day - DAY, rate)
    if bank.scheme == "390":
        parts: list[tuple[str | None, Decimal]] = [("390100", amount)]
    elif bank.by_quarter and acct != FISCAL:
        parts = [("310100", amount)]
    elif pending:
        parts = [(None, amount)]
    else:
        to_pool = fen(amount * bank.pool_part)
        parts = [("310100", to_pool), ("310200", amount - to_pool)]
    moves = [
        Movement(acct, day, "INTE_IN", "1", amt, code, "0", terms) for code, amt in parts if amt > 0
    ]
    return moves, sum((amt for code, amt in parts if code == "310200"), ZERO)


def _interest_day(bank: LedgerBank, acct: str, ym: int) -> dt.date:
    """The day on which interest comes; the day before is the last that bears it."""
    if bank.by_quarter and acct == FISCAL:
        return month_end(ym)
    return dt.date(ym // 100, ym % 100, 21)


def _nets(acct: str, flows: Flows, moves: Sequence[Movement]) -> dict[dt.date, Decimal]:
    """What each day brings to an account or takes from it."""
    nets = {day: net for (own, day), net in flows.days.items() if own == acct}
    for move in moves:
        if move.acct == acct:
            signed = move.amt if move.dirc == "1" else -move.amt
            nets[move.day] = nets.get(move.day, ZERO) + signed
    return nets


def _two_legs(
    item: str, out_acct: str, in_acct: str, day: dt.date, *, amt: Decimal, scheme: str
) -> list[Movement]:
    code = "390100" if scheme == "390" else "310100"
    doc = f"{item}{day:%Y%m%d}"
    return [
        Movement(out_acct, day, item, "2", amt, code, in_acct, docno=f"{doc}{out_acct}{in_acct}"),
        Movement(in_acct, day, item, "1", amt, code, out_acct, docno=f"{doc}{out_acct}{in_acct}"),
    ]


def _quarter_interest(
    bank: LedgerBank,
    flows: Flows,
    moves: Sequence[Movement],
    ym: int,
    rates: tuple[Decimal, Decimal],
    *,
    pending: bool,
) -> tuple[list[Movement], Decimal, Decimal]:
    """The moves with the quarter's interest on the daily balances at the rates of current and
    fiscal accounts; what of it goes to personal accounts, and what the revenue account received."""
    told = list(moves)
    to_accounts = revenue = ZERO
    for acct, rate in ((REVENUE, rates[0]), (EXPENDITURE, rates[0]), (FISCAL, rates[1])):
        day = _interest_day(bank, acct, ym)
        held = bank.held[acct] + day_total(
            bank.balances[acct], _nets(acct, flows, told), month_start(ym), day - DAY
        )
        amount = fen(max(held, ZERO) * rate / 360)
        rows, to_pa = _interest(bank, acct, amount, day, rate, pending=pending and acct == FISCAL)
        told += rows
        to_accounts += to_pa
        if acct == REVENUE:
            revenue = amount
        if acct == EXPENDITURE and amount > 0:
            over = workday(dt.date(ym // 100, ym % 100, 25))
            told += _two_legs("INTE_OUT", acct, FISCAL, over, amt=amount, scheme=bank.scheme)
    return told, to_accounts, revenue


def month_moves(
    bank: LedgerBank, flows: Flows, ym: int, levels: Levels, *, pending: bool
) -> MonthMoves:
    """Sweeps, subsidies, interest, allocation and the 大病 premium of one ledger's month.

    A fiscal account that could not cover the month's allocation receives an early subsidy.
    """
    year, month = ym // 100, ym % 100
    last = month_end(ym)
    moves: list[Movement] = []
    bal = bank.balances
    need = max(ZERO, flows.paid - bal[EXPENDITURE])
    alloc = (need / 1000).quantize(Decimal(1), ROUND_CEILING) * 1000
    alloc = alloc.quantize(FEN)
    small = Decimal(repr(levels.get("rate_current", "ALL", ym)))
    large = Decimal(repr(levels.get("rate_fiscal", "ALL", ym)))
    for day, amt in ((dt.date(year, month, MID_SWEEP), flows.tax_early), (last, flows.tax_late)):
        if amt > 0:
            moves += _two_legs("URSN", TREASURY, FISCAL, day, amt=amt, scheme=bank.scheme)
    dabing = ZERO
    if bank.heads and bank.scheme == "390":
        if month in SUBSIDY_MONTHS:
            standard = levels.get("finsubs", "390", ym) * levels.get("finsubs_topup", "390", ym)
            amt = fen(Decimal(repr(round(standard, 2))) * bank.heads * SUBSIDY_MONTHS[month])
            day = workday(dt.date(year, month, 10))
            moves.append(Movement(FISCAL, day, "FINSUBS_IN", "1", amt, "390100", "0"))
        if month == 3:
            dabing = fen(levels.get("dabing_premium", "390", ym) * bank.heads)
            day = workday(dt.date(year, month, 24))
            moves.append(Movement(FISCAL, day, "DABING_OUT", "2", dabing, "390100", "0"))
    if alloc > 0:
        day = workday(dt.date(year, month, 11))
        moves += _two_legs("ALLOC_OUT", FISCAL, EXPENDITURE, day, amt=alloc, scheme=bank.scheme)
    short = alloc + dabing + flows.fiscal_out - bal[FISCAL]
    rescued = ZERO
    if short > 0:
        rescued = ((short + alloc / 10) / 1000).quantize(Decimal(1), ROUND_CEILING) * 1000
        rescued = rescued.quantize(FEN)
        code = "390100" if bank.scheme == "390" else "310100"
        day = dt.date(year, month, 5)
        moves.append(Movement(FISCAL, day, "FINSUBS_IN", "1", rescued, code, "0"))
    to_pa = revenue_interest = ZERO
    if month in QUARTER_ENDS:
        interest = _quarter_interest(bank, flows, moves, ym, (small, large), pending=pending)
        moves, to_pa, revenue_interest = interest
    swept = flows.other_in - flows.refunded + revenue_interest
    if swept > 0:
        moves += _two_legs("URSN", REVENUE, FISCAL, last, amt=swept, scheme=bank.scheme)
    return MonthMoves(tuple(moves), alloc, need, to_pa, rescued)


def settle_month(bank: LedgerBank, flows: Flows, moves: MonthMoves, ym: int) -> dict[str, Decimal]:
    """Carry the balances to the month end; returns them. Raises AssertionError below zero."""
    for acct in (REVENUE, EXPENDITURE, FISCAL):
        first, since = month_start(ym), bank.held[acct]
        if ym % 100 in QUARTER_ENDS:
            first, since = _interest_day(bank, acct, ym), ZERO
            # a bank that pays at the quarter's end counts from the next day on
            first += DAY if first == month_end(ym) else dt.timedelta(0)
        nets = _nets(acct, flows, moves.moves)
        bank.held[acct] = since + day_total(bank.balances[acct], nets, first, month_end(ym))
    ends = dict(bank.balances)
    ends[TREASURY] += flows.tax_early + flows.tax_late
    ends[REVENUE] += flows.other_in - flows.refunded
    ends[EXPENDITURE] += flows.returned - flows.paid
    ends[FISCAL] += flows.fiscal_in - flows.fiscal_out
    for move in moves.moves:
        ends[move.acct] += move.amt if move.dirc == "1" else -move.amt
    low = min(ends.values())
    if low < 0 or ends[TREASURY] or ends[REVENUE]:
        raise AssertionError(f"demo bank {bank.pool}-{bank.scheme}: {ends}")
    bank.balances = ends
    bank.pa_interest += moves.pa_interest
    return ends


def open_banks(
    world: World,
    reserves: dict[tuple[str, str], tuple[Decimal, Decimal]],
    by_quarter: str | None = None,
) -> dict[tuple[str, str], LedgerBank]:
    """The ledgers' banks at the start: everything stands on the fiscal account. The employees' bank
    of pool ``by_quarter`` pays interest at the end of the quarter."""
    banks = {}
    for pool in world.pools:
        for scheme in SCHEMES:
            if (pool.code, scheme) not in reserves:
                continue
            to_pool, to_pa = reserves[(pool.code, scheme)]
            balances = dict.fromkeys(ACCOUNTS, ZERO)
            balances[FISCAL] = to_pool + to_pa
            share = (to_pool / (to_pool + to_pa)).quantize(Decimal("0.0001"))
            banks[(pool.code, scheme)] = LedgerBank(
                pool.code, scheme, pool.heads(scheme), share, balances,
                by_quarter=(pool.code, scheme) == (by_quarter, "310"),
            )  # fmt: skip
    return banks
