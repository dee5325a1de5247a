"""Rare bank movements of one ledger: bonds, loans, transfers of accounts, gifts, advances."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.demo.bank import EXPENDITURE, FISCAL, REVENUE, fen
from pipelines.demo.rare import Leg, SetOff

if TYPE_CHECKING:
    from pipelines.demo.rare import RarePlan
    from pipelines.demo.world import Pool

COMPANY = "C{pool}00001"
#: a ledger this large, in a demo this long, needs no approval for its second advance
GATE_HEADS = 300
GATE_MONTHS = 31


def hospital(pool: Pool) -> str:
    """The institution that most of the pool's people go to."""
    return f"H{pool.inst_codes[0]}{pool.inst_base + 1:05d}"


def company(pool: Pool) -> str:
    """A drug firm that the pool pays directly."""
    return COMPANY.format(pool=pool.code)


@dataclass(frozen=True)
class Book:
    """Writes the lines of one ledger into the plan."""

    plan: RarePlan
    pool: Pool
    scheme: str = "310"

    def amt(self, part: float) -> Decimal:
        """A part of the ledger's monthly spending."""
        return self.plan.stage.share(self.pool, self.scheme, part)

    def rate(self, item: str) -> Decimal:
        """A yearly rate of the demo's levels."""
        levels = self.plan.stage.levels
        return Decimal(repr(levels.get(item, "ALL", self.plan.stage.cal.start_ym)))

    def take(self, m: int, day: int, item: str, amt: Decimal, **more: Any) -> str:
        """Money in (to the fiscal account, unless ``acct`` is given); returns the line's name."""
        return self._leg(m, day, (item, "1"), amt, **more)

    def pay(self, m: int, day: int, item: str, amt: Decimal, **more: Any) -> str:
        """Money out (of the fiscal account, unless ``acct`` is given); returns the line's name."""
        return self._leg(m, day, (item, "2"), amt, **more)

    def _leg(
        self, m: int, day: int, move: tuple[str, str], amt: Decimal, *, acct: str = FISCAL,
        **more: Any,
    ) -> str:  # fmt: skip
        tie = f"R{m:02d}{day:02d}{''.join(move)}{more.get('fund_code') or ''}"
        date = self.plan.stage.day(m, day)
        self.plan.leg(m, Leg(self.pool.code, self.scheme, acct, date, *move, amt, tie, **more))
        return f"{self.pool.code}{self.scheme}{tie}"


def plan_bonds(plan: RarePlan) -> None:
    """A bond bought, its interest of a half-year, its redemption with the last interest."""
    book = Book(plan, plan.stage.roles.third)
    amt = book.amt(0.40)
    half = fen(amt * book.rate("rate_bond") / 2)
    to_accounts = fen(half / 4)
    due = plan.stage.day(13, 18)
    bought = book.pay(1, 18, "BOND_OUT", amt, docno="GZ0001", matures=due)
    for code, part in (("310100", half - to_accounts), ("310200", to_accounts)):
        book.take(7, 18, "BOND_INTE", part, fund_code=code, init_tie=bought)
    book.take(13, 18, "BOND_IN", amt + half, init_tie=bought, docno="GZ0001", matures=due)


def plan_loans(plan: RarePlan) -> None:
    """A loan with interest paid in between and repaid; another that the treasury repays (voucher
    by ``rare_vouchers``)."""
    stage = plan.stage
    book = Book(plan, stage.roles.third)
    amt = book.amt(0.20)
    rate = book.rate("rate_loan")
    lent = book.take(2, 6, "LOAN_IN", amt, docno="JK0001")
    if stage.there(4):
        terms = (stage.day(2, 6), stage.day(4, 6), rate)
        book.pay(4, 6, "LOAN_INTE", fen(amt * rate / 6), terms=terms, init_tie=lent)
    book.pay(14, 6, "LOAN_OUT", amt + fen(amt * rate / 2), init_tie=lent, docno="JK0001")
    other = Book(plan, stage.roles.home)
    other.take(1, 25, "LOAN_IN", other.amt(0.10), docno="JK0002")


def plan_transfers(plan: RarePlan, pids: tuple[int, int, int]) -> None:
    """Accounts that come and go with their owners, one of each sent back; an account paid to
    heirs, returned by the bank and paid again. ``pids`` = the persons concerned."""
    book = Book(plan, plan.stage.roles.home)
    came, left, died = pids
    pa = {"fund_code": "310200"}
    amt = book.amt(0.010)
    for m in range(2, plan.stage.cal.months + 1, 6):
        book.take(m, 8, "RELA_IN", amt * 2, acct=REVENUE, pid=came, docno=f"ZR{m:02d}", **pa)
        book.pay(m, 22, "RELA_IN", amt, acct=REVENUE, pid=came, docno=f"ZR{m:02d}", **pa)
        book.pay(m + 1, 16, "RELA_OUT", amt * 2, acct=EXPENDITURE, pid=left, **pa)
        book.take(m + 2, 9, "RELA_OUT", amt, pid=left, **pa)
    order: dict[str, Any] = {"acct": EXPENDITURE, "pid": died, "souc": ("303", "11"), **pa}
    paid = book.pay(4, 18, "DFR_OUT", amt, **order)
    book.take(4, 24, "BANKRET_IN", amt, acct=EXPENDITURE, init_tie=paid, pid=died, **pa)
    book.pay(4, 27, "DFR_OUT", amt, **order)


def plan_other_receipts(plan: RarePlan) -> None:
    """A gift; money of unknown purpose, given back in part; benefits paid first and recovered."""
    book = Book(plan, plan.stage.roles.home)
    book.take(2, 14, "DONA_IN", book.amt(0.010), acct=REVENUE, fund_code="310100")
    unknown = book.amt(0.030)
    book.take(1, 12, "TEMP_IN", unknown)
    book.pay(4, 12, "TEMP_OUT", fen(unknown / 5))
    first = book.amt(0.010)
    book.pay(3, 18, "ADVB_OUT", first * 2, acct=EXPENDITURE)
    book.take(4, 9, "ADVB_IN", first, acct=REVENUE)


def passes_gate(plan: RarePlan) -> bool:
    """Chance cannot bring the employees' fund of ``home`` below the limits of the second advance:
    it has many insured, and no planted trend begins before."""
    return plan.stage.roles.home.heads_310 >= GATE_HEADS and plan.stage.cal.months >= GATE_MONTHS


def plan_advances(plan: RarePlan) -> None:
    """Advances to a hospital: one by approval, one that passes the gate; set off against two
    payments, the rest returned. 集采 advance and its return; a drug firm paid directly."""
    stage = plan.stage
    book = Book(plan, stage.roles.home)
    to = hospital(book.pool)
    amt = book.amt(0.040)
    order: dict[str, Any] = {"acct": EXPENDITURE, "souc": ("207", "31"), "payee": to}
    book.pay(1, 20, "DFR_OUT", amt, approval="YF0001", **order)
    book.pay(14, 20, "DFR_OUT", amt, approval=None if passes_gate(plan) else "YF0002", **order)
    for m in (3, 9):
        plan.setoffs.append(SetOff(m, book.pool.code, "310", to, fen(amt / 4)))
    book.take(12, 26, "PREPAY_BACK", fen(amt / 4), payee=to)
    drugs = book.amt(0.020)
    book.pay(2, 17, "JC_OUT", drugs, payee=to)
    book.take(4, 17, "JC_BACK", fen(drugs / 2), payee=to)
    book.pay(3, 17, "DIRECT_OUT", drugs, payee=company(book.pool))
    book.pay(2, 19, "HIFOB_OUT", book.amt(0.010))


def plan_catastrophic(plan: RarePlan) -> None:
    """Residents: the insurer's loss made good, its surplus taken back."""
    rural = plan.stage.roles.rural
    if rural is None:
        return
    book = Book(plan, rural, "390")
    book.pay(3, 19, "DABING_COMP", book.amt(0.010), fund_code="390100")
    book.take(4, 19, "DABING_IN", book.amt(0.010), fund_code="390100")
