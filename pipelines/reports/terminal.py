"""Statements and check results as rich tables, readable at 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.reports import layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from pipelines.reports.layout import CheckLike
    from pipelines.reports.statements import Sheet

_STATUS_STYLES = {"passed": "green", "failed": "bold red", "error": "bold red"}


def statement_table(sheet: Sheet) -> Table:
    """One statement, its lines under each other, amounts in yuan; notes below as the caption."""
    title = Text(f"{layout.TITLES[sheet.statement]} {layout.date_text(sheet)}", style="bold")
    title.append(
        f"\n{sheet.poolarea_name}（{sheet.poolarea_no}） {layout.fund_name(sheet)} 单位：元",
        style="not bold",
    )
    notes = "\n".join(layout.notes(sheet))
    table = Table(
        title=title,
        caption=Text(notes) if notes else None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        title_style="",
        caption_style="",
    )
    table.add_column("项目", no_wrap=True)
    for name in layout.column_names(sheet):
        table.add_column(name, justify="right", no_wrap=True, min_width=22)
    for line in layout.one_sided(sheet):
        first, second = line.row.amounts if line.row else (None, None)
        table.add_row(
            Text("  " * line.indent + line.text),
            _amount(first),
            _amount(second),
            style="bold" if line.is_total else "",
        )
    return table


def check_table(checks: Sequence[CheckLike]) -> Table:
    """Check results, failures first; 差额合计 in yuan."""
    table = Table(
        title=Text(f"勾稽核对：{layout.check_summary(checks)}", style="bold"),
        box=box.SIMPLE_HEAD,
        title_style="",
    )
    table.add_column("编号", no_wrap=True)
    table.add_column("内容", ratio=1, overflow="fold")
    table.add_column("等级", no_wrap=True)
    table.add_column("结果", no_wrap=True)
    table.add_column("检查数", justify="right", no_wrap=True)
    table.add_column("不符数", justify="right", no_wrap=True)
    table.add_column("差额合计", justify="right", no_wrap=True)
    for check in layout.check_order(checks):
        table.add_row(
            Text(check.check_id),
            Text(check.title),
            layout.SEVERITY_NAMES.get(check.severity, check.severity),
            Text(
                layout.STATUS_NAMES.get(check.status, check.status),
                style=_STATUS_STYLES.get(check.status, ""),
            ),
            f"{check.rows_tested:,}",
            f"{check.rows_failed:,}",
            _amount(check.difference_amt),
        )
    return table


def _amount(amount: Decimal | None) -> Text:
    if amount is None:
        return Text("")
    if amount == 0:
        return Text("-")
    return Text(layout.money_text(amount), style="red" if amount < 0 else "")
