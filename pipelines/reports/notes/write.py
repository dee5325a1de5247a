"""Writes the notes of several ledgers: one workbook and one page a pooling area."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipelines.reports.files import write_report
from pipelines.reports.html.render import environment
from pipelines.reports.html.text import SCHEMES, month
from pipelines.reports.layout import text_width
from pipelines.reports.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.reports.notes.model import Cell, Notes, Section

_COLUMNS = 7
_WIDTHS = (34, *([18] * (_COLUMNS - 1)))
_NOTE_LINE = 15
_CELL_LINE = 16
_MARGIN = 4


def write_notes(notes: Sequence[Notes], out_dir: Path, *, formats: Sequence[str]) -> list[Path]:
    """Write ``<poolarea_no>_<word>_<yyyymm>_<book>`` as ``xlsx`` and/or ``html`` per pool.

    Same input, same bytes. Raises JiecunError ``REPORT_WRITE``, ``REPORT_AMOUNT``.
    """
    paths = []
    for pool, group in groupby(notes, key=lambda one: one.poolarea_no):
        told = tuple(group)
        name = f"{pool}_{told[0].word}_{told[0].period_ym}_{told[0].book}"
        for kind in formats:
            content = workbook_bytes(told) if kind == "xlsx" else page_html(told)
            paths.append(write_report(out_dir / f"{name}.{kind}", content))
    return paths


def page_html(notes: Sequence[Notes]) -> str:
    """The notes of one pooling area as one page without scripts."""
    first = notes[0]
    return (
        environment()
        .get_template("notes.html.j2")
        .render(
            title=f"{first.poolarea_name}{first.title} {month(first.period_ym)}",
            notes=notes,
            first=first,
            is_money=lambda cell: isinstance(cell, Decimal),
            is_count=lambda cell: isinstance(cell, int),
        )
    )


def workbook_bytes(notes: Sequence[Notes]) -> bytes:
    """The notes of one pooling area, one worksheet a ledger; same input, same bytes."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    first = notes[0]
    year, mon = divmod(first.period_ym, 100)
    book.set_properties(
        {
            "title": f"{first.poolarea_name}{first.title}",
            "author": "结存",
            "comments": f"发布 {first.release_id}",
            "created": datetime(year, mon, monthrange(year, mon)[1]),
        }
    )
    pen = Pen(book, first.release_id)
    for one in notes:
        _sheet(pen, book.add_worksheet(f"{SCHEMES.get(one.scheme, one.scheme)}{one.word}"), one)
    book.close()
    return buffer.getvalue()


def _sheet(pen: Pen, ws: Any, notes: Notes) -> None:
    last = _COLUMNS - 1
    pen.page(ws, widths=_WIDTHS, landscape=True, head_rows=0)
    pen.span(ws, 0, (0, last), f"{notes.title} {month(notes.period_ym)}", "title")
    ws.set_row(0, 30)
    unit = f"编制单位：{notes.poolarea_name}　险种和制度：{notes.scheme_name}基金　单位：元"
    pen.span(ws, 1, (0, last), unit, "left")
    row = 3
    for section in notes.sections:
        row = _section(pen, ws, row, section) + 1
    ws.print_area(0, 0, row, last)


def _section(pen: Pen, ws: Any, row: int, section: Section) -> int:
    last = _COLUMNS - 1
    pen.span(ws, row, (0, last), section.title, "section")
    row += 1
    for sentence in section.sentences:
        pen.span(ws, row, (0, last), sentence, "note")
        ws.set_row(row, _NOTE_LINE * -(-text_width(sentence) // sum(_WIDTHS)))
        row += 1
    for col, head in enumerate(section.head):
        pen.text(ws, row, col, head, "head")
    row += bool(section.head)
    for number, cells in enumerate(section.rows, start=1):
        total = section.total and number == len(section.rows)
        for col, cell in enumerate(cells):
            _cell(pen, ws, (row, col), cell, total)
        ws.set_row(row, _CELL_LINE * max(map(_lines, cells, _WIDTHS), default=1) + 2)
        row += 1
    return row


def _lines(cell: Cell, width: int) -> int:
    """How many printed lines a cell takes: text wraps, a figure never does."""
    return max(1, -(-text_width(cell) // (width - _MARGIN))) if isinstance(cell, str) else 1


def _cell(pen: Pen, ws: Any, at: tuple[int, int], cell: Cell, total: bool) -> None:
    row, col = at
    if cell is None:
        ws.write_blank(row, col, None, pen.style("text"))
    elif isinstance(cell, Decimal):
        pen.money(ws, row, col, cell, "money_total" if total else "money")
    elif isinstance(cell, int):
        ws.write_number(row, col, cell, pen.style("count"))
    else:
        pen.text(ws, row, col, cell, "total" if total else "wrap")
