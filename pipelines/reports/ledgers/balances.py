"""科目余额表 and 银行存款余额调节表 as worksheets."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pipelines.reports.html.text import month
from pipelines.reports.ledgers.accounts import month_end

if TYPE_CHECKING:
    from pipelines.reports.ledgers.model import BankItem, LedgerBooks, Reconciliation, TrialBalance
    from pipelines.reports.pen import Pen

TRIAL_WIDTHS = (12, 28, 19, 19, 19, 19, 19, 19)
BANK_WIDTHS = (13, 30, 21, 13, 30, 21)
STAGES = {"pre": "结转前", "post": "结转后"}
BANK_NAMES = {"1002": "收入户", "1003": "财政专户", "1004": "支出户"}


def write_trial(pen: Pen, ws: Any, trial: TrialBalance, books: LedgerBooks) -> None:
    """科目余额表: six columns; the totals are those of the leaf accounts, debit equal to credit."""
    last = len(TRIAL_WIDTHS) - 1
    pen.page(ws, widths=TRIAL_WIDTHS, landscape=True, head_rows=4, freeze_cols=2)
    ws.set_default_row(18)
    pen.span(ws, 0, (0, last), f"科目余额表（{STAGES[trial.stage]}）", "title")
    ws.set_row(0, 30)
    pen.span(ws, 1, (0, 3), f"编制单位：{books.poolarea_name} {books.scheme_name}", "left")
    pen.span(ws, 1, (4, last), f"{month(books.period_ym)}　单位：元", "right")
    for col, head in enumerate(("科目编码", "科目名称")):
        ws.merge_range(2, col, 3, col, head, pen.style("head"))
    for col, head in ((2, "期初余额"), (4, "本期发生额"), (6, "期末余额")):
        pen.span(ws, 2, (col, col + 1), head, "head")
        pen.text(ws, 3, col, "借方", "head")
        pen.text(ws, 3, col + 1, "贷方", "head")
    row = 4
    for told in trial.rows:
        top = told.level == 0
        pen.text(ws, row, 0, told.account.code, "total" if top else "text")
        name = told.account.name if top else told.account.name.rpartition("—")[2]
        ws.write_string(row, 1, name, pen.style("total" if top else "text", 2 * told.level))
        for col, amount in enumerate(told.columns, start=2):
            pen.money(ws, row, col, amount or None, "money_total" if top else "money")
        row += 1
    pen.span(ws, row, (0, 1), "合计（末级科目）", "total")
    for col, amount in enumerate(trial.total, start=2):
        pen.money(ws, row, col, amount, "money_total")
    pen.span(ws, row + 1, (0, last), trial_note(trial), "note")
    ws.print_area(0, 0, row + 1, last)


def trial_note(trial: TrialBalance) -> str:
    """Whether the three pairs are equal, and how balances against the normal side stand."""
    total = trial.total
    gaps = [total[n] - total[n + 1] for n in (0, 2, 4)]
    equal = (
        "借贷相等" if not any(gaps) else f"借贷不等，差额 {'、'.join(f'{g:,.2f}' for g in gaps)}"
    )
    return f"期初、发生额、期末{equal}。余额列在科目的正常方向，红字为相反方向。"


def write_reconciliation(pen: Pen, ws: Any, told: Reconciliation, books: LedgerBooks) -> None:
    """余额调节表 of one account: book on the left, statement on the right."""
    last = len(BANK_WIDTHS) - 1
    pen.page(ws, widths=BANK_WIDTHS, landscape=True, head_rows=0)
    ws.set_default_row(20)
    pen.span(ws, 0, (0, last), f"{BANK_NAMES[told.account.code]}存款余额调节表", "title")
    ws.set_row(0, 30)
    pen.span(ws, 1, (0, 2), f"编制单位：{books.poolarea_name} {books.scheme_name}", "left")
    pen.span(ws, 1, (3, last), f"{month_end(books.period_ym)}　单位：元", "right")
    for col, head in enumerate(("日期", "账面", "金额", "日期", "对账单", "金额")):
        pen.text(ws, 2, col, head, "head")
    row = 3
    book, bank = ("账面存款余额", told.book_balance), ("对账单存款余额", told.bank_balance)
    _pair(pen, ws, row, book, bank)
    for left, right, items in (
        ("加：银行已收、账面未收", "加：账面已收、银行未收", (told.bank_in, told.book_in)),
        ("减：银行已付、账面未付", "减：账面已付、银行未付", (told.bank_out, told.book_out)),
    ):
        row += 1
        sums = tuple(sum(item.amount for item in side) for side in items)
        _pair(pen, ws, row, (left, sums[0]), (right, sums[1]))
        for pair in zip_longest(*items):
            row += 1
            for col, item in zip((0, 3), pair, strict=True):
                _item(pen, ws, row, col, item)
    row += 1
    book, bank = ("调节后余额", told.book_adjusted), ("调节后余额", told.bank_adjusted)
    _pair(pen, ws, row, book, bank)
    row += 1
    pen.span(ws, row, (0, last), f"结论：{verdict(told)}", "left")
    ws.set_row(row, 24)
    row += 1
    pen.span(ws, row, (0, 1), "会计主管：", "left")
    pen.span(ws, row, (2, 3), "复核：", "left")
    pen.span(ws, row, (4, last), "编制：", "left")
    ws.set_row(row, 24)
    ws.print_area(0, 0, row, last)


def verdict(told: Reconciliation) -> str:
    """In one line: reconciled, by how much not, or nothing to reconcile with."""
    gap = told.difference
    if gap is None:
        if told.book_balance:
            return "没有收到对账单，账面余额未能核对"
        return "没有对账单，账面余额为零"
    if gap:
        return f"不符，未列明的差额 {gap:,.2f} 元"
    items = sum(len(x) for x in (told.bank_in, told.bank_out, told.book_in, told.book_out))
    return f"相符，未达账项 {items} 笔" if items else "相符，没有未达账项"


def _pair(pen: Pen, ws: Any, row: int, book: tuple[str, Any], bank: tuple[str, Any]) -> None:
    for col, (text, amount) in ((0, book), (3, bank)):
        pen.span(ws, row, (col, col + 1), text, "total")
        pen.money(ws, row, col + 2, amount, "money_total")


def _item(pen: Pen, ws: Any, row: int, col: int, item: BankItem | None) -> None:
    day = item.day.isoformat() if item and item.day else ""
    pen.text(ws, row, col, day, "mid")
    pen.text(ws, row, col + 1, item.text if item else "", "text")
    pen.money(ws, row, col + 2, item.amount if item else None)
