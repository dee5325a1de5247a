"""Words and numbers as the pages show them: 万元, signs, units, warning levels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

NONE = "暂无"


@dataclass(frozen=True)
class Level:
    """How a warning level is told: word and shape first, colour last."""

    name: str
    symbol: str
    shape: str
    color: str
    order: int


#: worst last
LEVELS = {
    "grey": Level("数据待查", "✚", "cross", "#6b7280", 0),
    "blue": Level("蓝", "●", "circle", "#2563a8", 1),
    "yellow": Level("黄", "▲", "triangle-up", "#a87900", 2),
    "orange": Level("橙", "◆", "diamond", "#c2570c", 3),
    "red": Level("红", "■", "square", "#b3202a", 4),
}

SCHEMES = {"310": "职工", "390": "居民", "ALL": "合计"}
FUNDS = {
    "POOL": "统筹基金",
    "PA": "个人账户",
    "PEND": "待转基金",
    "NA": "居民基金",
    "ALL": "全部基金",
}
VARIANTS = {
    "M": "当月",
    "YTD": "本年累计",
    "R12": "近12个月",
    "CAL": "全年",
    "FWD": "按下年预算",
    "DEV": "与季节进度之差",
    "YTD_IN": "本年累计收入",
    "YTD_OUT": "本年累计支出",
    "CAL_IN": "全年收入",
    "CAL_OUT": "全年支出",
    "ARREAR": "余额",
    "OVER90": "逾期90天以上",
    "AGE": "最长天数",
    "OVER12": "逾12个月",
    "DAYS": "平均天数",
}
STATUSES = {
    "ok": "",
    "short_history": "历史不足12个月",
    "no_spending": "支出为零或为负",
    "no_income": "收入为零或为负",
    "no_budget": "没有预算",
    "no_prior": "没有可比的上年同期",
    "no_assessment": "没有应征保费",
    "no_premium": "没有保费收入",
    "no_deficit": "没有赤字",
    "no_accounts": "没有个人账户余额",
    "no_payment": "没有拨付",
    "no_count": "没有参保人数",
    "out_of_range": "数值超出范围",
}

_CENT = Decimal("0.01")
_TEN_THOUSAND = Decimal(10000)


def wan(amount: Decimal | None) -> str:
    """Yuan shown in 万元, two decimals, half up; ``-`` marks a negative; '' for None."""
    if amount is None:
        return ""
    return f"{_rounded(amount / _TEN_THOUSAND):,.2f}"


def yuan(amount: Decimal | None) -> str:
    """Yuan to the fen; a zero is ``-`` as in the official workbook; '' for None."""
    if amount is None:
        return ""
    return f"{amount:,.2f}" if amount else "-"


def figure(value: Decimal | None, unit: str) -> str:
    """A metric's value as shown: money in 万元, everything else with two decimals."""
    if value is None:
        return NONE
    return wan(value) if unit == "元" else f"{_rounded(value):,.2f}"


def judged(value: Decimal | None, unit: str) -> str:
    """A warning's value as its reason tells it: cut, never rounded over a threshold."""
    if value is None or unit == "元":
        return figure(value, unit)
    cut = value.quantize(_CENT, ROUND_DOWN)
    return f"{cut if cut else abs(cut):,.2f}"


def shown_unit(unit: str) -> str:
    """The unit ``figure`` shows."""
    return "万元" if unit == "元" else unit


def month(period_ym: int) -> str:
    """202512 → ``2025年12月``."""
    return f"{period_ym // 100}年{period_ym % 100}月"


def short_month(period_ym: int) -> str:
    """202512 → ``25-12``."""
    return f"{period_ym // 100 % 100:02d}-{period_ym % 100:02d}"


def sign_class(value: Decimal | None) -> str:
    """CSS class of a number."""
    if value is None:
        return "none"
    return "neg" if value < 0 else "zero" if value == 0 else ""


def rank(level: str) -> int:
    """How bad a level is; an unknown one counts as none (-1)."""
    return LEVELS[level].order if level in LEVELS else -1


def worst(levels: list[str]) -> str:
    """The worst of these levels, '' for none."""
    known = [level for level in levels if level in LEVELS]
    return max(known, key=lambda level: LEVELS[level].order, default="")


def _rounded(value: Decimal) -> Decimal:
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)
