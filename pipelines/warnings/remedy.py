"""Remedies of an overspend in the legal order, each with what it can bring against the gap.

Control of cost comes first and moves no money of the fund. Then the fund's own means one after the
other, each no more than its limit and no more than what is left of the gap: deposits, equalisation
and risk fund, bonds, subsidies. Rates and benefits come last and are told by unit: what one unit
brings a year, and how many would close what is left. Limits are dated rows of ``rule_remedy``;
amounts are cut down to the fen, never up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from functools import cache
from typing import TYPE_CHECKING

from pipelines.warnings.procedure import rule_rows, span

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

ZERO = Decimal(0)
FEN = Decimal("0.01")


@dataclass(frozen=True)
class Position:
    """What a ledger has at a month end, in yuan; twelve months' flows end with that month.

    ``gap_amt`` is what has to be made up. ``reserve_amt`` is the paying fund's balance without
    next year's premiums, ``mean_amt`` its mean outlay a month. ``emp_rate`` is the employers' rate.
    ``cost_rises`` are yuan a month by which an institution's cost a visit rose, the most first.
    """

    gap_amt: Decimal
    reserve_amt: Decimal
    mean_amt: Decimal
    deposit_amt: Decimal
    bond_amt: Decimal
    risk_amt: Decimal
    remitted_amt: Decimal
    subsidy_due_amt: Decimal
    income_amt: Decimal
    premium_amt: Decimal
    pa_premium_amt: Decimal
    medfee_amt: Decimal
    head_cnt: int
    emp_rate: Decimal
    months_left: int
    cost_rises: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One row of ``rule_remedy``."""

    remedy_id: str
    order: int
    scheme: str
    zh: str
    kind: str
    limit: Decimal
    unit: str
    limit_zh: str
    valid_from: date
    valid_to: date
    source: str


@dataclass(frozen=True)
class Remedy:
    """One remedy with its figures in yuan.

    ``fund``: ``limit_amt`` is the most it may bring, ``amount_amt`` what is asked of it,
    ``left_amt`` the gap after it. ``control`` and ``unit``: ``limit_amt`` is what it saves by the
    year end (control) or brings a year (one unit); ``units`` how many units close the gap.
    """

    rule: Rule
    limit_amt: Decimal
    amount_amt: Decimal
    left_amt: Decimal
    units: Decimal | None
    how: str


@cache
def rules() -> tuple[Rule, ...]:
    """The dated remedies, in the legal order."""
    return tuple(
        Rule(
            str(row["remedy_id"]), int(row["remedy_order"] or 0), str(row["scheme"]),
            str(row["remedy_zh"]), str(row["kind"]), Decimal(row["limit_value"] or 0),
            str(row["limit_unit"]), str(row["limit_zh"]), *span(row), str(row["source"]),
        )
        for row in rule_rows("rule_remedy")
    )  # fmt: skip


def remedies(position: Position, scheme: str, day: date) -> tuple[Remedy, ...]:
    """The remedies of a scheme by the rules of ``day``, in order; amounts never below zero."""
    out = []
    left = max(position.gap_amt, ZERO)
    for rule in rules():
        if rule.scheme in (scheme, "ALL") and rule.valid_from <= day <= rule.valid_to:
            limit, how = _limit(rule, position)
            amount = min(limit, left) if rule.kind == "fund" else ZERO
            left -= amount
            units = None
            if rule.kind == "unit" and limit > 0:
                units = (left / limit).quantize(Decimal("0.1"), rounding=ROUND_CEILING)
            out.append(Remedy(rule, limit, amount, left, units, how))
    return tuple(out)


def _limit(rule: Rule, at: Position) -> tuple[Decimal, str]:
    """The most a remedy can bring, and how that figure is made."""
    amount, how = FORMULAS[rule.remedy_id](rule.limit, at)
    return max(amount, ZERO).quantize(FEN, rounding=ROUND_DOWN), how.format(
        limit=f"{rule.limit.normalize():f}"
    )


def _cost(limit: Decimal, at: Position) -> tuple[Decimal, str]:
    rises = [rise for rise in at.cost_rises if rise > 0][: int(limit)]
    how = f"{len(rises)} 家机构次均费用上涨部分的月均数 × 余下 {at.months_left} 个月"
    return sum(rises, ZERO) * at.months_left, how


def _rate(limit: Decimal, at: Position) -> tuple[Decimal, str]:
    base = at.premium_amt / at.emp_rate if at.emp_rate > 0 else ZERO
    how = f"近12个月统筹保费 ÷ 费率 {at.emp_rate.normalize():f} × {{limit}} 个百分点"
    return base * limit / 100, how


#: remedy → its limit in yuan by the dated figure and the position, and words for it
FORMULAS: dict[str, Callable[[Decimal, Position], tuple[Decimal, str]]] = {
    "COST": _cost,
    "DEPOSIT": lambda limit, at: (
        min(at.deposit_amt, at.reserve_amt - limit * at.mean_amt),
        "存款与累计结存（留足 {limit} 个月支出）两者中较小的",
    ),
    "ADJUST": lambda limit, at: (limit * at.remitted_amt, "近12个月上解 × {limit}"),
    # never more than there is, whatever the rule says
    "RISK": lambda limit, at: (min(limit, Decimal(1)) * at.risk_amt, "风险基金余额 × {limit}"),
    "INVEST": lambda limit, at: (
        min(limit, Decimal(1)) * at.bond_amt,
        "债券投资账面余额 × {limit}",
    ),
    "DUE": lambda limit, at: (limit * at.subsidy_due_amt, "以前年度应收未到的财政补助 × {limit}"),
    "SUBSIDY": lambda limit, at: (limit * at.income_amt, "近12个月基金收入 × {limit}"),
    "SPLIT": lambda limit, at: (
        at.pa_premium_amt * limit / 100,
        "近12个月划入个人账户的保费 × {limit}%",
    ),
    "RATE": _rate,
    "PREMIUM": lambda limit, at: (
        at.head_cnt * limit,
        f"参保 {at.head_cnt:,} 人 × {{limit}} 元",
    ),
    "BENEFIT": lambda limit, at: (at.medfee_amt * limit / 100, "近12个月医疗费总额 × {limit}%"),
}
