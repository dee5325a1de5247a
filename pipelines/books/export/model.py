"""One ledger of one book as read from a release, ready to be written down for another tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True)
class Account:
    """An account of the chart, used or a parent of a used one; ``parent`` is '' at the top."""

    code: str
    name: str
    parent: str
    element: str
    #: 1 where the balance stands on the debit side, else -1
    sign: int
    fund: str
    is_statutory: bool
    #: the account, or one below it, has lines or balances in this ledger
    is_used: bool


@dataclass(frozen=True)
class Line:
    """One side of a voucher; exactly one of the amounts is meant, red ink is negative (yuan)."""

    account_code: str
    fund: str
    debit_amt: Decimal
    credit_amt: Decimal
    event_code: str
    rule_id: str
    summary: str

    @property
    def net(self) -> Decimal:
        """Debit minus credit."""
        return self.debit_amt - self.credit_amt

    @property
    def red_side(self) -> str:
        """``debit`` or ``credit`` where the line is written in red ink on that side, else ''."""
        if self.debit_amt < 0:
            return "debit"
        return "credit" if self.credit_amt < 0 else ""


@dataclass(frozen=True)
class Voucher:
    """One voucher with its lines in order; ``number`` 0 is the opening balance."""

    period_ym: int
    posting_date: date
    #: the posting date, or the nearest day of its month where it was booked late
    book_date: date
    number: int
    voucher_id: str
    event_id: str
    orig_period_ym: int
    is_opening: bool
    is_closing: bool
    lines: tuple[Line, ...]

    @property
    def event_codes(self) -> tuple[str, ...]:
        """The events of its lines, in the order of their first line."""
        return tuple(dict.fromkeys(line.event_code for line in self.lines))

    @property
    def summary(self) -> str:
        """The summaries of its lines, each once."""
        return "；".join(dict.fromkeys(line.summary for line in self.lines))


@dataclass(frozen=True)
class Balance:
    """An account at a month end, debit positive, before (``pre``) and after (``post``) closing."""

    account_code: str
    pre: Decimal
    post: Decimal


@dataclass(frozen=True)
class Month:
    """A month of the ledger: its vouchers by number, and every balance at its end."""

    period_ym: int
    first_day: date
    last_day: date
    vouchers: tuple[Voucher, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True)
class LedgerBook:
    """A ledger under one book: the chart as far as used, and its months without a gap."""

    release_id: str
    book: str
    ledger_id: str
    poolarea_name: str
    insutype_name: str
    accounts: tuple[Account, ...]
    months: tuple[Month, ...]

    @property
    def title(self) -> str:
        """``西安市 职工基本医疗保险 610100-310 k17``."""
        return f"{self.poolarea_name} {self.insutype_name} {self.ledger_id} {self.book}"
