"""Rows that only rare events make: their shapes, and who in the province has them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.demo.bank import fen
from pipelines.demo.reserves import monthly_spending
from pipelines.months import month_start

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar
    from pipelines.demo.world import Pool, World

Row = dict[str, Any]
#: smallest amount of a rare event, and the grain of all of them, in yuan
GRAIN = Decimal(10)

LEG_SCHEMA = (
    "poolarea_no VARCHAR, insutype VARCHAR, acct VARCHAR, day DATE, item VARCHAR, dirc VARCHAR, "
    "amt DECIMAL(18,2), fund_code VARCHAR, cntp VARCHAR, int_begndate DATE, int_enddate DATE, "
    "int_rate DECIMAL(9,6), dfr_souc VARCHAR, dfr_obj VARCHAR, pid BIGINT, docno VARCHAR, "
    "tie VARCHAR, init_tie VARCHAR, fixmedins_code VARCHAR, cntp_admdvs VARCHAR, "
    "approval_id VARCHAR, mat_date DATE"
)
PREMIUM_SCHEMA = (
    "kind VARCHAR, rid VARCHAR, clct_detl_id VARCHAR, init_clct_detl_id VARCHAR, "
    "clct_obj VARCHAR, emp BIGINT, pid BIGINT, insutype VARCHAR, psn_type VARCHAR, "
    "emp_mgt_type VARCHAR, insu_admdvs VARCHAR, "
    "poolarea_no VARCHAR, cashym INTEGER, std DECIMAL(18,2), psncnt BIGINT, "
    "emp_amt DECIMAL(18,2), psn_amt DECIMAL(18,2), into_amt DECIMAL(18,2), "
    "psn_into DECIMAL(18,2), latefee DECIMAL(18,2), clct_type VARCHAR, clct_way VARCHAR, "
    "clct_time TIMESTAMP, arvl_date DATE, traf_time TIMESTAMP, updt_time TIMESTAMP"
)


@dataclass(frozen=True)
class Leg:
    """One line of a bank statement; ``tie`` names it, ``init_tie`` names the line it refers to."""

    pool: str
    scheme: str
    acct: str
    day: dt.date
    item: str
    dirc: str
    amt: Decimal
    tie: str
    fund_code: str | None = None
    init_tie: str | None = None
    terms: tuple[dt.date, dt.date, Decimal] | None = None
    souc: tuple[str, str] | None = None
    pid: int | None = None
    docno: str | None = None
    payee: str | None = None
    region: str | None = None
    approval: str | None = None
    matures: dt.date | None = None

    def row(self) -> list[object]:
        """The values of ``LEG_SCHEMA``."""
        begin, end, rate = self.terms or (None, None, None)
        souc, obj = self.souc or (None, None)
        return [self.pool, self.scheme, self.acct, self.day, self.item, self.dirc, self.amt,
                self.fund_code, "0", begin, end, rate, souc, obj, self.pid, self.docno, self.tie,
                self.init_tie, self.payee, self.region, self.approval, self.matures]  # fmt: skip

    def account_change(self) -> Decimal:
        """What the line adds to the personal accounts' fund."""
        if self.fund_code != "310200":
            return Decimal("0.00")
        return self.amt if self.dirc == "1" else -self.amt


@dataclass(frozen=True)
class SetOff:
    """An advance that a month's payment to its institution is lessened by."""

    m: int
    pool: str
    scheme: str
    institution: str
    amt: Decimal


@dataclass(frozen=True)
class Roles:
    """Who has which rare events. ``away`` treats people of ``home``; ``rural`` is None where the
    only residents' ledger is the one that runs dry; ``adjusted`` has its accounts corrected."""

    home: Pool
    away: Pool | None
    third: Pool
    rural: Pool | None
    top: Pool | None
    adjusted: Pool | None


def choose_roles(
    world: World, seed: int, *, dry: str, no_interest: frozenset[str], held: frozenset[str]
) -> Roles:
    """The roles; ``dry`` = the pool whose residents' ledger runs dry, ``no_interest`` = pools whose
    accounts accrue no interest of their own (``pa_interest_rate`` 0), ``held`` = pools that hold
    residents' premiums until their year begins (``suppl2026`` on)."""
    local = [p for p in world.pools if p.heads_390]
    top = next((p for p in world.pools if not p.heads_390), None)
    adjusted = next((p for p in local if p.code in no_interest), None)
    others = [p for p in local if p is not adjusted] or local
    random.Random(f"{seed}:roles").shuffle(others)
    residents = [p for p in reversed(others) if p.code != dry and p.code not in held]
    return Roles(
        home=others[0],
        away=others[1] if len(others) > 1 else None,
        third=others[2 % len(others)],
        rural=residents[0] if residents else None,
        top=top,
        adjusted=adjusted,
    )


@dataclass(frozen=True)
class Stage:
    """The province as the planners of rare events see it."""

    world: World
    levels: Levels
    cal: Calendar
    roles: Roles

    def there(self, m: int) -> bool:
        """Month index ``m`` has books."""
        return 1 <= m <= self.cal.months

    def day(self, m: int, number: int) -> dt.date:
        """A day of the month of index ``m``."""
        return month_start(self.cal.ym(m)).replace(day=number)

    def share(self, pool: Pool, scheme: str, part: float) -> Decimal:
        """A part of the ledger's opening monthly spending, in whole tens of yuan."""
        unit = monthly_spending(self.levels, pool, scheme, self.cal.start_ym)
        return fen(max(GRAIN, fen(round(unit * part, 2)) // GRAIN * GRAIN))

    def of_month(self, month: int, after: int = 1) -> int:
        """The first month index from ``after`` on that is that calendar month."""
        return next(m for m in range(after, after + 12) if self.cal.ym(m) % 100 == month)


@dataclass
class RarePlan:
    """Every planned rare row by month index."""

    stage: Stage
    legs: dict[int, list[Leg]] = field(default_factory=dict)
    premiums: dict[int, list[Row]] = field(default_factory=dict)
    vouchers: dict[int, list[Row]] = field(default_factory=dict)
    setoffs: list[SetOff] = field(default_factory=list)
    #: personal-account money that moves without premium, interest or settlement: (pool, m) → yuan
    account: dict[tuple[str, int], Decimal] = field(default_factory=dict)

    def leg(self, m: int, leg: Leg) -> None:
        """A bank line of month ``m``, if the month has books."""
        if self.stage.there(m):
            self.legs.setdefault(m, []).append(leg)
            self.account_moves(leg.pool, m, leg.account_change())

    def premium(self, m: int, row: Row) -> None:
        """A premium row in the file of month ``m``, if the month has books."""
        if self.stage.there(m):
            self.premiums.setdefault(m, []).append(row)

    def voucher(self, m: int, lines: list[Row]) -> None:
        """A manual voucher of month ``m``, if the month has books."""
        if self.stage.there(m):
            self.vouchers.setdefault(m, []).extend(lines)

    def account_moves(self, pool: str, m: int, amt: Decimal) -> None:
        """Money of the personal accounts that came (+) or went (−)."""
        if amt:
            self.account[(pool, m)] = self.account.get((pool, m), Decimal("0.00")) + amt

    def all_legs(self) -> Iterator[Leg]:
        """Every planned line, in the order of months."""
        for m in sorted(self.legs):
            yield from self.legs[m]
