"""The statements as Excel workbooks, one per pooling area, in the layout of the official forms."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from pipelines.reports import layout
from pipelines.reports.cover import NAME, Contents, write_cover
from pipelines.reports.files import write_report
from pipelines.reports.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.reports.layout import CheckLike, Line
    from pipelines.reports.statements import Sheet

#: rows above the first line of a form: title, two lines of particulars, column heads
HEAD_ROWS = 4

_BS_WIDTHS = (27, 24, 24, 27, 24, 24)
_IS_WIDTHS = (40, 26, 26)
#: heights in points; the longest form (38 rows and three lines of notes) must fit one page
_HIGH, _LOW, _LOW_FROM, _NOTE_LINE = 24, 15.5, 24, 14


def write_workbooks(
    sheets: Sequence[Sheet],
    out_dir: Path,
    *,
    release_id: str,
    checks: Sequence[CheckLike] | None = None,
) -> tuple[Path, ...]:
    """Write ``<poolarea_no>_<name>_会计报表_<yyyymm>.xlsx`` per pool; yyyymm is its latest month.

    ``checks`` None means that none were handed over, and the cover says so. Same input, same bytes.
    Raises JiecunError ``REPORT_WRITE`` (the file cannot be written), ``REPORT_AMOUNT``.
    """
    paths: list[Path] = []
    ordered = sorted(sheets, key=lambda sheet: sheet.poolarea_no)
    for _, group in groupby(ordered, key=lambda sheet: sheet.poolarea_no):
        pool = tuple(group)
        content = workbook_bytes(pool, release_id=release_id, checks=checks)
        paths.append(write_report(out_dir / file_name(pool), content))
    return tuple(paths)


def file_name(sheets: Sequence[Sheet]) -> str:
    """The workbook's name; characters no file system takes become ``_``."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", sheets[0].poolarea_name).strip(" .")
    return f"{sheets[0].poolarea_no}_{name}_会计报表_{_latest(sheets).period_ym}.xlsx"


def workbook_bytes(
    sheets: Sequence[Sheet], *, release_id: str, checks: Sequence[CheckLike] | None = None
) -> bytes:
    """One pool's workbook: cover, then the statements in the order given."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    latest = _latest(sheets)
    book.set_properties(
        {
            "title": f"{latest.poolarea_name}会计报表",
            "author": "结存",
            "comments": f"发布 {release_id}",
            "created": datetime(*layout.period_end(latest)),
        }
    )
    pen = Pen(book, release_id)
    cover = book.add_worksheet(NAME)
    contents = [_write_sheet(pen, book, sheet) for sheet in sheets]
    write_cover(pen, cover, contents, release_id=release_id, checks=checks)
    book.close()
    return buffer.getvalue()


def _latest(sheets: Sequence[Sheet]) -> Sheet:
    return max(sheets, key=lambda sheet: sheet.period_ym)


def _write_sheet(pen: Pen, book: Any, sheet: Sheet) -> Contents:
    name = layout.sheet_name(sheet)
    ws = book.add_worksheet(name)
    balance = sheet.statement == "BS"
    widths = _BS_WIDTHS if balance else _IS_WIDTHS
    pen.page(
        ws,
        widths=widths,
        landscape=balance,
        head_rows=HEAD_ROWS,
        freeze_cols=0 if balance else 1,
        stamp=layout.STAMP if sheet.period_ym >= layout.STAMP_FROM else "",
    )
    _write_head(pen, ws, sheet)
    row = _write_balance(pen, ws, sheet) if balance else _write_income(pen, ws, sheet)
    totals = (xl_rowcol_to_cell(row - 1, 2), xl_rowcol_to_cell(row - 1, 5)) if balance else None
    last = len(widths) - 1
    for note in layout.notes(sheet):
        pen.span(ws, row, (0, last), note, "note")
        ws.set_row(row, _NOTE_LINE * -(-layout.text_width(note) // int(sum(widths))))
        row += 1
    ws.print_area(0, 0, row - 1, last)
    return Contents(name, sheet, totals)


def _write_head(pen: Pen, ws: Any, sheet: Sheet) -> None:
    number, fund = layout.FORM_NUMBERS[sheet.statement], f"险种和制度：{layout.fund_name(sheet)}"
    unit, date = f"编制单位：{sheet.poolarea_name}", layout.date_text(sheet)
    first, second = layout.column_names(sheet)
    heads: tuple[str, ...]
    if sheet.statement == "BS":
        spans = ((0, 3), (4, 5)), ((0, 1), (2, 3), (4, 5))
        heads = ("资产", first, second, "负债和净资产", first, second)
    else:
        spans = ((0, 0), (1, 2)), ((0, 0), (1, 1), (2, 2))
        heads = ("项目", first, second)
    pen.span(ws, 0, (0, len(heads) - 1), layout.TITLES[sheet.statement], "title")
    for cols, text, style in zip(spans[0], (fund, number), ("left", "right"), strict=True):
        pen.span(ws, 1, cols, text, style)
    particulars = zip(spans[1], (unit, date, "单位：元"), ("left", "center", "right"), strict=True)
    for cols, text, style in particulars:
        pen.span(ws, 2, cols, text, style)
    for col, head in enumerate(heads):
        pen.text(ws, HEAD_ROWS - 1, col, head, "head")
    ws.set_row(0, 30)
    ws.set_row(HEAD_ROWS - 1, 20)


def _write_balance(pen: Pen, ws: Any, sheet: Sheet) -> int:
    row = HEAD_ROWS
    for left, right in layout.two_sided(sheet):
        ws.set_row(row, _HIGH)
        _write_line(pen, ws, (row, 0), left)
        _write_line(pen, ws, (row, 3), right)
        row += 1
    return row


def _write_income(pen: Pen, ws: Any, sheet: Sheet) -> int:
    row = HEAD_ROWS
    lines = layout.one_sided(sheet)
    height = _LOW if len(lines) >= _LOW_FROM else _HIGH
    for line in lines:
        ws.set_row(row, height)
        _write_line(pen, ws, (row, 0), line)
        row += 1
    return row


def _write_line(pen: Pen, ws: Any, cell: tuple[int, int], line: Line | None) -> None:
    row, col = cell
    total = line is not None and line.is_total
    text, indent = (line.text, line.indent) if line else ("", 0)
    if text:
        ws.write_string(row, col, text, pen.style("total" if total else "text", indent))
    else:
        ws.write_blank(row, col, None, pen.style("text"))
    amounts = line.row.amounts if line and line.row else (None, None)
    for offset, amount in enumerate(amounts, start=1):
        pen.money(ws, row, col + offset, amount, "money_total" if total else "money")
