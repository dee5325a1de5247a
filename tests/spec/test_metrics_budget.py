"""M-11, M-12 and M-06/FWD: actual against the budget as approved by then."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, rows
from tests.spec.metrics_world import NONE, Told, books, monthly, span, told

JM = "610100-390"
BUDGET = """
    budg_year | budg_ver | insutype | incexpd_dirc | budg_item      | stt_mon | budg_amt | aprv_date
    2024      | B0       | 390      | 1            | 社会保险费收入 | 19      | 9999.00  | 2023-12-20
    2024      | B0       | 390      | 2            | 待遇支出       | 19      | 1200.00  | 2023-12-20
    2024      | A1       | 390      | 2            | 待遇支出       | 19      | 1500.00  | 2024-06-10
    2024      | A1       | 390      | 2            | 大病保险支出   | 19      | 300.00   | 2024-06-10
    2025      | B0       | 390      | 2            | 待遇支出       | 19      | 2400.00  | 2024-12-20
"""


def spending(months: list[int], amounts: list[str], account: str = "500101") -> list[str]:
    """One payment of benefits a month."""
    return [
        line
        for ym, amount in zip(months, amounts, strict=True)
        for line in monthly(JM, [ym], account, "1004", amount)
    ]


@cache
def _first_year() -> Spec:
    """110 a month over 2024, and 60 for 大病 in May; no year before it."""
    return books(
        f"{JM} | OPEN 2024-01-01 | 1003 | 3001 | 3000.00",
        *spending(span(202401, 12), ["110.00"] * 12),
        *spending([202405], ["60.00"], "5101"),
        budget=BUDGET,
    )


@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        ("M-11/YTD/NA", 202403, Told("27.5000", "330.00", "1200.00", "3", "ok")),
        # three twelfths of 1,200 are 300
        ("M-11/DEV/NA", 202403, Told("2.5000", "30.00", "1200.00", "3", "ok")),
        ("M-12/M/NA", 202401, Told("1.1000", "110.00", "100.00", "1", "ok")),
        # 大病 has no budget in B0: May's 60 are not held against the benefits' budget
        ("M-11/YTD/NA", 202405, Told("45.8333", "550.00", "1200.00", "5", "ok")),
        ("M-12/M/NA", 202405, Told("1.1000", "110.00", "100.00", "1", "ok")),
        # A1 is approved in June and has both: 6 × 110 + 60 of 1,800
        ("M-11/YTD/NA", 202406, Told("40.0000", "720.00", "1800.00", "6", "ok")),
        ("M-11/DEV/NA", 202406, Told("-10.0000", "-180.00", "1800.00", "6", "ok")),
        ("M-12/M/NA", 202412, Told("0.7333", "110.00", "150.00", "1", "ok")),
        ("M-11/YTD/NA", 202412, Told("76.6667", "1380.00", "1800.00", "12", "ok")),
        ("M-11/DEV/NA", 202412, Told("-23.3333", "-420.00", "1800.00", "12", "ok")),
    ],
)
def test_execution_against_the_version_in_force(key: str, ym: int, expected: Told) -> None:
    assert told(_first_year(), key, JM, ym) == expected


def test_the_index_of_twelve_months_judges_the_whole_budget() -> None:
    """Twelfths of an amount that twelve does not divide: the last share is the whole."""
    spec = books(
        *spending(span(202401, 12), ["10.00"] * 12),
        budget="""
        budg_year | insutype | budg_item | budg_amt
        2024      | 390      | 待遇支出  | 100.00
        """,
    )
    assert told(spec, "M-12/M/NA", JM, 202401).denominator == "8.33"
    assert told(spec, "M-11/DEV/NA", JM, 202412) == Told("20.0000", "20.00", "100.00", "12", "ok")


@cache
def _seasonal() -> Spec:
    """2023: January 200, February 0 and the other ten months 80 (1,000 in all); 2024 the same."""
    year = ["200.00", "0.01", *["80.00"] * 9, "79.99"]
    return books(
        *spending(span(202301, 12), year),
        *spending(span(202401, 12), year),
        *spending([202501], ["150.00"]),
        budget="""
        budg_year | insutype | budg_item | budg_amt
        2023      | 390      | 待遇支出  | 1000.00
        2024      | 390      | 待遇支出  | 2000.00
        2025      | 390      | 待遇支出  | 2000.00
        """,
    )


@pytest.mark.parametrize(
    ("ym", "expected_amount", "index"),
    [
        # the first year knows no season: a twelfth
        (202301, "83.33", "2.4001"),
        (202303, "83.33", "0.9600"),
        # January and February share what both had: (200 + 0.01) ÷ 1,000 ÷ 2 of 2,000
        (202401, "200.01", "1.0000"),
        (202402, "200.01", "0.0000"),
        (202403, "160.00", "0.5000"),
        (202412, "159.98", "0.5000"),
        (202501, "200.01", "0.7500"),
    ],
)
def test_the_season_comes_from_full_years_before_and_pools_the_new_year(
    ym: int, expected_amount: str, index: str
) -> None:
    found = told(_seasonal(), "M-12/M/NA", JM, ym)
    assert (found.denominator, found.value) == (expected_amount, index)


def test_the_shares_of_a_year_add_up_to_it() -> None:
    """Whole 1e-10 parts: the last cumulative share is exactly one, months re-add to it."""
    assert rows(
        _seasonal(),
        """SELECT year, sum(month_share_e10), max(ytd_share_e10) FILTER (month = 12), max(year_cnt)
        FROM met_season WHERE scope_id = '610100-390' GROUP BY year ORDER BY year""",
    ) == [
        ("2023", "10000000000", "10000000000", "0"),
        ("2024", "10000000000", "10000000000", "1"),
        ("2025", "10000000000", "10000000000", "2"),
    ]


def test_no_more_than_three_years_make_the_season() -> None:
    """A lopsided first year has left the mean of the fifth."""
    spec = books(
        *spending([202001], ["900.00"]),
        *spending(span(202002, 11), ["1.00"] * 11),
        *spending(span(202101, 49), ["80.00"] * 49),
        budget="""
        budg_year | insutype | budg_item | budg_amt
        2023      | 390      | 待遇支出  | 1200.00
        2024      | 390      | 待遇支出  | 1200.00
        """,
    )
    assert told(spec, "M-12/M/NA", JM, 202403).denominator == "100.00"
    assert told(spec, "M-12/M/NA", JM, 202303).denominator != "100.00"


def test_a_year_that_is_not_full_makes_no_season() -> None:
    spec = books(
        *spending(span(202302, 23), ["80.00"] * 23),
        budget="""
        budg_year | insutype | budg_item | budg_amt
        2024      | 390      | 待遇支出  | 1200.00
        """,
    )
    assert told(spec, "M-12/M/NA", JM, 202401).denominator == "100.00"


def test_without_a_budget_there_is_no_execution() -> None:
    """Not zero per cent: no figure, and the reason."""
    spec = books(*spending([202401], ["110.00"]))
    for key in ("M-11/YTD/NA", "M-11/DEV/NA", "M-12/M/NA", "M-06/FWD/NA"):
        found = told(spec, key, JM, 202401)
        assert (found.value, found.status) == ("", "no_budget"), key


def test_the_forward_months_use_the_budget_of_the_next_year_once_it_is_approved() -> None:
    """December: 3,000 − 1,320 − 60 = 1,620 over 2,400 ÷ 12. In November 2025 is not known yet."""
    assert told(_first_year(), "M-06/FWD/NA", JM, 202412) == Told(
        "8.1000", "1620.00", "2400.00", "12", "ok"
    )
    assert told(_first_year(), "M-06/FWD/NA", JM, 202411) == Told(
        "", "1730.00", "", "12", "no_budget"
    )


def test_in_mid_year_the_forward_months_join_both_years_by_month() -> None:
    """From October: November and December of 2024, January to October of 2025."""
    lines = [
        f"{year} | 390 | 2 | 待遇支出 | {month:02d} | {amount} | 2024-01-01"
        for year, amount in ((2024, "10.00"), (2025, "20.00"))
        for month in range(1, 13)
    ]
    spec = books(
        f"{JM} | OPEN 2024-10-01 | 1003 | 3001 | 660.00",
        budget="budg_year | insutype | incexpd_dirc | budg_item | stt_mon | budg_amt | aprv_date\n"
        + "\n".join(lines),
    )
    assert told(spec, "M-06/FWD/NA", JM, 202410) == Told("36.0000", "660.00", "220.00", "12", "ok")


def test_a_later_approval_leaves_earlier_months_as_they_were() -> None:
    """The budget as it was known then: the same rows with and without what was approved later."""
    with_later = _first_year()
    without = books(
        f"{JM} | OPEN 2024-01-01 | 1003 | 3001 | 3000.00",
        *spending(span(202401, 5), ["110.00"] * 5),
        *spending([202405], ["60.00"], "5101"),
        budget="\n".join(BUDGET.splitlines()[:4]),
    )
    asked = "SELECT * FROM met_metric WHERE book = 'k17' AND period_ym <= 202405 ORDER BY ALL"
    assert rows(with_later, asked) == rows(without, asked)


def test_the_tenth_adjustment_comes_after_the_ninth_and_an_undated_one_by_its_update() -> None:
    spec = books(
        *spending(span(202401, 3), ["100.00"] * 3),
        budget="""
        budg_year | budg_ver | insutype | budg_item | budg_amt | aprv_date  | updt_time
        2024      | B0       | 390      | 待遇支出  | 1000.00  |            | 2024-01-05 09:00:00
        2024      | A9       | 390      | 待遇支出  | 2000.00  | 2024-02-10 | 2024-02-11 09:00:00
        2024      | A10      | 390      | 待遇支出  | 4000.00  |            | 2024-03-11 09:00:00
        """,
    )
    assert [told(spec, "M-11/YTD/NA", JM, ym).denominator for ym in (202401, 202402, 202403)] == [
        "1000.00",
        "2000.00",
        "4000.00",
    ]


def test_a_hospital_s_own_budget_is_not_the_fund_s() -> None:
    spec = books(
        *spending([202401], ["100.00"]),
        budget="""
        budg_year | insutype | budg_item | budg_amt | fixmedins_code
        2024      | 390      | 待遇支出  | 1000.00  |
        2024      | 390      | 待遇支出  | 700.00   | H61010000001
        """,
    )
    assert told(spec, "M-11/YTD/NA", JM, 202401).denominator == "1000.00"


def test_money_to_another_level_makes_no_season() -> None:
    """The accounts pay 10 a month; 600 that went up in March 2023 are not their March of 2024."""
    spec = books(
        *monthly("610100-310", span(202301, 15), "50010203", "1004", "10.00"),
        *monthly("610100-310", [202303], "530102", "1003", "600.00"),
        budget="""
        budg_year | insutype | budg_item     | budg_amt
        2024      | 310      | 待遇支出-个账 | 120.00
        """,
    )
    assert told(spec, "M-12/M/PA", "610100-310", 202403).denominator == "10.00"


def test_a_region_compares_the_spending_of_those_with_a_budget() -> None:
    """The second pool has none: its 500 are not held against the first one's budget."""
    spec = books(
        *spending([202401], ["110.00"]),
        *monthly("610200-390", [202401], "500101", "1004", "500.00"),
        budget="""
        budg_year | insutype | budg_item | budg_amt | aprv_date
        2024      | 390      | 待遇支出  | 1200.00  | 2023-12-20
        """,
    )
    assert told(spec, "M-11/YTD/NA", "610000-390", 202401) == Told(
        "9.1667", "110.00", "1200.00", "1", "ok"
    )
    assert told(spec, "M-11/YTD/NA", "610200-390", 202401).status == "no_budget"


def test_a_region_has_forward_months_only_where_every_ledger_has_a_budget() -> None:
    budget = "budg_year | poolarea_no | insutype | budg_item | budg_amt | aprv_date"
    for pools, expected in (
        (("610100", "610200"), Told("12.0000", "200.00", "200.00", "12", "ok")),
        (("610100",), Told("", "200.00", "", "12", "no_budget")),
    ):
        spec = books(
            *(
                f"{pool}-390 | OPEN 2024-12-01 | 1003 | 3001 | 100.00"
                for pool in ("610100", "610200")
            ),
            budget="\n".join(
                [
                    budget,
                    *(f"2025 | {pool} | 390 | 待遇支出 | 100.00 | 2024-12-20" for pool in pools),
                ]
            ),
        )
        assert told(spec, "M-06/FWD/NA", "610000-390", 202412) == expected


def test_worker_budgets_are_told_by_fund() -> None:
    spec = books(
        *monthly("610100-310", [202401], "50010101", "1004", "30.00"),
        *monthly("610100-310", [202401], "50010203", "1004", "9.00"),
        budget="""
        budg_year | insutype | budg_item     | budg_amt
        2024      | 310      | 待遇支出-统筹 | 240.00
        2024      | 310      | 待遇支出-个账 | 120.00
        """,
    )
    assert told(spec, "M-12/M/POOL", "610100-310", 202401).value == "1.5000"
    assert told(spec, "M-12/M/PA", "610100-310", 202401).value == "0.9000"
    assert told(spec, "M-12/M/ALL", "610100-310", 202401) == Told(*NONE)
