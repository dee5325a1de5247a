"""What a person sees on a terminal of 100 columns."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console

from pipelines.reports.statements import Check, Sheet, SheetRow
from pipelines.reports.terminal import check_table, statement_table

if TYPE_CHECKING:
    from rich.table import Table

LARGE = Decimal("9999999999999.99")
SHEET = Sheet(
    "IS",
    "610100-310",
    "610100",
    "西安市[测试]",
    "310",
    "职工基本医疗保险",
    "M",
    202602,
    (
        SheetRow("1", 1, "一、统筹基金收入", 0, "", True, (LARGE, LARGE), LARGE),
        SheetRow("1.2", 2, "财政补贴收入", 1, "", False, (Decimal("0.00"), Decimal("-12.5")), None),
        SheetRow("3.1.1", 3, "（一）住院费用", 2, "", False, (Decimal("1234.56"), None), None),
    ),
)


def _lines(table: Table) -> list[str]:
    console = Console(width=100, file=StringIO(), color_system=None)
    console.print(table)
    assert isinstance(console.file, StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert max(cell_len(line) for line in lines) <= 100
    return [line for line in lines if line]


def test_a_statement_fits_and_keeps_every_digit() -> None:
    assert _lines(statement_table(SHEET)) == [
        "                            收支表 2026年2月",
        "          西安市[测试]（610100） 职工基本医疗保险基金 单位：元",
        "  项目                                 本月数               本年累计数",
        " ──────────────────────────────────────────────────────────────────────",
        "  一、统筹基金收入       9,999,999,999,999.99     9,999,999,999,999.99",
        "    财政补贴收入                            -                   -12.50",
        "      （一）住院费用                 1,234.56",
        "注：布局依2017制度，补充规定原文未核。",
    ]


def test_checks_fit_with_a_long_title() -> None:
    title = "接收恒等式：读入 = 接收+重复+旧版本+暂挂+隔离+范围外（行数与金额）"
    checks = (
        Check("I-01", "H", title, "passed", 1200, 0, Decimal("0.00")),
        Check("T-05", "S", "分基金滚动", "failed", 30, 2, LARGE),
    )
    lines = _lines(check_table(checks))
    assert lines[0].strip() == "勾稽核对：通过 1 项，不符 1 项，出错 0 项，不适用 0 项"
    assert [line.split() for line in lines[3:5]] == [
        ["T-05", "分基金滚动", "提示", "不符", "30", "2", "9,999,999,999,999.99"],
        ["I-01", "接收恒等式：读入", "=", "硬性", "通过", "1,200", "0", "-"],
    ]
    assert "".join(lines[5:]).replace(" ", "") == title.split("= ")[1]
