"""Rare premiums: late, ahead, unpaid, of a past year given back, and allocations to accounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.demo.bank import REVENUE, TREASURY, fen
from pipelines.demo.bank_flows import ZERO
from pipelines.demo.rare_money import Book
from pipelines.months import month_end

if TYPE_CHECKING:
    from pipelines.demo.rare import RarePlan, Row

#: serial of the first employer that only rare events know
FIRST_EMPLOYER = 9_000_000
#: days that the late payer is fined for
DAYS_LATE = 40
#: kinds of allocation of the pool's premium income to accounts
ALLOCATIONS = ("36", "40", "41")


class Payers:
    """Writes premium rows of employers and retirees of ``home`` into the plan."""

    def __init__(self, plan: RarePlan, rates: tuple[float, float, float]) -> None:
        self.plan = plan
        self.pool = plan.stage.roles.home
        self.rates = tuple(Decimal(repr(rate)) for rate in rates)
        self.book = Book(plan, self.pool)

    def base(self, ym: int) -> Decimal:
        """A month's base of an employer with one insured person at the pool's mean wage."""
        levels = self.plan.stage.levels
        growth = 1 + levels.get("growth_income", "ALL", ym)
        wage = levels.get("wage", "310", ym) * growth ** (ym // 100 - 2024) / 12
        return fen(round(wage * self.pool.wage, 2))

    def due(self, no: int, due: int, m: int, **more: Any) -> Row:
        """An employer's row for month index ``due`` in the file of month ``m``, not paid yet."""
        ym = self.plan.stage.cal.ym(due)
        std = self.base(ym)
        emp_rate, psn_rate, into_rate = self.rates
        psn = fen(std * psn_rate)
        known = self.plan.stage.day(m, 1)
        row = {
            "kind": "U",
            "rid": f"CQ{ym}{no:010d}",
            "clct_detl_id": f"DQ{ym}{no:010d}",
            "clct_obj": "E",
            "emp": FIRST_EMPLOYER + no,
            "insutype": "310",
            "emp_mgt_type": "01",
            "insu_admdvs": self.pool.insu_codes[0],
            "poolarea_no": self.pool.code,
            "cashym": ym,
            "std": std,
            "psncnt": 1,
            "emp_amt": fen(std * emp_rate),
            "psn_amt": psn,
            "into_amt": fen(std * into_rate),
            "psn_into": psn,
            "latefee": ZERO,
            "clct_type": "10",
            "clct_way": "01",
            "updt_time": dt.datetime(known.year, known.month, 1, 20),
        }
        return row | more

    def paid(self, row: Row, day: dt.date) -> Row:
        """The row with its money on that day (``clct_way`` 02: in the treasury a day later)."""
        time = dt.datetime(day.year, day.month, day.day, 10)
        told = time.replace(hour=21)
        return row | {"kind": "Y", "clct_time": time, "arvl_date": day, "traf_time": told,
                      "updt_time": time.replace(hour=22)}  # fmt: skip

    def receive(self, m: int, row: Row, *, day: int, no: int) -> None:
        """The bank line of a row that is paid."""
        amt = row["emp_amt"] + row["psn_amt"] + row["latefee"]
        item, acct = ("SURY_IN", TREASURY) if row["clct_way"] == "02" else ("PREM_IN", REVENUE)
        self.book.take(m, day, item, amt, acct=acct, docno=f"JF{no:04d}{m:02d}")

    def pay(self, no: int, due: int, m: int, day: int, **more: Any) -> Row:
        """A row for month ``due`` paid in month ``m``, with its bank line; returns the row."""
        row = self.paid(self.due(no, due, m, **more), self.plan.stage.day(m, day))
        self.plan.premium(m, row)
        self.receive(m, row, day=day, no=no)
        return row


def plan_premiums(plan: RarePlan, rates: tuple[float, float, float]) -> None:
    """Every rare premium of ``home``; ``rates`` = employer, employee, employer's part credited."""
    payers = Payers(plan, rates)
    stage = plan.stage
    late = payers.due(1, 1, 3)
    daily = Decimal(repr(stage.levels.get("latefee_daily", "310", stage.cal.start_ym)))
    fee = fen((late["emp_amt"] + late["psn_amt"]) * daily * DAYS_LATE)
    payers.pay(1, 1, 3, 12, latefee=fee)
    payers.pay(2, 3, 2, 11)
    plan.premium(1, payers.due(3, 1, 1))
    payers.pay(3, 1, 4, 13)
    plan.premium(2, payers.due(4, 2, 2))
    _over_the_month_end(plan, payers)
    _refund_of_last_year(plan, payers)
    _pending_over_the_year_end(plan, payers)
    for no, m in enumerate(range(1, stage.cal.months + 1, 3)):
        _allocate(plan, m, ALLOCATIONS[no % 3])


def uncollectable(plan: RarePlan, rates: tuple[float, float, float]) -> tuple[Decimal, Decimal]:
    """(pool part, account part) of the premium that employer 4 never pays."""
    row = Payers(plan, rates).due(4, 2, 2)
    to_account: Decimal = row["into_amt"] + row["psn_into"]
    return row["emp_amt"] + row["psn_amt"] - to_account, to_account


def _over_the_month_end(plan: RarePlan, payers: Payers) -> None:
    """Paid on the last day of a month, in the treasury on the first day of the next.

    Never over a year end: the platform would count money that the books do not have yet.
    """
    cal = plan.stage.cal
    m = 1 if cal.ym(2) % 100 == 12 else 2
    row = payers.paid(payers.due(5, m, m, clct_way="02"), month_end(cal.ym(m)))
    plan.premium(m, row)
    payers.receive(m + 1, row, day=1, no=5)


def _refund_of_last_year(plan: RarePlan, payers: Payers) -> None:
    """A premium of November given back in January, out of what the same employer pays then."""
    stage = plan.stage
    m = stage.of_month(11)
    first = payers.pay(6, m, m, 10, clct_way="03")
    if not stage.there(m + 2):
        return
    payers.pay(6, m + 2, m + 2, 10, clct_way="03")
    back = payers.due(7, m, m + 2, clct_way="03", clct_type="20", emp=first["emp"])
    back |= {"init_clct_detl_id": first["clct_detl_id"]}
    for name in ("emp_amt", "psn_amt", "into_amt", "psn_into"):
        back[name] = -fen(back[name] / 2)
    plan.premium(m + 2, payers.paid(back, stage.day(m + 2, 27)))
    amt = -(back["emp_amt"] + back["psn_amt"])
    payers.book.pay(m + 2, 27, "REFD_OUT", amt, acct=REVENUE, docno=back["clct_detl_id"])


def _pending_over_the_year_end(plan: RarePlan, payers: Payers) -> None:
    """Received in December, attributed in January."""
    stage = plan.stage
    m = stage.of_month(12)
    if not stage.there(m):
        return
    whole = payers.paid(payers.due(8, m, m), stage.day(m, 14))
    plan.premium(m, whole | {"into_amt": None, "psn_into": None, "traf_time": None})
    payers.receive(m, whole, day=14, no=8)
    if stage.there(m + 1):
        day = stage.day(m + 1, 16)
        told = dt.datetime(day.year, day.month, day.day, 15)
        later = {"kind": "V", "traf_time": told, "updt_time": told.replace(hour=22)}
        plan.premium(m + 1, whole | later)


def _allocate(plan: RarePlan, m: int, kind: str) -> None:
    """The pool's income credited to a retiree's account: no money moves."""
    stage = plan.stage
    pool = stage.roles.home
    ym, day = stage.cal.ym(m), stage.day(m, 20)
    time = dt.datetime(day.year, day.month, day.day, 15)
    row: Row = {
        "kind": "Y",
        "rid": f"CH{ym}{kind}",
        "clct_detl_id": f"DH{ym}{kind}",
        "clct_obj": "S",
        "pid": pool.first_310 + pool.heads_310 - 1,
        "insutype": "310",
        "psn_type": "1201",
        "insu_admdvs": pool.insu_codes[0],
        "poolarea_no": pool.code,
        "cashym": ym,
        "emp_amt": ZERO,
        "psn_amt": ZERO,
        "into_amt": fen(Decimal(90)),
        "psn_into": ZERO,
        "latefee": ZERO,
        "clct_type": kind,
        "clct_way": "01",
        "clct_time": time,
        "arvl_date": day,
        "traf_time": time,
        "updt_time": time.replace(hour=22),
    }
    plan.premium(m, row)
