"""Cell styles, page set-up and the one place where an amount becomes a spreadsheet number."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_CHECK, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

#: cells are IEEE doubles: up to here every amount in fen is shown exactly
LIMIT = Decimal("9999999999999.99")
MONEY = '#,##0.00;[Red]-#,##0.00;"-"'

_BASE = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_BOXED = {**_BASE, "border": 1}
_FIGURE = {**_BOXED, "align": "right", "indent": 1}
_BLACK = {"font_name": "黑体"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**_BASE, **_BLACK, "font_size": 18, "align": "center"},
    "section": {**_BASE, **_BLACK, "font_size": 12},
    "left": {**_BASE, "align": "left"},
    "center": {**_BASE, "align": "center"},
    "right": {**_BASE, "align": "right"},
    "note": {**_BASE, "font_size": 10, "text_wrap": True, "valign": "top"},
    "head": {**_BOXED, **_BLACK, "align": "center", "bg_color": "#F2F2F2", "text_wrap": True},
    "text": {**_BOXED, "align": "left", "indent": 1},
    "wrap": {**_BOXED, "align": "left", "indent": 1, "text_wrap": True},
    "total": {**_BOXED, **_BLACK, "bold": True, "align": "left", "indent": 1},
    "mid": {**_BOXED, "align": "center"},
    "bad": {**_BOXED, **_BLACK, "align": "center", "font_color": "#C00000"},
    "link": {**_BOXED, "align": "left", "indent": 1, "font_color": "#0563C1", "underline": 1},
    "money": {**_FIGURE, "num_format": MONEY},
    "money_total": {**_FIGURE, "num_format": MONEY, "bold": True},
    "count": {**_FIGURE, "num_format": "#,##0"},
}


class Pen:
    """Writes styled cells of one workbook; each style is made once."""

    def __init__(self, book: Any, release_id: str) -> None:
        self._book = book
        self._release = release_id.replace("&", "&&")
        self._formats: dict[tuple[str, int], Any] = {}

    def style(self, name: str, indent: int = 0) -> Any:
        """The XlsxWriter format of that name, ``indent`` steps further in."""
        key = (name, indent)
        if key not in self._formats:
            props = _STYLES[name]
            if indent:
                props = {**props, "indent": props.get("indent", 0) + indent}
            self._formats[key] = self._book.add_format(props)
        return self._formats[key]

    def text(self, sheet: Any, row: int, col: int, text: str, style: str) -> None:
        """Text, also where it looks like a number or a formula."""
        sheet.write_string(row, col, text, self.style(style))

    def span(self, sheet: Any, row: int, cols: tuple[int, int], text: str, style: str) -> None:
        """Text over the columns ``cols`` (first and last) of one row."""
        first, last = cols
        if first == last:
            self.text(sheet, row, first, text, style)
            return
        sheet.merge_range(row, first, row, last, "", self.style(style))
        sheet.write_string(row, first, text, self.style(style))

    def money(
        self, sheet: Any, row: int, col: int, amount: Decimal | None, style: str = "money"
    ) -> None:
        """An amount in yuan as a number, None as an empty cell.

        Raises JiecunError ``REPORT_AMOUNT`` beyond ±9,999,999,999,999.99.
        """
        if amount is None:
            sheet.write_blank(row, col, None, self.style(style))
            return
        if abs(amount) > LIMIT:
            place = f"工作表 {sheet.get_name()} 第 {row + 1} 行第 {col + 1} 列"
            raise JiecunError(
                Problem(
                    "REPORT_AMOUNT",
                    place,
                    f"绝对值不超过 {LIMIT:,}",
                    f"{amount:,}",
                    "Excel 只有 15 位有效数字；查该账套是否有错误金额",
                ),
                exit_code=EXIT_CHECK,
            )
        sheet.write_number(row, col, float(amount), self.style(style))

    def page(
        self,
        sheet: Any,
        *,
        widths: Sequence[float],
        landscape: bool,
        head_rows: int,
        freeze_cols: int = 0,
        stamp: str = "",
    ) -> None:
        """A4, one page wide, the first ``head_rows`` rows frozen and repeated on every page."""
        for col, width in enumerate(widths):
            sheet.set_column(col, col, width)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        else:
            sheet.set_portrait()
        sheet.set_margins(left=0.6, right=0.6, top=0.5, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if head_rows:
            sheet.freeze_panes(head_rows, freeze_cols)
            sheet.repeat_rows(0, head_rows - 1)
        sheet.set_footer(f"&L{stamp or '&A'}&C第&P页 共&N页&R发布 {self._release}")
