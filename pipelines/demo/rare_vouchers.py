"""Rare decisions on paper: write-offs, risk fund, account differences, repaid loans."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.demo.bank import fen
from pipelines.demo.bank_flows import ZERO
from pipelines.demo.books import voucher_head, voucher_lines
from pipelines.demo.rare_money import Book, company, hospital
from pipelines.months import month_end

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.demo.rare import RarePlan, Row

Line = tuple[str, Decimal, Decimal, str]
#: what the platform counts more (+) or less (−) than the books at the first year ends
ACCOUNT_DIFFERENCES = (Decimal("120.00"), Decimal("-80.00"))


def _pair(debit: str, credit: str, amt: Decimal, fund: str) -> tuple[Line, ...]:
    return (debit, amt, ZERO, fund), (credit, ZERO, amt, fund)


def decision(book: Book, m: int, day: dt.date, event: str, lines: tuple[Line, ...], *,
             summary: str, cntp: str | None = None) -> list[Row]:  # fmt: skip
    """One approved voucher of two hands."""
    no = f"{event}-{book.pool.code}-{book.scheme}-{m:02d}"
    head = voucher_head(no, book.pool.code, book.scheme, day, event)
    head |= {"approval_id": f"PW{event}{m:02d}", "cntp_code": cntp}
    return voucher_lines(head, lines, summary)


def plan_decisions(plan: RarePlan, unpaid: tuple[Decimal, Decimal]) -> None:
    """Every planned decision; ``unpaid`` = (pool, account) parts of the premium written off."""
    stage = plan.stage
    home = Book(plan, stage.roles.home)

    def decide(m: int, event: str, accounts: tuple[str, str], amt: Decimal, *, summary: str,
               cntp: str | None = None) -> None:  # fmt: skip
        if stage.there(m):
            lines = _pair(*accounts, amt, "POOL")
            day = stage.day(m, 26)
            plan.voucher(m, decision(home, m, day, event, lines, summary=summary, cntp=cntp))

    unknown, drugs, advance = home.amt(0.030), home.amt(0.020), home.amt(0.040)
    decide(3, "E18", ("2101", "4101"), home.amt(0.10), summary="财政代还借入款项")
    decide(4, "E55", ("50010101", "110104"), fen(drugs / 2), summary="直接结算药款核销",
           cntp=company(home.pool))  # fmt: skip
    decide(4, "E58", ("200109", "450101"), fen(unknown / 5), summary="暂收款批准转其他收入")
    decide(3, "E58b", ("200109", "450101"), fen(unknown / 5), summary="无法支付的暂收款转其他收入")
    decide(15, "E56", ("540101", "110102"), fen(advance / 4), summary="核销无法收回的预付金",
           cntp=hospital(home.pool))  # fmt: skip
    if stage.there(4):
        to_pool, to_account = unpaid
        lines = (*_pair("540101", "110201", to_pool, "POOL"),
                 *_pair("540102", "110202", to_account, "PA"))  # fmt: skip
        day = stage.day(4, 26)
        plan.voucher(4, decision(home, 4, day, "E108", lines, summary="核销无法收回的医保费"))
    _risk_fund(plan)


def _risk_fund(plan: RarePlan) -> None:
    """Raised in the first month, used in part in the third."""
    stage = plan.stage
    if stage.roles.rural is None:
        return
    book = Book(plan, stage.roles.rural, "390")
    amt = book.amt(0.020)
    for m, event, accounts, part, summary in (
        (1, "E77", ("3001", "3101"), amt, "提取风险基金"),
        (3, "E78", ("3101", "3001"), fen(amt / 2), "经批准动用风险基金"),
    ):
        if stage.there(m):
            lines = _pair(*accounts, part, "NA")
            day = month_end(stage.cal.ym(m))
            plan.voucher(m, decision(book, m, day, event, lines, summary=summary))


def account_adjustment(plan: RarePlan, m: int, diff: Decimal, pids: tuple[int, int]) -> list[Row]:
    """The voucher that brings the accounts to the platform's (E91, E92) with its list of owners,
    and the clearing of the difference account against the pool (E93); ``diff`` = platform − book.

    The rows carry ``pid`` where a line belongs to a person.
    """
    adjusted = plan.stage.roles.adjusted
    if adjusted is None or not diff:
        return []
    book = Book(plan, adjusted)
    day = month_end(plan.stage.cal.ym(m))
    short = diff > 0
    whole = abs(diff)
    parts = (fen(whole * Decimal("0.6")), whole - fen(whole * Decimal("0.6")))

    def side(account: str, amt: Decimal, fund: str, *, debit: bool) -> Line:
        return (account, amt, ZERO, fund) if debit else (account, ZERO, amt, fund)

    event = "E91" if short else "E92"
    lines = (side("30010303", whole, "PEND", debit=short),
             *(side("300102", part, "PA", debit=not short) for part in parts))  # fmt: skip
    rows = decision(book, m, day, event, lines, summary="个人账户差额调整")
    for no, (row, pid) in enumerate(zip(rows[1:], pids, strict=True), start=1):
        row |= {"pid": pid, "doc_no": f"GZ{m:02d}{no}"}
    cleared = (side("300101", whole, "POOL", debit=short),
               side("30010303", whole, "PEND", debit=not short))  # fmt: skip
    return rows + decision(book, m, day, "E93", cleared, summary="年末清理个人账户差额")
