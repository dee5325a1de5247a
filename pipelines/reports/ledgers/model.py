"""The printed books of one ledger and month as frozen values; amounts in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Account:
    """An account of the chart; ``sign`` is 1 where its balance stands on the debit side."""

    code: str
    name: str
    parent: str
    sign: int

    @property
    def side(self) -> str:
        """余额方向."""
        return "借" if self.sign > 0 else "贷"


@dataclass(frozen=True)
class VoucherLine:
    """One line of a printed voucher."""

    summary: str
    account: Account
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Voucher:
    """A 记账凭证; ``source_rows`` are the rows of the files behind it (附单据数)."""

    number: int
    day: date
    events: tuple[str, ...]
    is_closing: bool
    orig_period_ym: int
    source_rows: int
    maker: str
    checker: str
    lines: tuple[VoucherLine, ...]

    @property
    def total(self) -> tuple[Decimal, Decimal]:
        """Debit and credit of all lines."""
        return (
            sum((line.debit for line in self.lines), ZERO),
            sum((line.credit for line in self.lines), ZERO),
        )


@dataclass(frozen=True)
class Entry:
    """A line of a 日记账 or 明细账; ``balance`` after it, on the account's normal side."""

    day: date
    number: int
    summary: str
    against: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True)
class AccountPage:
    """One account in the month, line by line; opening, total and closing as in the ledger."""

    account: Account
    opening: Decimal
    entries: tuple[Entry, ...]
    debit: Decimal
    credit: Decimal
    year_debit: Decimal
    year_credit: Decimal
    closing: Decimal


@dataclass(frozen=True)
class MonthTotal:
    """A month of a 总账 account: its turnover, the year's so far, and the balance at its end."""

    period_ym: int
    debit: Decimal
    credit: Decimal
    year_debit: Decimal
    year_credit: Decimal
    closing: Decimal


@dataclass(frozen=True)
class GeneralPage:
    """One level-1 account over the months of the year up to the period."""

    account: Account
    opening: Decimal
    months: tuple[MonthTotal, ...]


@dataclass(frozen=True)
class TrialRow:
    """An account of the trial balance; balances on the account's normal side."""

    account: Account
    level: int
    is_leaf: bool
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal

    @property
    def columns(self) -> tuple[Decimal, ...]:
        """期初借, 期初贷, 本期借, 本期贷, 期末借, 期末贷."""
        if self.account.sign > 0:
            return (self.opening, ZERO, self.debit, self.credit, self.closing, ZERO)
        return (ZERO, self.opening, self.debit, self.credit, ZERO, self.closing)


@dataclass(frozen=True)
class TrialBalance:
    """科目余额表 at one stage: ``pre`` before, ``post`` after closing."""

    stage: str
    rows: tuple[TrialRow, ...]

    @property
    def total(self) -> tuple[Decimal, ...]:
        """The six columns summed over leaf accounts."""
        leaves = [row.columns for row in self.rows if row.is_leaf]
        return tuple(sum((cells[n] for cells in leaves), ZERO) for n in range(6))


@dataclass(frozen=True)
class BankItem:
    """A reconciling item: what one side has and the other has not, up to the month's end."""

    day: date | None
    text: str
    amount: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """余额调节表 of one bank account; ``bank_balance`` None where no statement was delivered.

    The four lists are 银行已收账面未收, 银行已付账面未付, 账面已收银行未收, 账面已付银行未付.
    """

    account: Account
    book_balance: Decimal
    bank_balance: Decimal | None
    bank_in: tuple[BankItem, ...]
    bank_out: tuple[BankItem, ...]
    book_in: tuple[BankItem, ...]
    book_out: tuple[BankItem, ...]

    @property
    def book_adjusted(self) -> Decimal:
        """Book balance with what only the bank has."""
        return self.book_balance + _sum(self.bank_in) - _sum(self.bank_out)

    @property
    def bank_adjusted(self) -> Decimal | None:
        """Bank balance with what only the book has."""
        if self.bank_balance is None:
            return None
        return self.bank_balance + _sum(self.book_in) - _sum(self.book_out)

    @property
    def difference(self) -> Decimal | None:
        """What the listed items do not explain; zero where the account reconciles."""
        adjusted = self.bank_adjusted
        return None if adjusted is None else self.book_adjusted - adjusted


@dataclass(frozen=True)
class LedgerBooks:
    """Everything printed of one ledger and month."""

    release_id: str
    book: str
    ledger_id: str
    poolarea_no: str
    poolarea_name: str
    scheme_name: str
    period_ym: int
    vouchers: tuple[Voucher, ...]
    journals: tuple[AccountPage, ...]
    general: tuple[GeneralPage, ...]
    details: tuple[AccountPage, ...]
    trials: tuple[TrialBalance, ...]
    reconciliations: tuple[Reconciliation, ...]


def _sum(items: tuple[BankItem, ...]) -> Decimal:
    return sum((item.amount for item in items), ZERO)
