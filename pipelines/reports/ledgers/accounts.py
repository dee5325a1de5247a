"""日记账, 明细账 and 总账 as worksheets: one block an account, balances on the normal side."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING, Any

from pipelines.reports.html.text import month

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.ledgers.model import Account, AccountPage, GeneralPage, LedgerBooks
    from pipelines.reports.pen import Pen

WIDTHS = (13, 8, 34, 28, 19, 19, 6, 20)
HEADS = ("日期", "凭证号", "摘要", "对方科目", "借方", "贷方", "方向", "余额")
GENERAL_WIDTHS = (14, 22, 22, 22, 6, 22)
GENERAL_HEADS = ("月份", "摘要", "借方", "贷方", "方向", "余额")
LAST = len(WIDTHS) - 1


def write_pages(
    pen: Pen,
    ws: Any,
    title: str,
    pages: tuple[AccountPage, ...],
    books: LedgerBooks,
    *,
    daily: bool,
) -> None:
    """Blocks of lines by account; ``daily`` adds 本日合计 to days of several lines."""
    _page(pen, ws, WIDTHS, title, books)
    row = 3
    for page in pages:
        row = _write_page(pen, ws, row, page, books.period_ym, daily=daily)
    _finish(pen, ws, row, LAST, empty=not pages)


def write_general(pen: Pen, ws: Any, books: LedgerBooks) -> None:
    """总账: every level-1 account, month by month from the start of the year."""
    _page(pen, ws, GENERAL_WIDTHS, "总　账", books)
    row = 3
    for page in books.general:
        row = _write_general(pen, ws, row, page)
    _finish(pen, ws, row, len(GENERAL_WIDTHS) - 1, empty=not books.general)


def account_title(account: Account) -> str:
    """科目 with code, name and normal side."""
    return f"科目：{account.code} {account.name}（余额方向：{account.side}）"


def day_rows(page: AccountPage, *, daily: bool) -> Iterator[tuple[str, int, int]]:
    """What is printed in order: ``("entry", n, 0)``, and ``("day", first, last)`` after a day.

    A day of one line needs no total of its own.
    """
    first = 0
    for n, entry in enumerate(page.entries):
        yield "entry", n, 0
        ends = n + 1 == len(page.entries) or page.entries[n + 1].day != entry.day
        if ends:
            if daily and n > first:
                yield "day", first, n
            first = n + 1


def _write_page(
    pen: Pen, ws: Any, row: int, page: AccountPage, period_ym: int, *, daily: bool
) -> int:
    side = page.account.side
    pen.span(ws, row, (0, LAST), account_title(page.account), "section")
    row += 1
    for col, head in enumerate(HEADS):
        pen.text(ws, row, col, head, "head")
    row += 1
    _line(pen, ws, row, ("", "", "期初余额", ""), (None, None, side, page.opening), bold=True)
    for kind, first, last in day_rows(page, daily=daily):
        row += 1
        if kind == "entry":
            entry = page.entries[first]
            texts = (entry.day.isoformat(), str(entry.number), entry.summary, entry.against)
            figures = (entry.debit or None, entry.credit or None, side, entry.balance)
            _line(pen, ws, row, texts, figures)
        else:
            day = page.entries[first : last + 1]
            debit, credit = sum(e.debit for e in day), sum(e.credit for e in day)
            texts = (day[0].day.isoformat(), "", "本日合计", "")
            _line(pen, ws, row, texts, (debit, credit, side, day[-1].balance), bold=True)
    for text, amounts in (
        (f"{month(period_ym)}合计", (page.debit, page.credit)),
        ("本年累计", (page.year_debit, page.year_credit)),
    ):
        row += 1
        _line(pen, ws, row, ("", "", text, ""), (*amounts, side, page.closing), bold=True)
    return row + 2


def _line(
    pen: Pen,
    ws: Any,
    row: int,
    texts: tuple[str, ...],
    figures: tuple[Any, Any, str, Any],
    *,
    bold: bool = False,
) -> None:
    """One printed line; ``figures`` are debit, credit, normal side and balance."""
    debit, credit, side, balance = figures
    style = "money_total" if bold else "money"
    for col, text in enumerate(texts):
        named = col >= len(texts) - 2 and len(texts) > 2
        pen.text(ws, row, col, text, ("total" if bold else "text") if named else "mid")
    first = len(texts)
    pen.money(ws, row, first, debit, style)
    pen.money(ws, row, first + 1, credit, style)
    pen.text(ws, row, first + 2, side if balance else "平", "mid")
    pen.money(ws, row, first + 3, balance, style)


def _write_general(pen: Pen, ws: Any, row: int, page: GeneralPage) -> int:
    side = page.account.side
    last = len(GENERAL_WIDTHS) - 1
    pen.span(ws, row, (0, last), account_title(page.account), "section")
    row += 1
    for col, head in enumerate(GENERAL_HEADS):
        pen.text(ws, row, col, head, "head")
    row += 1
    start = month(page.months[0].period_ym)
    _line(pen, ws, row, (start, "期初余额"), (None, None, side, page.opening), bold=True)
    for told in page.months:
        row += 1
        figures = (told.debit, told.credit, side, told.closing)
        _line(pen, ws, row, (month(told.period_ym), "本月合计"), figures)
        row += 1
        figures = (told.year_debit, told.year_credit, side, told.closing)
        _line(pen, ws, row, ("", "本年累计"), figures, bold=True)
    return row + 2


def _page(pen: Pen, ws: Any, widths: tuple[float, ...], title: str, books: LedgerBooks) -> None:
    landscape = len(widths) > 6
    pen.page(ws, widths=widths, landscape=landscape, head_rows=2)
    ws.set_default_row(18)
    last = len(widths) - 1
    middle = last // 2
    pen.span(ws, 0, (0, last), title, "title")
    ws.set_row(0, 30)
    unit = f"{books.poolarea_name} {books.scheme_name}"
    pen.span(ws, 1, (0, middle), f"编制单位：{unit}", "left")
    pen.span(ws, 1, (middle + 1, last), f"{month(books.period_ym)}　单位：元", "right")


def _finish(pen: Pen, ws: Any, row: int, last: int, *, empty: bool) -> None:
    if empty:
        pen.span(ws, row, (0, last), "本月没有余额和发生额", "center")
        row += 1
    ws.print_area(0, 0, row - 1, last)


def month_end(period_ym: int) -> str:
    """202402 → ``2024年2月29日``."""
    year, mon = divmod(period_ym, 100)
    return f"{year}年{mon}月{monthrange(year, mon)[1]}日"
