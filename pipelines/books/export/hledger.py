"""A ledger as an hledger journal that ``hledger check --strict`` proves.

Debit is positive. Each month ends with two vouchers of zero amounts that assert every balance,
before and after closing. Closing vouchers carry the tag ``closing``, the opening ``opening``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.books.export.text import (
    COMMODITY,
    account_paths,
    amount,
    facts,
    one_line,
    short_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from pipelines.books.export.model import Account, LedgerBook, Line, Month, Voucher

SUFFIX = ".journal"
ROOTS = {
    "asset": "资产",
    "liability": "负债",
    "net_asset": "净资产",
    "income": "收入",
    "expense": "支出",
}
_TYPES = {"asset": "A", "liability": "L", "net_asset": "E", "income": "R", "expense": "X"}
#: blanks between a name and its amount end the name; these characters would end it early
_NAME = str.maketrans({":": "：", ";": "；", "(": "（", ")": "）", "[": "［", "]": "］"})
_VALUE = str.maketrans({",": "，", ";": "；"})
_TEXT = str.maketrans({";": "；", "|": "｜"})


def hledger_text(book: LedgerBook) -> Iterator[str]:
    """The lines of the journal, without line ends."""
    paths = account_paths(book, ROOTS, _segment)
    yield f"; {one_line(book.title)}"
    yield f"; 发布 {book.release_id}；借方为正、贷方为负，单位元；由结存导出，请勿手改"
    yield "decimal-mark ."
    yield f"commodity 1000.00 {COMMODITY}"
    yield ""
    used = {account.element for account in book.accounts}
    for element, root in ROOTS.items():
        if element in used:
            yield f"account {root}  ; type:{_TYPES[element]}"
    for account in book.accounts:
        tags = {
            "code": account.code,
            "name": account.name,
            "fund": account.fund,
            "statutory": "yes" if account.is_statutory else "no",
        }
        yield f"account {paths[account.code]}  ; {_tags(tags)}"
    for month in book.months:
        ordinary = [voucher for voucher in month.vouchers if not voucher.is_closing]
        closing = [voucher for voucher in month.vouchers if voucher.is_closing]
        for voucher in ordinary:
            yield from _voucher(voucher, paths)
        yield from _check(month, "pre", paths)
        for voucher in closing:
            yield from _voucher(voucher, paths)
        yield from _check(month, "post", paths)


def _segment(account: Account) -> str:
    return f"{account.code} {one_line(short_name(account)).translate(_NAME)}"


def _voucher(voucher: Voucher, paths: Mapping[str, str]) -> Iterator[str]:
    tags = facts(voucher) | {"event": " ".join(voucher.event_codes)}
    flags = "".join(
        f", {name}:"
        for name, set_ in (("opening", voucher.is_opening), ("closing", voucher.is_closing))
        if set_
    )
    yield ""
    yield _head(voucher.book_date, voucher.summary, f"({voucher.number}) ")
    yield f"    ; {_tags(tags)}{flags}"
    for line in voucher.lines:
        yield f"    {paths[line.account_code]}  {_money(line.net)}  ; {_tags(_line_tags(line))}"


def _line_tags(line: Line) -> dict[str, str]:
    tags = {"fund": line.fund, "rule": line.rule_id}
    return tags | {"red": line.red_side} if line.red_side else tags


def _check(month: Month, stage: str, paths: Mapping[str, str]) -> Iterator[str]:
    zh = "结转前" if stage == "pre" else "结转后"
    yield ""
    yield _head(month.last_day, f"月末余额核对（{zh}）")
    yield f"    ; check:{stage}, period:{month.period_ym}"
    for balance in month.balances:
        told = balance.pre if stage == "pre" else balance.post
        yield f"    {paths[balance.account_code]}  0.00 {COMMODITY} = {_money(told)}"


def _head(day: date, summary: str, number: str = "") -> str:
    return f"{day.isoformat()} * {number}{one_line(summary).translate(_TEXT)}"


def _tags(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{name}:{one_line(value).translate(_VALUE)}" for name, value in tags.items())


def _money(value: Decimal) -> str:
    return f"{amount(value)} {COMMODITY}"
