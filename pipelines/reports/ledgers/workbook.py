"""The printed books of one ledger and month as one workbook."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname

from pipelines.reports.html.text import month
from pipelines.reports.ledgers.accounts import write_general, write_pages
from pipelines.reports.ledgers.balances import (
    BANK_NAMES,
    STAGES,
    trial_note,
    verdict,
    write_reconciliation,
    write_trial,
)
from pipelines.reports.ledgers.vouchers import NAME, write_vouchers
from pipelines.reports.pen import Pen

if TYPE_CHECKING:
    from pipelines.reports.ledgers.model import LedgerBooks

COVER = "目录"
_WIDTHS = (26, 16, 60)


def workbook_bytes(books: LedgerBooks) -> bytes:
    """目录, 记账凭证, 日记账, 总账, 明细账, 科目余额表 and 余额调节表; same input, same bytes.

    Raises JiecunError ``REPORT_AMOUNT`` for an amount a spreadsheet cannot show to the fen.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    year, mon = divmod(books.period_ym, 100)
    book.set_properties(
        {
            "title": f"{books.poolarea_name}{books.scheme_name}会计账簿 {month(books.period_ym)}",
            "author": "结存",
            "comments": f"发布 {books.release_id}",
            "created": datetime(year, mon, monthrange(year, mon)[1]),
        }
    )
    pen = Pen(book, books.release_id)
    cover = book.add_worksheet(COVER)
    contents: list[tuple[str, int, str]] = []

    def sheet(name: str, count: int, told: str) -> Any:
        contents.append((name, count, told))
        return book.add_worksheet(name)

    numbers = [voucher.number for voucher in books.vouchers]
    span = f"第 {numbers[0]}—{numbers[-1]} 号" if numbers else "没有凭证"
    write_vouchers(pen, sheet(NAME, len(numbers), span), books)
    for page in books.journals:
        title = f"{page.account.name}日记账"
        ws = sheet(title, len(page.entries), f"期末余额 {page.closing:,.2f}")
        write_pages(pen, ws, title, (page,), books, daily=True)
    write_general(pen, sheet("总账", len(books.general), "一级科目，本年各月"), books)
    lines = sum(len(page.entries) for page in books.details)
    ws = sheet("明细账", lines, f"{len(books.details)} 个末级科目")
    write_pages(pen, ws, "明　细　账", books.details, books, daily=False)
    for trial in books.trials:
        ws = sheet(f"科目余额表{STAGES[trial.stage]}", len(trial.rows), trial_note(trial))
        write_trial(pen, ws, trial, books)
    for told in books.reconciliations:
        items = sum(len(x) for x in (told.bank_in, told.bank_out, told.book_in, told.book_out))
        ws = sheet(f"{BANK_NAMES[told.account.code]}余额调节表", items, verdict(told))
        write_reconciliation(pen, ws, told, books)
    _cover(pen, cover, books, contents)
    book.close()
    return buffer.getvalue()


def _cover(pen: Pen, ws: Any, books: LedgerBooks, contents: list[tuple[str, int, str]]) -> None:
    last = len(_WIDTHS) - 1
    pen.page(ws, widths=_WIDTHS, landscape=False, head_rows=0)
    pen.span(ws, 0, (0, last), f"会计账簿 {month(books.period_ym)}", "title")
    ws.set_row(0, 34)
    facts = (
        f"编制单位：{books.poolarea_name}（{books.poolarea_no}）　{books.scheme_name}基金",
        f"账套 {books.ledger_id}　账簿 {books.book}　发布 {books.release_id}",
        "凭证号每月从 1 连续，结转凭证在最后；期初余额不是凭证，列在余额表。",
        "附单据数是凭证背后来源文件的行数；系统生成的凭证由复核人签章。",
    )
    for row, fact in enumerate(facts, start=1):
        pen.span(ws, row, (0, last), fact, "left")
    row = len(facts) + 2
    for col, head in enumerate(("账簿", "笔数", "说明")):
        pen.text(ws, row, col, head, "head")
    for name, count, told in contents:
        row += 1
        ws.write_url(row, 0, f"internal:{quote_sheetname(name)}!A1", pen.style("link"), name)
        ws.write_number(row, 1, count, pen.style("count"))
        pen.text(ws, row, 2, told, "wrap")
        ws.set_row(row, 32 if len(told) > 28 else 20)
    ws.print_area(0, 0, row, last)
