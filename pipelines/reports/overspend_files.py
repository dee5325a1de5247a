"""Writes the overspend report: one page and one workbook a ledger, same figures, same bytes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.months import month_end
from pipelines.reports import layout
from pipelines.reports.files import write_report
from pipelines.reports.html.render import environment
from pipelines.reports.overspend import blocks, file_stem, heading
from pipelines.reports.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.reports.overspend_model import Block, Cell, Grid, Kind
    from pipelines.warnings.casefile import CaseFile

FORMATS = ("html", "xlsx")
_WIDTHS: dict[Kind, float] = {"text": 13, "wide": 34, "money": 17, "count": 11, "rate": 13}
_STYLES: dict[Kind, str] = {"text": "text", "wide": "wrap", "money": "money", "count": "count"}
#: characters of a page's width where there is no table, and of a wide cell; a line in points
_LINE, _CELL, _POINTS = 130, 30, 15


def write_reports(
    cases: Sequence[CaseFile], folder: Path, formats: Sequence[str] = FORMATS
) -> tuple[Path, ...]:
    """Write ``<ledger>_超支报告_<yyyymm>.html`` and ``.xlsx`` for each case; returns their paths.

    Raises JiecunError REPORT_FORMAT, REPORT_WRITE (a file cannot be written), REPORT_AMOUNT.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        found = "、".join(unknown) or "空"
        raise JiecunError(
            Problem("REPORT_FORMAT", "--format", "html、xlsx 或 html,xlsx", found, "改正 --format"),
            exit_code=EXIT_USAGE,
        )
    paths = []
    for case in cases:
        for name in formats:
            path = folder / f"{file_stem(case)}.{name}"
            paths.append(write_report(path, page(case) if name == "html" else workbook(case)))
    return tuple(paths)


def page(case: CaseFile) -> str:
    """The report as one self-contained page."""
    return (
        environment()
        .get_template("overspend.html.j2")
        .render(
            title=heading(case),
            case=case,
            blocks=blocks(case),
            stamp=layout.STAMP if case.period_ym >= layout.STAMP_FROM else "",
        )
    )


def workbook(case: CaseFile) -> bytes:
    """The report as a workbook: one worksheet a section, A4 across, one page wide."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    end = month_end(case.period_ym)
    book.set_properties(
        {
            "title": heading(case),
            "author": "结存",
            "comments": f"发布 {case.release_id}",
            "created": datetime(end.year, end.month, end.day),
        }
    )
    pen = Pen(book, case.release_id)
    for block in blocks(case):
        _write_block(pen, book.add_worksheet(block.title.partition("：")[0]), case, block)
    book.close()
    return buffer.getvalue()


def _write_block(pen: Pen, sheet: Any, case: CaseFile, block: Block) -> None:
    widths = _widths(block)
    last = len(widths) - 1
    pen.page(
        sheet,
        widths=widths,
        landscape=True,
        head_rows=0,
        stamp=layout.STAMP if case.period_ym >= layout.STAMP_FROM else "",
    )
    pen.span(sheet, 0, (0, last), heading(case), "title")
    sheet.set_row(0, 30)
    pen.span(sheet, 1, (0, last), block.title, "section")
    row = 2
    for text in block.words:
        row = _sentence(pen, sheet, row, widths, text)
    for grid in block.grids:
        row = _write_grid(pen, sheet, row + 1, grid)
    if block.note:
        row = _sentence(pen, sheet, row + 1, widths, block.note)
    sheet.print_area(0, 0, row, last)


def _widths(block: Block) -> list[float]:
    """Each column as wide as its widest kind; four columns of a page where there is no table."""
    columns = max((len(grid.heads) for grid in block.grids), default=0)
    widths = [
        max(_WIDTHS[grid.heads[col][1]] for grid in block.grids if col < len(grid.heads))
        for col in range(columns)
    ]
    return [*widths, *[_LINE / 4.0] * (4 - columns)]


def _write_grid(pen: Pen, sheet: Any, row: int, grid: Grid) -> int:
    pen.text(sheet, row, 0, grid.caption, "left")
    for col, (name, _) in enumerate(grid.heads):
        pen.text(sheet, row + 1, col, name, "head")
    sheet.set_row(row + 1, 32)
    row += 2
    for number, values in enumerate(grid.rows):
        total = number >= len(grid.rows) - grid.totals
        lines = 1
        for col, value in enumerate(values):
            kind = grid.heads[col][1]
            _write_cell(pen, sheet, (row, col), value, (kind, total))
            if kind == "wide" and isinstance(value, str):
                lines = max(lines, -(-layout.text_width(value) // _CELL))
        sheet.set_row(row, _POINTS * lines + 4)
        row += 1
    return row


def _write_cell(
    pen: Pen, sheet: Any, at: tuple[int, int], value: Cell, how: tuple[Kind, bool]
) -> None:
    (row, col), (kind, total) = at, how
    if value is None:
        pen.text(sheet, row, col, "—", "mid")
    elif isinstance(value, str):
        pen.text(sheet, row, col, value, "total" if total else _STYLES[kind])
    elif kind == "money" and not isinstance(value, int):
        pen.money(sheet, row, col, value, "money_total" if total else "money")
    elif kind == "count":
        sheet.write_number(row, col, value, pen.style("count"))
    else:
        pen.text(sheet, row, col, f"{value:,}", "mid")


def _sentence(pen: Pen, sheet: Any, row: int, widths: Sequence[float], text: str) -> int:
    pen.span(sheet, row, (0, len(widths) - 1), text, "note")
    sheet.set_row(row, _POINTS * -(-layout.text_width(text) // int(sum(widths))))
    return row + 1
