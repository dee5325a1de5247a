"""Contribution rates that bring the demo's income to the published levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.demo.plan import per_head

if TYPE_CHECKING:
    from pipelines.demo.levels import Levels


def premium_rates(levels: Levels) -> tuple[float, float]:
    """(employer rate, part of the base credited to accounts beyond the employee's own share) that
    bring pool and account income per head to the published levels, interest deducted."""
    ym = 202401
    working = 1 - levels.get("retired_share", "310", ym)
    wage = levels.get("wage", "310", ym)
    rate = levels.get("rate_fiscal", "ALL", ym)
    income = []
    for fund in ("pool", "pa"):
        reserve = levels.get(f"reserve_months_{fund}", "310", ym) / 12
        interest = per_head(levels, f"{fund}_exp", "310") * reserve * rate
        income.append((per_head(levels, f"{fund}_inc", "310") - interest) / working / wage)
    into = income[1] - levels.get("psn_rate", "310", ym)
    return round(income[0] + into, 6), round(into, 6)
