"""记账凭证 on A4: as many whole vouchers a page as fit, none torn by a page break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.reports.layout import text_width

if TYPE_CHECKING:
    from pipelines.reports.ledgers.model import LedgerBooks, Voucher
    from pipelines.reports.pen import Pen

NAME = "记账凭证"
#: 摘要, 科目编码, 会计科目, 借方金额, 贷方金额
WIDTHS = (22, 10, 26, 17, 17)
HEADS = ("摘要", "科目编码", "会计科目", "借方金额", "贷方金额")
#: Excel takes no page breaks where it fits to a width, so the scale is given
SCALE = 80
#: a voucher shows at least so many lines, blank where it has fewer
LEAST_LINES = 4
ROW, TITLE_ROW, GAP_ROW = 21.0, 30.0, 16.0
#: points of a page between its margins, at ``SCALE``
PAGE = (841.9 - 1.2 * 72 - 24) / SCALE * 100


def write_vouchers(pen: Pen, ws: Any, books: LedgerBooks) -> None:
    """Fill the worksheet ``ws`` with the vouchers of the month, in the order of their numbers."""
    pen.page(ws, widths=WIDTHS, landscape=False, head_rows=0)
    ws.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    ws.set_print_scale(SCALE)
    row, used = 0, 0.0
    breaks = []
    for voucher in books.vouchers:
        height = _height(voucher)
        if used and used + height > PAGE:
            breaks.append(row)
            used = 0.0
        row = _write(pen, ws, row, voucher, books)
        used += height
    if not books.vouchers:
        pen.span(ws, row, (0, len(WIDTHS) - 1), "本月没有凭证", "center")
        row += 1
    ws.set_h_pagebreaks(breaks)
    ws.print_area(0, 0, max(row - 1, 0), len(WIDTHS) - 1)


def heading(voucher: Voucher) -> tuple[str, str, str]:
    """Date, 凭证 number and 附单据数 as printed; the closing voucher and late events are told."""
    day = voucher.day
    kind = "（期末结转）" if voucher.is_closing else ""
    late = ""
    if voucher.orig_period_ym != day.year * 100 + day.month:
        late = f"，原所属期 {voucher.orig_period_ym}"
    number = f"记字第 {voucher.number} 号{kind}"
    return f"{day.year}年{day.month}月{day.day}日{late}", number, f"附单据 {voucher.source_rows} 张"


def signatures(voucher: Voucher) -> tuple[str, str, str]:
    """会计主管, 复核, 制单; whoever is not known is left to sign."""
    return "会计主管：", f"复核：{voucher.checker}", f"制单：{voucher.maker}"


def _height(voucher: Voucher) -> float:
    lines = sum(_line_height(line.account.name, line.summary) for line in voucher.lines)
    blank = max(0, LEAST_LINES - len(voucher.lines)) * ROW
    return TITLE_ROW + 4 * ROW + lines + blank + GAP_ROW


def _line_height(name: str, summary: str) -> float:
    wraps = text_width(name) > WIDTHS[2] - 3 or text_width(summary) > WIDTHS[0] - 3
    return ROW * 1.5 if wraps else ROW


def _write(pen: Pen, ws: Any, row: int, voucher: Voucher, books: LedgerBooks) -> int:
    last = len(WIDTHS) - 1
    day, number, papers = heading(voucher)
    pen.span(ws, row, (0, last), "记　账　凭　证", "title")
    ws.set_row(row, TITLE_ROW)
    row += 1
    pen.span(ws, row, (0, 1), f"{books.poolarea_name} {books.scheme_name}", "left")
    pen.text(ws, row, 2, day, "center")
    pen.span(ws, row, (3, 4), f"{number}　{papers}", "right")
    ws.set_row(row, ROW)
    row += 1
    for col, head in enumerate(HEADS):
        pen.text(ws, row, col, head, "head")
    ws.set_row(row, ROW)
    for line in voucher.lines:
        row += 1
        ws.set_row(row, _line_height(line.account.name, line.summary))
        pen.text(ws, row, 0, line.summary, "wrap")
        pen.text(ws, row, 1, line.account.code, "mid")
        pen.text(ws, row, 2, line.account.name, "wrap")
        pen.money(ws, row, 3, line.debit or None)
        pen.money(ws, row, 4, line.credit or None)
    for _ in range(LEAST_LINES - len(voucher.lines)):
        row += 1
        ws.set_row(row, ROW)
        for col in range(3):
            ws.write_blank(row, col, None, pen.style("text"))
        pen.money(ws, row, 3, None)
        pen.money(ws, row, 4, None)
    row += 1
    ws.set_row(row, ROW)
    pen.span(ws, row, (0, 2), f"合计（事项 {'、'.join(voucher.events)}）", "total")
    for col, amount in enumerate(voucher.total, start=3):
        pen.money(ws, row, col, amount, "money_total")
    row += 1
    ws.set_row(row, ROW)
    manager, checker, maker = signatures(voucher)
    pen.text(ws, row, 0, manager, "left")
    pen.span(ws, row, (1, 2), checker, "left")
    pen.span(ws, row, (3, 4), maker, "left")
    row += 1
    ws.set_row(row, GAP_ROW)
    return row + 1
