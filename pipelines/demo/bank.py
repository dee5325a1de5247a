"""The four bank accounts of each ledger: what the fund moves itself, so that nothing runs short."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.demo.levels import workday
from pipelines.demo.plan import SCHEMES
from pipelines.months import add_months, month_end, month_start

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar
    from pipelines.demo.world import World

ZERO = Decimal("0.00")
FEN = Decimal("0.01")
REVENUE, EXPENDITURE, FISCAL, TREASURY = "1", "2", "4", "5"
ACCOUNTS = (REVENUE, EXPENDITURE, FISCAL, TREASURY)
QUARTER_ENDS = (3, 6, 9, 12)
SUBSIDY_MONTHS = {3: Decimal("0.40"), 5: Decimal("0.35"), 7: Decimal("0.25")}
MID_SWEEP = 15

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
class Flows:
    """What came and went at one ledger's accounts in a month, before the fund's own moves."""

    tax_early: Decimal = ZERO
    tax_late: Decimal = ZERO
    other_in: Decimal = ZERO
    refunded: Decimal = ZERO
    paid: Decimal = ZERO
    returned: Decimal = ZERO
    fiscal_in: Decimal = ZERO
    fiscal_out: Decimal = ZERO


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
    fiscal_history: list[Decimal] = field(default_factory=list)
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


def read_flows(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Flows]:
    """Sum the month's outside movements (``b_ext``, ``b_rare``) by ledger and account."""
    rows = con.execute(
        f"""
        SELECT poolarea_no, insutype,
            coalesce(sum(amt) FILTER (side = '51' AND day(day) < {MID_SWEEP}), 0),
            coalesce(sum(amt) FILTER (side = '51' AND day(day) >= {MID_SWEEP}), 0),
            coalesce(sum(amt) FILTER (side = '11'), 0),
            coalesce(sum(amt) FILTER (side = '12'), 0),
            coalesce(sum(amt) FILTER (side = '22'), 0),
            coalesce(sum(amt) FILTER (side = '21'), 0),
            coalesce(sum(amt) FILTER (side = '41'), 0),
            coalesce(sum(amt) FILTER (side = '42'), 0)
        FROM (
            SELECT poolarea_no, insutype, acct || dirc AS side, day, amt
            FROM (FROM b_ext UNION ALL BY NAME FROM b_rare)
        )
        GROUP BY poolarea_no, insutype ORDER BY ALL
        """
    ).fetchall()
    return {(r[0], r[1]): Flows(*(Decimal(v) for v in r[2:])) for r in rows}


def _interest(
    bank: LedgerBank, acct: str, amount: Decimal, day: dt.date, rate: Decimal, *, pending: bool
) -> tuple[list[Movement], Decimal]:
    """The interest rows of one account: one for residents, pool and account for employees."""
    ym = day.year * 100 + day.month
    begin = month_start(add_months(ym, -3)) + dt.timedelta(days=20)
    if bank.by_quarter and acct == FISCAL:
        day, begin = month_end(ym), month_start(add_months(ym, -2))
    terms = (begin, day - dt.timedelta(days=1), rate)
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


def _two_legs(
    item: str, out_acct: str, in_acct: str, day: dt.date, *, amt: Decimal, scheme: str
) -> list[Movement]:
    code = "390100" if scheme == "390" else "310100"
    doc = f"{item}{day:%Y%m%d}"
    return [
        Movement(out_acct, day, item, "2", amt, code, in_acct, docno=f"{doc}{out_acct}{in_acct}"),
        Movement(in_acct, day, item, "1", amt, code, out_acct, docno=f"{doc}{out_acct}{in_acct}"),
    ]


def month_moves(
    bank: LedgerBank, flows: Flows, ym: int, levels: Levels, *, pending: bool
) -> MonthMoves:
    """Sweeps, subsidies, interest, allocation and the 大病 premium of one ledger's month.

    A fiscal account that could not cover the month's allocation receives an early subsidy.
    """
    year, month = ym // 100, ym % 100
    last = month_end(ym)
    moves: list[Movement] = []
    pa_interest = ZERO
    bal = bank.balances
    day21 = dt.date(year, month, 21)
    need = max(ZERO, flows.paid - bal[EXPENDITURE])
    alloc = (need / 1000).quantize(Decimal(1), ROUND_CEILING) * 1000
    alloc = alloc.quantize(FEN)
    small = Decimal(repr(levels.get("rate_current", "ALL", ym)))
    large = Decimal(repr(levels.get("rate_fiscal", "ALL", ym)))
    revenue_interest = ZERO
    if month in QUARTER_ENDS:
        history = [*bank.fiscal_history[-3:]]
        mean = sum(history, ZERO) / len(history)
        quarter_days = Decimal(91 if len(history) == 3 else 30 * len(history))
        for acct, base, rate, days in (
            (FISCAL, mean, large, quarter_days),
            (REVENUE, flows.other_in, small, Decimal(30)),
            (EXPENDITURE, alloc, small, Decimal(24)),
        ):
            amount = fen(base * rate * days / 360)
            rows, to_pa = _interest(
                bank, acct, amount, day21, rate, pending=pending and acct == FISCAL
            )
            moves += rows
            pa_interest += to_pa
            if acct == REVENUE:
                revenue_interest = amount
            if acct == EXPENDITURE and amount > 0:
                hand_over = workday(dt.date(year, month, 25))
                moves += _two_legs(
                    "INTE_OUT", acct, FISCAL, hand_over, amt=amount, scheme=bank.scheme
                )
    for day, acct, amt in (
        (dt.date(year, month, MID_SWEEP), TREASURY, flows.tax_early),
        (last, TREASURY, flows.tax_late),
        (last, REVENUE, flows.other_in - flows.refunded + revenue_interest),
    ):
        if amt > 0:
            moves += _two_legs("URSN", acct, FISCAL, day, amt=amt, scheme=bank.scheme)
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
    return MonthMoves(tuple(moves), alloc, need, pa_interest, rescued)


def settle_month(bank: LedgerBank, flows: Flows, moves: MonthMoves) -> dict[str, Decimal]:
    """Carry the balances to the month end; returns them. Raises AssertionError below zero."""
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
    bank.fiscal_history.append(ends[FISCAL])
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
                pool.code, scheme, pool.heads(scheme), share, balances, [balances[FISCAL]],
                by_quarter=(pool.code, scheme) == (by_quarter, "310"),
            )  # fmt: skip
    return banks
