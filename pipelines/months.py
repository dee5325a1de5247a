"""Arithmetic on months written as yyyymm."""

from __future__ import annotations

from datetime import date, timedelta

_YEAR = 12


def month_number(ym: int) -> int:
    """Months since year 0, so that months can be subtracted: 202402 → 24289."""
    return ym // 100 * _YEAR + ym % 100 - 1


def add_months(ym: int, months: int) -> int:
    """The month so many months after, or before when negative: 202312 and 2 → 202402."""
    year, month = divmod(month_number(ym) + months, _YEAR)
    return year * 100 + month + 1


def months_back(ym: int, count: int) -> tuple[int, ...]:
    """The ``count`` months that end with ``ym``, oldest first."""
    return tuple(add_months(ym, n) for n in range(1 - count, 1))


def month_start(ym: int) -> date:
    """The first day of the month."""
    return date(ym // 100, ym % 100, 1)


def month_end(ym: int) -> date:
    """The last day of the month."""
    return month_start(add_months(ym, 1)) - timedelta(days=1)
