"""What both writers share: account paths, one-line texts, amounts, the next month's first day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal

    from pipelines.books.export.model import Account, LedgerBook, Voucher

COMMODITY = "CNY"


def account_paths(
    book: LedgerBook, roots: Mapping[str, str], segment: Callable[[Account], str]
) -> dict[str, str]:
    """Code → full name: the root of its element, then each parent, joined by ``:``."""
    known = {account.code: account for account in book.accounts}
    paths: dict[str, str] = {}
    for account in sorted(book.accounts, key=lambda account: (len(account.code), account.code)):
        above = paths[account.parent] if account.parent in known else roots[account.element]
        paths[account.code] = f"{above}:{segment(account)}"
    return paths


def short_name(account: Account) -> str:
    """The last part of a chart name: ``利息收入—统筹基金—存款利息`` → ``存款利息``."""
    return account.name.rpartition("—")[2]


def one_line(text: str) -> str:
    """The text without line breaks, tabs and runs of blanks."""
    return " ".join(text.split())


def amount(value: Decimal) -> str:
    """Yuan with two decimals and no grouping, as both tools read it; a zero has no sign."""
    return f"{value or abs(value):.2f}"


def facts(voucher: Voucher) -> dict[str, str]:
    """What is told of a voucher beside its lines, in a fixed order; all of it text."""
    told = {
        "voucher_no": str(voucher.number),
        "voucher_id": voucher.voucher_id,
        "event_id": voucher.event_id,
        "period": str(voucher.period_ym),
    }
    if voucher.orig_period_ym != voucher.period_ym:
        told["orig_period"] = str(voucher.orig_period_ym)
    if voucher.book_date != voucher.posting_date:
        told["posted_on"] = voucher.posting_date.isoformat()
    return told


def day_after(day: date) -> date:
    """The next day."""
    return day + timedelta(days=1)
