"""The first worksheet of a workbook: key figures of each ledger, contents, and tie-outs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import quote_sheetname

from pipelines.reports import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.reports.layout import CheckLike
    from pipelines.reports.pen import Pen
    from pipelines.reports.statements import Sheet

NAME = "目录与核对"
SCOPE = "核对覆盖本次发布的全部账套。"

_WIDTHS = (16, 25, 13, 24, 24, 24, 24, 24, 20)
_LAST = len(_WIDTHS) - 1
_TITLE_WIDTH = 60
_LINE = 18


@dataclass(frozen=True)
class Contents:
    """A written worksheet: its statement and the cells of its two grand totals (BS only)."""

    name: str
    sheet: Sheet
    totals: tuple[str, str] | None


def write_cover(
    pen: Pen,
    ws: Any,
    contents: Sequence[Contents],
    *,
    release_id: str,
    checks: Sequence[CheckLike] | None,
) -> None:
    """Fill the worksheet ``ws``."""
    pen.page(ws, widths=_WIDTHS, landscape=True, head_rows=0)
    ws.set_default_row(_LINE)
    first = contents[0].sheet
    pen.span(ws, 0, (0, _LAST), "会计报表目录与核对", "title")
    ws.set_row(0, 30)
    pen.span(ws, 1, (0, 4), f"编制单位：{first.poolarea_name}（{first.poolarea_no}）", "left")
    pen.span(ws, 1, (5, _LAST), f"发布编号：{release_id}", "right")
    row = _figures(pen, ws, 2, contents)
    row = _contents(pen, ws, row + 1, contents)
    row = _checks(pen, ws, row + 1, checks)
    ws.print_area(0, 0, row, _LAST)


def _figures(pen: Pen, ws: Any, row: int, contents: Sequence[Contents]) -> int:
    pen.span(ws, row, (0, 4), "一、各账套主要数字", "section")
    pen.span(ws, row, (5, _LAST), "单位：元", "right")
    row += 1
    heads = ("账套", "险种和制度", "期间", "资产总计", "净资产合计")
    for col, head in enumerate(heads):
        ws.merge_range(row, col, row + 1, col, head, pen.style("head"))
    ws.merge_range(row, 5, row, 7, "本期基金结余", pen.style("head"))
    for col, head in enumerate(("本月数（表样）", "本月发生额", "本年累计数"), start=5):
        pen.text(ws, row + 1, col, head, "head")
    ws.merge_range(row, _LAST, row + 1, _LAST, "资产−负债与净资产", pen.style("head"))
    row += 2
    ledgers = list(dict.fromkeys(c.sheet.ledger_id for c in contents))
    for ledger in ledgers:
        monthly: dict[str, Contents] = {
            c.sheet.statement: c
            for c in contents
            if c.sheet.ledger_id == ledger and c.sheet.period_type == "M"
        }
        if monthly:
            _figure_row(pen, ws, row, monthly)
            row += 1
    return row


def _figure_row(pen: Pen, ws: Any, row: int, monthly: Mapping[str, Contents]) -> None:
    sheet = next(iter(monthly.values())).sheet
    pen.text(ws, row, 0, sheet.ledger_id, "text")
    pen.text(ws, row, 1, layout.fund_name(sheet), "text")
    pen.text(ws, row, 2, layout.period_text(sheet), "mid")
    for col in range(3, _LAST + 1):
        pen.money(ws, row, col, None)
    balance, income = monthly.get("BS"), monthly.get("IS")
    if balance and balance.totals:
        assets, claims = (balance.sheet.row(code).amounts[1] for code in ("A9", "T9"))
        pen.money(ws, row, 3, assets)
        pen.money(ws, row, 4, balance.sheet.row("N9").amounts[1])
        name = quote_sheetname(balance.name)
        gap = (assets or Decimal(0)) - (claims or Decimal(0))
        left, right = balance.totals
        ws.write_formula(
            row, _LAST, f"=ROUND({name}!{left}-{name}!{right},2)", pen.style("money"), float(gap)
        )
    if income:
        surplus = [row for row in income.sheet.rows if row.is_total][-1]
        for col, amount in enumerate((surplus.amounts[0], surplus.flow_amt, surplus.amounts[1]), 5):
            pen.money(ws, row, col, amount)


def _contents(pen: Pen, ws: Any, row: int, contents: Sequence[Contents]) -> int:
    pen.span(ws, row, (0, _LAST), "二、目录", "section")
    row += 1
    pen.text(ws, row, 0, "账套", "head")
    pen.span(ws, row, (1, 2), "报表", "head")
    pen.text(ws, row, 3, "期间", "head")
    for item in contents:
        row += 1
        pen.text(ws, row, 0, item.sheet.ledger_id, "text")
        ws.merge_range(row, 1, row, 2, "", pen.style("link"))
        target = f"internal:{quote_sheetname(item.name)}!A1"
        ws.write_url(row, 1, target, pen.style("link"), item.name)
        pen.text(ws, row, 3, layout.period_text(item.sheet), "mid")
    return row + 1


def _checks(pen: Pen, ws: Any, row: int, checks: Sequence[CheckLike] | None) -> int:
    pen.span(ws, row, (0, _LAST), f"三、勾稽核对：{layout.check_summary(checks)}", "section")
    if not checks:
        return row
    row += 1
    pen.span(ws, row, (0, _LAST), SCOPE, "left")
    row += 1
    pen.text(ws, row, 0, "检查编号", "head")
    pen.span(ws, row, (1, 3), "内容", "head")
    for col, head in enumerate(
        ("等级", "结果", "检查数（项）", "不符数（项）", "差额合计（元）"), start=4
    ):
        pen.text(ws, row, col, head, "head")
    for check in layout.check_order(checks):
        row += 1
        bad = check.status not in ("passed", "not_applicable")
        lines = -(-layout.text_width(check.title) // _TITLE_WIDTH)
        if lines > 1:
            ws.set_row(row, _LINE * lines)
        pen.text(ws, row, 0, check.check_id, "text")
        pen.span(ws, row, (1, 3), check.title, "wrap")
        pen.text(ws, row, 4, layout.SEVERITY_NAMES.get(check.severity, check.severity), "mid")
        status = layout.STATUS_NAMES.get(check.status, check.status)
        pen.text(ws, row, 5, status, "bad" if bad else "mid")
        ws.write_number(row, 6, check.rows_tested, pen.style("count"))
        ws.write_number(row, 7, check.rows_failed, pen.style("count"))
        pen.money(ws, row, _LAST, check.difference_amt)
    return row
