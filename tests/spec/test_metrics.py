"""M-01 … M-10 over the books: which money, which months, and what is told where there is none."""

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, copy, mutate, rerun, rows, run, world
from tests.spec.metrics_world import NONE, Told, books, monthly, span, told

ZG = "610100-310"
JM = "610100-390"


@cache
def _workers() -> Spec:
    """Opening 1,000 pool and 500 accounts, then October 2023 to February 2025 of even months.

    A month brings 100 pool and 50 accounts, and pays 80 and 40; in November 2024 30 more are
    pending. Each January 12 go up to the province, each February 6 down to the counties.
    """
    all_months = span(202310, 17)
    return books(
        f"{ZG} | OPEN 2023-10-01 | 1003 | 300101 | 1000.00",
        f"{ZG} | OPEN 2023-10-01 | 1003 | 300102 | 500.00",
        *monthly(ZG, all_months, "1003", "400101", "100.00"),
        *monthly(ZG, all_months, "1003", "400102", "50.00"),
        *monthly(ZG, all_months, "50010101", "1004", "80.00"),
        *monthly(ZG, all_months, "50010203", "1004", "40.00"),
        *monthly(ZG, [202401, 202501], "530101", "1003", "12.00"),
        *monthly(ZG, [202402, 202502], "530201", "1003", "6.00"),
        *monthly(ZG, [202411], "1002", "4601", "30.00"),
    )


@pytest.mark.parametrize(
    ("key", "ym", "value", "months", "status"),
    [
        ("M-01/M/POOL", 202411, "20.0000", "1", "ok"),
        ("M-01/M/PA", 202411, "10.0000", "1", "ok"),
        ("M-01/M/PEND", 202411, "30.0000", "1", "ok"),
        ("M-01/M/ALL", 202411, "60.0000", "1", "ok"),
        # 上解 12 in January and 补助 6 in February are expenses of the statement
        ("M-01/M/POOL", 202401, "8.0000", "1", "ok"),
        ("M-01/YTD/POOL", 202402, "22.0000", "2", "ok"),
        ("M-01/R12/POOL", 202409, "222.0000", "12", "ok"),
        ("M-01/R12/ALL", 202411, "372.0000", "12", "ok"),
        ("M-01/CAL/ALL", 202412, "372.0000", "12", "ok"),
        # three months of books: what there is, and said so
        ("M-01/R12/PA", 202312, "30.0000", "3", "short_history"),
        ("M-01/YTD/PA", 202312, "30.0000", "3", "short_history"),
        ("M-01/CAL/PA", 202312, "30.0000", "3", "short_history"),
    ],
)
def test_surplus_by_window_and_fund(
    key: str, ym: int, value: str, months: str, status: str
) -> None:
    found = told(_workers(), key, ZG, ym)
    assert (found.value, found.denominator, found.months, found.status) == (
        value,
        "",
        months,
        status,
    )


def test_the_funds_add_up_to_all_in_every_month_and_window() -> None:
    """POOL + PA + PEND = ALL, for the surplus and for the balance."""
    assert (
        rows(
            _workers(),
            """SELECT period_ym, metric_id, variant FROM met_metric
            WHERE metric_id IN ('M-01', 'M-02') AND scope_id = '610100-310'
            GROUP BY ALL
            HAVING sum(value) FILTER (fund <> 'ALL') IS DISTINCT FROM
                sum(value) FILTER (fund = 'ALL') OR count(*) <> 4""",
        )
        == []
    )


@pytest.mark.parametrize(
    ("fund", "value"),
    [("POOL", "1262.0000"), ("PA", "640.0000"), ("PEND", "30.0000"), ("ALL", "1932.0000")],
)
def test_balance_at_the_end_of_the_month(fund: str, value: str) -> None:
    """November 2024, 14 months of 20 and 10 after the opening, less 18 of level transfers."""
    assert told(_workers(), f"M-02/M/{fund}", ZG, 202411).value == value


def test_there_is_no_calendar_year_before_december() -> None:
    assert told(_workers(), "M-01/CAL/ALL", ZG, 202411) == Told(*NONE)


@pytest.mark.mechanism("S08")
@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        # 222 of 1,200; the twelve months to September
        ("M-04/R12/POOL", 202409, Told("18.5000", "222.00", "1200.00", "12", "ok")),
        ("M-04/YTD/PA", 202402, Told("20.0000", "20.00", "100.00", "2", "ok")),
        # pending income counts in ALL: 372 of 1,830
        ("M-04/CAL/ALL", 202412, Told("20.3279", "372.00", "1830.00", "12", "ok")),
        ("M-05/CAL/POOL", 202412, Told("106.8333", "1282.00", "1200.00", "12", "ok")),
        # three months: 1,060 against 300 made a year, that is 1,200
        ("M-05/R12/POOL", 202312, Told("88.3333", "1060.00", "300.00", "3", "short_history")),
        ("M-08/R12/POOL", 202409, Told("67.0782", "978.00", "1458.00", "12", "ok")),
        ("M-08/YTD/POOL", 202402, Told("68.9922", "178.00", "258.00", "2", "ok")),
    ],
)
def test_rates(key: str, ym: int, expected: Told) -> None:
    assert told(_workers(), key, ZG, ym) == expected


def test_payable_months_leave_out_money_to_and_from_other_levels() -> None:
    """1,222 over twelve months of 80: the 18 that moved between levels are no spending."""
    assert told(_workers(), "M-06/R12/POOL", ZG, 202409) == Told(
        "15.2750", "1222.00", "960.00", "12", "ok"
    )


def test_the_denominator_of_payable_months_would_notice_level_transfers() -> None:
    spec = copy(_workers())
    mutate(
        spec,
        "met_base",
        "pool_expense_amt - pool_level_amt as outlay",
        "pool_expense_amt as outlay",
    )
    rerun(spec, "met_window", "met_term", "met_metric")
    assert told(spec, "M-06/R12/POOL", ZG, 202409).denominator == "978.00"


@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        # fewer than twelve months: the mean of those there are
        ("M-06/R12/POOL", 202312, Told("13.2500", "1060.00", "240.00", "3", "short_history")),
        ("M-06/YTD/POOL", 202402, Told("13.5250", "1082.00", "160.00", "2", "ok")),
        ("M-06/CAL/POOL", 202412, Told("16.0250", "1282.00", "960.00", "12", "ok")),
        # 财政专户 + 支出户, not the 收入户 with the pending 30: 1,902 over twelve of 120
        ("M-07/R12/ALL", 202411, Told("15.8500", "1902.00", "1440.00", "12", "ok")),
    ],
)
def test_months_that_the_money_lasts(key: str, ym: int, expected: Told) -> None:
    assert told(_workers(), key, ZG, ym) == expected


def test_payable_months_are_told_of_the_pool_only() -> None:
    assert rows(
        _workers(),
        "SELECT DISTINCT fund FROM met_metric WHERE metric_id = 'M-06' AND book = 'k17'",
    ) == [("POOL",)]


def test_without_spending_there_are_no_payable_months() -> None:
    """Nothing spent, and more recovered than spent: no figure, never an endless one."""
    spec = books(
        f"{ZG} | OPEN 2024-01-01 | 1003 | 300101 | 1000.00",
        f"{ZG} | 2024-01-10 | 1003 | 400101 | 10.00",
        f"{ZG} | 2024-02-10 | 1004 | 50010101 | 5.00",
    )
    for ym, spent in ((202401, "0.00"), (202402, "-5.00")):
        for key in ("M-06/R12/POOL", "M-07/R12/ALL", "M-08/R12/POOL"):
            found = told(spec, key, ZG, ym)
            assert (found.value, found.denominator, found.status) == ("", spent, "no_spending")


def test_a_deficit_balance_gives_negative_months() -> None:
    spec = books(
        f"{ZG} | OPEN 2024-01-01 | 1003 | 300101 | 100.00",
        f"{ZG} | 2024-01-10 | 50010101 | 1004 | 150.00",
    )
    assert told(spec, "M-06/R12/POOL", ZG, 202401) == Told(
        "-0.3333", "-50.00", "150.00", "1", "short_history"
    )


def test_without_income_there_is_no_rate() -> None:
    spec = books(
        f"{ZG} | OPEN 2024-01-01 | 1003 | 300101 | 100.00",
        f"{ZG} | 2024-01-10 | 50010101 | 1004 | 15.00",
    )
    for key in ("M-04/YTD/POOL", "M-05/R12/POOL"):
        found = told(spec, key, ZG, 202401)
        assert (found.value, found.denominator, found.status) == ("", "0.00", "no_income")


# --- residents ----------------------------------------------------------------------------------

RESIDENTS = """
    clct_detl_id | clct_obj | insutype | accrym_begn | psn_clct_amt | arvl_date
    C1           | R        | 390      | 202401      | 30.00        | 2024-02-05
    C2           | R        | 390      | 202501      | 400.00       | 2024-10-05
    C3           | R        | 390      | 202501      | 100.00       | 2024-12-05
"""


@cache
def _residents() -> Spec:
    """600 at the start of 2024, 50 spent a month; the autumn brings 500 for 2025."""
    return books(
        f"{JM} | OPEN 2024-01-01 | 1003 | 3001 | 600.00",
        *monthly(JM, span(202401, 13), "500101", "1004", "50.00"),
        contributions=RESIDENTS,
    )


@pytest.mark.parametrize(
    ("ym", "balance", "reserve", "value"),
    [
        # February's 30 are for 2024 itself (E04) and count
        (202409, "180.0000", "180.00", "3.6000"),
        # 400 for 2025 (E05) are in the balance, but not there for 2024's spending
        (202410, "530.0000", "130.00", "2.6000"),
        (202412, "530.0000", "30.00", "0.6000"),
        # the benefit year has begun
        (202501, "480.0000", "480.00", "9.6000"),
    ],
)
def test_premiums_for_a_year_that_has_not_begun_do_not_lengthen_the_months(
    ym: int, balance: str, reserve: str, value: str
) -> None:
    found = told(_residents(), "M-06/R12/NA", JM, ym)
    assert (found.value, found.numerator) == (value, reserve)
    assert told(_residents(), "M-02/M/NA", JM, ym).value == balance


def test_residents_have_one_fund() -> None:
    assert rows(
        _residents(),
        "SELECT DISTINCT fund FROM met_metric WHERE scope_id = '610100-390'",
    ) == [("NA",)]


def test_the_premiums_are_income_of_the_month_of_receipt() -> None:
    """Only M-06 leaves them out; the statement's surplus is as the rule books it."""
    assert told(_residents(), "M-01/M/NA", JM, 202410).value == "350.0000"
    assert told(_residents(), "M-01/CAL/NA", JM, 202412).value == "-70.0000"


# --- growth -------------------------------------------------------------------------------------


@cache
def _growing() -> Spec:
    """2023: 100 a month in, 80 out; 2024: 110 in, 100 out; 2025 has January only."""
    return books(
        *monthly(JM, span(202301, 12), "1003", "4001", "100.00"),
        *monthly(JM, span(202301, 12), "500101", "1004", "80.00"),
        *monthly(JM, span(202401, 13), "1003", "4001", "110.00"),
        *monthly(JM, span(202401, 13), "500101", "1004", "100.00"),
    )


@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        ("M-09/YTD_IN/NA", 202402, Told("10.0000", "20.00", "200.00", "2", "ok")),
        ("M-09/YTD_OUT/NA", 202402, Told("25.0000", "40.00", "160.00", "2", "ok")),
        ("M-09/CAL_IN/NA", 202412, Told("10.0000", "120.00", "1200.00", "12", "ok")),
        ("M-10/YTD/NA", 202402, Told("15.0000", "", "", "2", "ok")),
        ("M-10/CAL/NA", 202412, Told("15.0000", "", "", "12", "ok")),
        ("M-09/YTD_OUT/NA", 202501, Told("0.0000", "0.00", "100.00", "1", "ok")),
        ("M-09/YTD_IN/NA", 202302, Told("", "", "", "2", "no_prior")),
        ("M-10/CAL/NA", 202312, Told("", "", "", "12", "no_prior")),
    ],
)
def test_growth_and_scissors(key: str, ym: int, expected: Told) -> None:
    assert told(_growing(), key, JM, ym) == expected


def test_growth_needs_the_same_months_a_year_before() -> None:
    """Books that began in February 2023 have no January to March of that year."""
    spec = books(
        *monthly(JM, span(202302, 14), "1003", "4001", "100.00"),
        *monthly(JM, span(202302, 14), "500101", "1004", "80.00"),
    )
    assert told(spec, "M-09/YTD_IN/NA", JM, 202403).status == "no_prior"


def test_the_scissors_round_once() -> None:
    """1/3 − 1/6 = 16.6667 points; the two growth rates rounded would give 16.6666."""
    spec = books(
        f"{JM} | 2023-01-10 | 1003 | 4001 | 6.00",
        f"{JM} | 2023-01-10 | 500101 | 1004 | 3.00",
        f"{JM} | 2024-01-10 | 1003 | 4001 | 7.00",
        f"{JM} | 2024-01-10 | 500101 | 1004 | 4.00",
    )
    assert told(spec, "M-09/YTD_OUT/NA", JM, 202401).value == "33.3333"
    assert told(spec, "M-09/YTD_IN/NA", JM, 202401).value == "16.6667"
    assert told(spec, "M-10/YTD/NA", JM, 202401).value == "16.6667"


# --- the division -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("income", "expense", "rate"),
    [
        # 0.04 of 80,000 is 0.00005 %: half goes away from zero, on both sides of it
        ("80000.00", "79999.96", "0.0001"),
        ("80000.00", "80000.04", "-0.0001"),
        ("80000.00", "79999.97", "0.0000"),
        # 13 digits of per cent are kept where a float has lost the last ones
        ("3.00", "1000000000003.01", "-33333333333333.6667"),
    ],
)
def test_a_figure_is_divided_exactly_and_rounded_once(income: str, expense: str, rate: str) -> None:
    spec = books(
        f"{JM} | 2024-01-10 | 1003 | 4001 | {income}",
        f"{JM} | 2024-01-10 | 500101 | 1004 | {expense}",
    )
    assert told(spec, "M-04/YTD/NA", JM, 202401).value == rate


def test_a_figure_too_large_to_be_told_is_left_out_and_said_so() -> None:
    """The release must not stop for a meaningless rate: 9 万亿 over one fen."""
    spec = books(
        f"{JM} | OPEN 2024-01-01 | 1003 | 3001 | 9000000000000.00",
        f"{JM} | 2024-01-10 | 500101 | 1004 | 0.01",
    )
    found = told(spec, "M-06/R12/NA", JM, 202401)
    assert (found.value, found.status) == ("", "out_of_range")


def test_every_figure_can_be_made_again_from_what_is_shown_beside_it() -> None:
    """numerator ÷ denominator, with the months where the unit is months."""
    spec = copy(_workers())
    assert (
        rows(
            spec,
            """SELECT scope_id, period_ym, metric_id, variant, fund FROM met_metric
            WHERE status IN ('ok', 'short_history') AND denominator_amt IS NOT NULL
                AND abs(value - numerator_amt / denominator_amt
                    * CASE unit WHEN '月' THEN month_cnt WHEN '倍' THEN 1 ELSE 100 END
                    * CASE metric_id WHEN 'M-05' THEN month_cnt / 12 ELSE 1 END) > 0.00006""",
        )
        == []
    )


def test_without_books_there_are_only_published_figures() -> None:
    assert rows(run(world(), "met_metric"), "SELECT DISTINCT origin FROM met_metric") == [
        ("published",)
    ]
