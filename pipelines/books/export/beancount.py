"""A ledger as a beancount file that ``bean-check`` proves.

Debit is positive. Every balance after closing is asserted on the first day of the next month, to
the fen. Vouchers carry their events as tags; closing and opening ones are tagged so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.books.export.text import (
    COMMODITY,
    account_paths,
    amount,
    day_after,
    facts,
    one_line,
    short_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.books.export.model import Account, LedgerBook, Voucher

SUFFIX = ".beancount"
ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "net_asset": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


def beancount_text(book: LedgerBook) -> Iterator[str]:
    """The lines of the file, without line ends."""
    paths = account_paths(book, ROOTS, _segment)
    yield f"; 发布 {book.release_id}；借方为正、贷方为负，单位元；由结存导出，请勿手改"
    yield f'option "title" {_quoted(book.title)}'
    yield f'option "operating_currency" "{COMMODITY}"'
    if not book.months:
        return
    start = book.months[0].first_day.isoformat()
    yield ""
    yield f"{start} commodity {COMMODITY}"
    for account in book.accounts:
        yield ""
        yield f"{start} open {paths[account.code]} {COMMODITY}"
        yield f"  code: {_quoted(account.code)}"
        yield f"  name: {_quoted(account.name)}"
        yield f"  fund: {_quoted(account.fund)}"
        yield f"  statutory: {'TRUE' if account.is_statutory else 'FALSE'}"
    for month in book.months:
        for voucher in month.vouchers:
            yield from _voucher(voucher, paths)
        yield ""
        morning = day_after(month.last_day).isoformat()
        for balance in month.balances:
            # without a tolerance of its own an assertion lets a fen pass
            told = f"{amount(balance.post)} ~ 0.00 {COMMODITY}"
            yield f"{morning} balance {paths[balance.account_code]}  {told}"


def _segment(account: Account) -> str:
    name = "".join(char if char.isalnum() else "-" for char in short_name(account))
    return f"{account.code}-{name.strip('-')}"


def _voucher(voucher: Voucher, paths: Mapping[str, str]) -> Iterator[str]:
    tags = [f"#{code}" for code in voucher.event_codes]
    tags += ["#opening"] * voucher.is_opening + ["#closing"] * voucher.is_closing
    yield ""
    yield f"{voucher.book_date.isoformat()} * {_quoted(voucher.summary)} {' '.join(tags)}"
    for name, value in facts(voucher).items():
        yield f"  {name}: {_quoted(value)}"
    for line in voucher.lines:
        yield f"  {paths[line.account_code]}  {amount(line.net)} {COMMODITY}"
        yield f"    fund: {_quoted(line.fund)}"
        yield f"    rule: {_quoted(line.rule_id)}"
        if line.red_side:
            yield f"    red: {_quoted(line.red_side)}"


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
