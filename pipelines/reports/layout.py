"""How a statement is laid out, for paper and terminal alike: lines, columns, dates, notes."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from pipelines.reports.statements import Sheet, SheetRow

TITLES = {"BS": "资产负债表", "IS": "收支表"}
FORM_NUMBERS = {"BS": "会社保01表", "IS": "会社保02表"}
#: printed under every statement from this month on: the 2026 rules were not seen in the original
STAMP_FROM = 202601
#: under each sheet of a pool whose benefits are booked when they are settled
ON_SETTLEMENT = "待遇支出按结算时点入账（benefit_clock = settlement），不是法定账簿口径"
STAMP = "布局依2017制度，补充规定原文未核"
STATUS_NAMES = {"passed": "通过", "failed": "不符", "error": "出错", "not_applicable": "不适用"}
SEVERITY_NAMES = {"H": "硬性", "S": "提示"}

_SHORT_NAMES = {"310": "职工", "390": "居民"}
_STATUS_ORDER = ("failed", "error", "passed", "not_applicable")
_COLUMNS = {
    ("BS", "M"): ("年初余额", "期末余额"),
    ("BS", "Y"): ("年初余额", "期末余额"),
    ("IS", "M"): ("本月数", "本年累计数"),
    ("IS", "Y"): ("本年数", "上年数"),
}


class CheckLike(Protocol):
    """A check's result, as a row of ``fct_check`` or straight from the engine."""

    @property
    def check_id(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def rows_tested(self) -> int: ...
    @property
    def rows_failed(self) -> int: ...
    @property
    def difference_amt(self) -> Decimal: ...


@dataclass(frozen=True)
class Line:
    """One line of a form: a row, or a heading (``row`` is None)."""

    text: str
    row: SheetRow | None = None

    @property
    def indent(self) -> int:
        return self.row.indent if self.row else 0

    @property
    def is_total(self) -> bool:
        return self.row is None or self.row.is_total


def column_names(sheet: Sheet) -> tuple[str, str]:
    """The two amount columns of the form."""
    return _COLUMNS[sheet.statement, sheet.period_type]


def period_end(sheet: Sheet) -> tuple[int, int, int]:
    """Year, month and last day of the period."""
    year, month = divmod(sheet.period_ym, 100)
    return year, month, monthrange(year, month)[1]


def date_text(sheet: Sheet) -> str:
    """The form's date: a day for balances, a month or a year for flows."""
    year, month, day = period_end(sheet)
    if sheet.statement == "BS":
        return f"{year}年{month}月{day}日"
    return f"{year}年{month}月" if sheet.period_type == "M" else f"{year}年度"


def period_text(sheet: Sheet) -> str:
    """``2025年11月`` for a monthly, ``2025年报`` for an annual statement."""
    year, month, _ = period_end(sheet)
    return f"{year}年{month}月" if sheet.period_type == "M" else f"{year}年报"


def fund_name(sheet: Sheet) -> str:
    """险种和制度 as the form names it."""
    return f"{sheet.scheme_name}基金"


def sheet_name(sheet: Sheet) -> str:
    """The worksheet's name, e.g. ``职工资产负债表202511`` or ``职工收支表2025年报``."""
    period = f"{sheet.period_ym}" if sheet.period_type == "M" else f"{sheet.period_ym // 100}年报"
    return f"{_SHORT_NAMES.get(sheet.scheme, sheet.scheme)}{TITLES[sheet.statement]}{period}"


def one_sided(sheet: Sheet) -> tuple[Line, ...]:
    """Every line under the other; a balance sheet gets its three headings."""
    if sheet.statement == "IS":
        return tuple(Line(row.row_name, row) for row in sheet.rows)
    left, right = _sides(sheet)
    return (*left, *right)


def two_sided(sheet: Sheet) -> tuple[tuple[Line | None, Line | None], ...]:
    """A balance sheet as printed: assets | liabilities and net assets, grand totals level."""
    left, right = _sides(sheet)
    height = max(len(left), len(right))
    return tuple(zip(_stretch(left, height), _stretch(right, height), strict=True))


def notes(sheet: Sheet) -> tuple[str, ...]:
    """What must be said under the form, one sentence group each."""
    out: list[str] = []
    differing = [
        row for row in sheet.rows if row.flow_amt is not None and row.flow_amt != row.amounts[0]
    ]
    if differing:
        told = "；".join(
            f"{row.row_name} 本月数 {money_text(row.amounts[0])}、发生额 {money_text(row.flow_amt)}"
            for row in differing
        )
        out.append(f"注：“待转基金”的本月数按制度填列期末余额，与本月发生额不同（元）：{told}。")
    if (sheet.statement, sheet.period_type) == ("IS", "Y") and all(
        row.amounts[1] is None for row in sheet.rows
    ):
        out.append("注：账簿中没有上年数据，上年数空缺。")
    if sheet.on_settlement:
        out.append(f"注：{ON_SETTLEMENT}。")
    if sheet.period_ym >= STAMP_FROM:
        out.append(f"注：{STAMP}。")
    return tuple(out)


def money_text(amount: Decimal | None) -> str:
    """``-1,234.50``; empty for None."""
    return "" if amount is None else f"{amount:,.2f}"


def text_width(text: str) -> int:
    """Columns the text takes where a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def check_order(checks: Iterable[CheckLike]) -> tuple[CheckLike, ...]:
    """Failures first, then by id."""
    rank = {status: n for n, status in enumerate(_STATUS_ORDER)}
    return tuple(sorted(checks, key=lambda c: (rank.get(c.status, -1), c.check_id)))


def check_summary(checks: Sequence[CheckLike] | None) -> str:
    """Counts of results in one line; nothing checked is never "passed"."""
    if checks is None:
        return "未提供核对结果"
    if not checks:
        return "没有做过核对"
    counts = [
        f"{STATUS_NAMES[status]} {sum(c.status == status for c in checks)} 项"
        for status in ("passed", "failed", "error", "not_applicable")
    ]
    return "，".join(counts)


def _sides(sheet: Sheet) -> tuple[list[Line], list[Line]]:
    left, right = [Line("一、资产：")], [Line("二、负债：")]
    net_assets = False
    for row in sheet.rows:
        line = Line(row.row_name, row)
        if row.side == "A":
            left.append(line)
            continue
        if row.row_code.startswith("N") and not net_assets:
            right.append(Line("三、净资产："))
            net_assets = True
        right.append(line)
    return left, right


def _stretch(lines: list[Line], height: int) -> list[Line | None]:
    return [*lines[:-1], *[None] * (height - len(lines)), lines[-1]]
