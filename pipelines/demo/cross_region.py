"""Money between pools: 上解 and 下拨, risk fund deposits, care in another place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.demo.bank import FISCAL, fen
from pipelines.demo.books import budget_lines
from pipelines.demo.rare import Leg
from pipelines.demo.rare_money import Book, hospital

if TYPE_CHECKING:
    from decimal import Decimal

    from pipelines.demo.rare import RarePlan, Roles, Row, Stage
    from pipelines.demo.world import Pool


def plan_levels(plan: RarePlan) -> None:
    """上解 by the cities, 下拨 by the province; each notice on both sides, one over a month end.

    Both schemes: the province keeps an adjustment fund of the residents as well.
    """
    roles = plan.stage.roles
    if roles.top is None:
        return
    for scheme, city, code in (("310", roles.home, "310100"), ("390", roles.rural, "390100")):
        if city is None:
            continue
        lower, upper = Book(plan, city, scheme), Book(plan, roles.top, scheme)
        amt = lower.amt(0.010)
        for m in range(2, plan.stage.cal.months + 1, 12):
            up, down = f"SJ{scheme}{m:02d}", f"XB{scheme}{m:02d}"
            up_end = {"docno": up, "fund_code": code}
            lower.pay(m, 10, "UPREM_OUT", amt, region=upper.pool.code, **up_end)
            upper.take(m, 12, "DNREM_IN", amt, region=city.code, **up_end)
            down_end = {"docno": down, "fund_code": code}
            upper.pay(m, 27, "DNSUBS_OUT", fen(amt / 2), region=city.code, **down_end)
            lower.take(m + 1, 2, "UPSUBS_IN", fen(amt / 2), region=upper.pool.code, **down_end)


def plan_insurance(plan: RarePlan) -> None:
    """The residents' adjustment fund of the province pays for 大病 insurance every month."""
    roles = plan.stage.roles
    if roles.top is None or roles.rural is None:
        return
    fund = Book(plan, roles.top, "390")
    amt = insurance_premium(plan.stage)
    for m in range(1, plan.stage.cal.months + 1):
        fund.pay(m, 20, "DABING_OUT", amt, fund_code="390100")


def insurance_premium(stage: Stage) -> Decimal:
    """What the adjustment fund pays a month."""
    return stage.share(stage.roles.rural or stage.roles.home, "390", 0.0005)


def top_budget(stage: Stage, year: int) -> list[Row]:
    """The adjustment fund's budget of the year."""
    roles = stage.roles
    if roles.top is None or roles.rural is None:
        return []
    ledger, item = (roles.top.code, "390"), ("2", "大病保险支出")
    return budget_lines(ledger, year, item, [insurance_premium(stage)] * 12)


def plan_risk_deposit(plan: RarePlan) -> None:
    """Risk fund money lodged with the province; a part comes back."""
    roles = plan.stage.roles
    if roles.top is None or roles.rural is None:
        return
    lower, upper = Book(plan, roles.rural, "390"), Book(plan, roles.top, "390")
    amt = lower.amt(0.010)
    for m, back, part in ((3, False, amt), (4, True, fen(amt / 2))):
        out, into = (upper, lower) if back else (lower, upper)
        item = {True: "RISK_OUT", False: "RISK_IN"}
        docno = f"FX{m:02d}"
        out.pay(m, 14, item[out is lower], part, region=into.pool.code, docno=docno)
        into.take(m, 15, item[into is lower], part, region=out.pool.code, docno=docno)


def plan_prepayments(plan: RarePlan) -> None:
    """异地就医 advances: directly and through the province, returned in part both ways."""
    roles = plan.stage.roles
    if roles.away is None:
        return
    home, away = Book(plan, roles.home), Book(plan, roles.away)
    amt = home.amt(0.020)
    home_code, away_code = home.pool.code, away.pool.code
    home.pay(2, 12, "XPRE_OUT", amt, region=away_code, docno="YD0001")
    away.take(2, 13, "XPRE_IN", amt, region=home_code, docno="YD0001")
    if roles.top is None:
        home.take(4, 10, "XPRE_OUT", fen(amt / 4), region=away_code, docno="YD0002")
        away.pay(4, 10, "XPRE_IN", fen(amt / 4), region=home_code, docno="YD0002")
        return
    top = Book(plan, roles.top)
    top_code = top.pool.code
    home.pay(2, 8, "XPRE_OUT", amt, region=top_code, docno="YD0003")
    top.take(2, 9, "XPRE_FWD", amt, region=home_code, docno="YD0003")
    top.pay(3, 3, "XPRE_FWD", amt, region=away_code, docno="YD0003")
    away.take(3, 4, "XPRE_IN", amt, region=top_code, docno="YD0003")
    back = fen(amt / 4)
    away.pay(4, 8, "XPRE_IN", back, region=top_code, docno="YD0004")
    top.take(4, 9, "XPRE_BACK", back, region=away_code, docno="YD0004")
    top.pay(4, 10, "XPRE_BACK", back, region=home_code, docno="YD0004")
    home.take(4, 11, "XPRE_OUT", back, region=top_code, docno="YD0004")
    # sent up too much, and given back
    away.pay(3, 10, "XPRE_IN", back, region=top_code, docno="YD0005")
    top.take(3, 11, "XPRE_IN", back, region=away_code, docno="YD0005")
    top.pay(4, 14, "XPRE_DOWN", back, region=away_code, docno="YD0006")
    away.take(4, 15, "XPRE_DOWN", back, region=top_code, docno="YD0006")


def clearing_legs(roles: Roles, fee_clr_id: str, paid: dt.date, amt: Decimal) -> list[Leg]:
    """What follows when ``home`` has paid for its people's care elsewhere: the province passes the
    money on, the place of care receives it and pays the hospital, within three days."""
    days = [paid + dt.timedelta(days=k) for k in (1, 2, 3)]
    home, away, top = roles.home, roles.away, roles.top
    if away is None:
        return []
    legs: list[Leg] = []
    payer = top or home

    def line(pool: Pool, day: dt.date, item: str, dirc: str, region: Pool) -> Leg:
        tie = f"R{item}{dirc}{fee_clr_id}"
        return Leg(
            pool.code, "310", FISCAL, day, item, dirc, amt, tie, region=region.code,
            docno=fee_clr_id,
        )  # fmt: skip

    if top is not None:
        legs.append(line(top, days[0], "XCLR_FWD", "1", home))
        legs.append(line(top, days[1], "XCLR_FWD", "2", away))
    legs.append(line(away, days[1], "XCLR_IN", "1", payer))
    paid_on = replace(line(away, days[2], "XHOSP_OUT", "2", payer), payee=hospital(away))
    return [*legs, paid_on]
