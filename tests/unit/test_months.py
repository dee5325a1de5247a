"""Months as yyyymm count over the ends of years."""

from __future__ import annotations

from datetime import date

from pipelines.months import add_months, month_end, month_number, month_start, months_back


def test_months_before_and_after() -> None:
    steps = (-13, -12, -1, 0, 1, 2, 14)
    expected = [202211, 202212, 202311, 202312, 202401, 202402, 202502]
    assert [add_months(202312, n) for n in steps] == expected
    assert add_months(202402, -13) == 202301


def test_numbers_of_months_differ_by_the_months_between() -> None:
    assert month_number(202501) - month_number(202312) == 13


def test_months_back_end_with_the_month_itself() -> None:
    assert months_back(202502, 4) == (202411, 202412, 202501, 202502)


def test_first_and_last_days() -> None:
    assert month_start(202402) == date(2024, 2, 1)
    assert [month_end(ym) for ym in (202402, 202412)] == [date(2024, 2, 29), date(2024, 12, 31)]
