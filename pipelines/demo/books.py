"""The small tables: opening and decision vouchers, budgets, spending plans."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pipelines.demo.bank import SUBSIDY_MONTHS, fen
from pipelines.demo.bank_flows import ZERO
from pipelines.demo.levels import workday
from pipelines.demo.plan import expected_account, expected_pool
from pipelines.demo.reserves import allowance_amount, premium_share
from pipelines.months import add_months, month_end, month_start

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from pipelines.demo.levels import Levels
    from pipelines.demo.world import Pool, World

Row = dict[str, Any]


def at(day: dt.date, hour: int) -> dt.datetime:
    """That day at a full hour."""
    return dt.datetime(day.year, day.month, day.day, hour)


def voucher_head(no: str, pool: str, scheme: str, day: dt.date, event: str) -> Row:
    """What every line of a voucher of two hands says."""
    return {
        "voucher_no": no,
        "poolarea_no": pool,
        "insutype": scheme,
        "posting_date": day,
        "event_id": event,
        "maker": "M01",
        "checker": "C01",
        "updt_time": at(day, 9),
    }


def voucher_lines(
    head: Row, lines: Iterable[tuple[str, Decimal, Decimal, str]], summary: str
) -> list[Row]:
    """A voucher's rows; ``lines`` = (account, debit, credit, fund)."""
    return [
        {
            **head,
            "line_no": no,
            "account_code": account,
            "debit_amt": debit,
            "credit_amt": credit,
            "fund": fund,
            "summary": summary,
        }
        for no, (account, debit, credit, fund) in enumerate(lines, start=1)
    ]


def opening_vouchers(
    reserves: dict[tuple[str, str], tuple[Decimal, Decimal]], day: dt.date
) -> list[Row]:
    """One OPEN voucher per ledger: the fiscal account against the opening net assets."""
    rows: list[Row] = []
    for (pool, scheme), (to_pool, to_pa) in sorted(reserves.items()):
        head = voucher_head(f"OPEN-{pool}-{scheme}", pool, scheme, day, "OPEN")
        lines = [("1003", to_pool + to_pa, ZERO, "NA")]
        if scheme == "390":
            lines.append(("3001", ZERO, to_pool, "NA"))
        else:
            lines += [("300101", ZERO, to_pool, "POOL"), ("300102", ZERO, to_pa, "PA")]
        rows += voucher_lines(head, lines, "期初余额")
    return rows


def interest_voucher(
    pool: str, number: int, day: dt.date, parts: tuple[Decimal, Decimal], source: tuple[str, int]
) -> list[Row]:
    """The decision that attributes pending interest; ``parts`` = (pool, personal account) and
    ``source`` = (traf_sn, month received)."""
    traf_sn, received_ym = source
    head = voucher_head(f"E83-{pool}-310-{number:04d}", pool, "310", day, f"E83-{number}")
    head |= {"doc_no": traf_sn, "orig_period_ym": received_ym, "approval_id": f"AP{number:06d}"}
    to_pool, to_pa = parts
    return voucher_lines(
        head,
        (
            ("4602", to_pool + to_pa, ZERO, "PEND"),
            ("42010101", ZERO, to_pool, "POOL"),
            ("42010201", ZERO, to_pa, "PA"),
        ),
        "待转利息归属确认",
    )


def _budget_values(
    levels: Levels, pool: Pool, scheme: str, year: int, inputs: tuple[float, Decimal]
) -> dict[tuple[str, str], list[float]]:
    """(direction, item) → twelve monthly amounts; ``inputs`` = (monthly premiums of employees,
    opening balance)."""
    premium, balance = inputs
    yms = [year * 100 + k for k in range(1, 13)]
    quarter = float(balance) * levels.get("rate_fiscal", "ALL", yms[0]) / 4
    interest = [quarter if ym % 100 in (3, 6, 9, 12) else 0.0 for ym in yms]
    before = [add_months(ym, -1) for ym in yms]
    paid = [expected_pool(levels, pool, scheme, ym) for ym in before]
    if scheme == "310":
        allow = [allowance_amount(levels, pool, ym) for ym in yms]
        return {
            ("1", "社会保险费收入"): [premium] * 12,
            ("1", "财政补贴收入"): [0.0] * 12,
            ("1", "利息收入"): interest,
            ("2", "待遇支出-统筹"): [p + a for p, a in zip(paid, allow, strict=True)],
            ("2", "待遇支出-个账"): [expected_account(levels, pool, ym) for ym in before],
        }
    topup = levels.get("finsubs_topup", "390", yms[0])
    heads = pool.heads_390
    return {
        ("1", "社会保险费收入"): [
            heads * premium_share(ym % 100) * levels.get("premium", "390", ym) for ym in yms
        ],
        ("1", "财政补贴收入"): [
            heads
            * levels.get("finsubs", "390", ym)
            * topup
            * float(SUBSIDY_MONTHS.get(ym % 100, 0))
            for ym in yms
        ],
        ("1", "利息收入"): interest,
        ("2", "待遇支出"): paid,
        ("2", "大病保险支出"): [
            heads * levels.get("dabing_premium", "390", ym) if ym % 100 == 3 else 0.0 for ym in yms
        ],
    }


def budget_lines(
    ledger: tuple[str, str], year: int, item: tuple[str, str], amounts: list[Decimal]
) -> list[Row]:
    """Twelve months and their sum of one (direction, item) of a (pool, scheme)."""
    aprv = workday(dt.date(year - 1, 12, 20))
    texts = [f"{k:02d}" for k in range(1, 13)]
    return [
        {
            "budg_year": year,
            "budg_ver": "B0",
            "poolarea_no": ledger[0],
            "insutype": ledger[1],
            "incexpd_dirc": item[0],
            "budg_item": item[1],
            "stt_mon": stt,
            "budg_amt": amt,
            "aprv_date": aprv,
            "updt_time": at(aprv, 17),
        }
        for stt, amt in [*zip(texts, amounts, strict=True), ("19", sum(amounts, ZERO))]
    ]


def budget_rows(
    world: World,
    levels: Levels,
    year: int,
    premiums: dict[str, Decimal],
    balances: dict[tuple[str, str], Decimal],
) -> list[Row]:
    """The year's B0 budget: twelve months and their sum, per ledger and item. ``premiums`` =
    monthly employee premiums by pool, ``balances`` = bank money by ledger at the start."""
    rows: list[Row] = []
    for pool in world.pools:
        for scheme in pool.ledgers():
            inputs = (float(premiums.get(pool.code, ZERO)), balances[(pool.code, scheme)])
            values = _budget_values(levels, pool, scheme, year, inputs)
            for item, monthly in values.items():
                amounts = [fen(round(v, 2)) for v in monthly]
                rows += budget_lines((pool.code, scheme), year, item, amounts)
    return rows


def plan_row(pool: str, scheme: str, ym: int, needed: Decimal, allocated: Decimal) -> Row:
    """The month's spending plan: what was asked for and what was approved (= allocated)."""
    aprv = workday(month_start(ym) + dt.timedelta(days=7))
    return {
        "plan_ym": ym,
        "poolarea_no": pool,
        "insutype": scheme,
        "item": "待遇支出",
        "appy_amt": max(needed, allocated),
        "aprv_amt": allocated,
        "aprv_date": aprv,
        "updt_time": at(min(aprv, month_end(ym)), 16),
    }
