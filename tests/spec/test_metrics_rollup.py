"""Province and nation: the sum of the ledgers, and 统筹 as the national figures count it (M-03)."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, rows
from tests.spec.metrics_world import NONE, Told, books, monthly, span, told

AREAS = """
    poolarea_no | poolarea_name | level | province_code | province_name
    610100      | 西安市        | P     | 610000        | 陕西省
    610200      | 铜川市        | P     | 610000        | 陕西省
    330100      | 杭州市        | P     | 330000        | 浙江省
"""


@cache
def _two_provinces() -> Spec:
    """Twelve months of 2024: two pools in 陕西, one in 浙江; residents in one pool only."""
    year = span(202401, 12)
    return books(
        "610100-310 | OPEN 2024-01-01 | 1003 | 300101 | 1000.00",
        "610100-310 | OPEN 2024-01-01 | 1003 | 300102 | 300.00",
        "610200-310 | OPEN 2024-01-01 | 1003 | 300101 | 200.00",
        "330100-310 | OPEN 2024-01-01 | 1003 | 300101 | 5000.00",
        "610100-390 | OPEN 2024-01-01 | 1003 | 3001 | 120.00",
        *monthly("610100-310", year, "1003", "400101", "30.00"),
        *monthly("610100-310", year, "50010101", "1004", "20.00"),
        *monthly("610100-310", year, "50010202", "1004", "5.00"),
        *monthly("610200-310", year, "1003", "400101", "8.00"),
        *monthly("610200-310", year, "50010101", "1004", "10.00"),
        *monthly("330100-310", year, "50010101", "1004", "100.00"),
        *monthly("610100-390", year, "1003", "4001", "11.00"),
        *monthly("610100-390", year, "500101", "1004", "12.00"),
        pooling_area=AREAS,
    )


@pytest.mark.parametrize(
    ("scope", "key", "expected"),
    [
        ("610000-310", "M-01/YTD/POOL", Told("96.0000", "96.00", "", "12", "ok")),
        ("610000-390", "M-01/YTD/NA", Told("-12.0000", "-12.00", "", "12", "ok")),
        # 统筹 of both schemes: 96 − 12
        ("610000-ALL", "M-01/YTD/POOL", Told("84.0000", "84.00", "", "12", "ok")),
        ("610000-ALL", "M-03/CAL/POOL", Told("84.0000", "84.00", "", "12", "ok")),
        ("610000-ALL", "M-01/YTD/PA", Told("-60.0000", "-60.00", "", "12", "ok")),
        ("610000-ALL", "M-01/YTD/ALL", Told("24.0000", "24.00", "", "12", "ok")),
        ("610000-310", "M-02/M/POOL", Told("1296.0000", "1296.00", "", "1", "ok")),
        ("610000-ALL", "M-02/M/POOL", Told("1404.0000", "1404.00", "", "1", "ok")),
        ("610000-ALL", "M-02/M/ALL", Told("1644.0000", "1644.00", "", "1", "ok")),
        # (240 + 120 + 144) of (504 + 60)
        ("610000-ALL", "M-08/CAL/POOL", Told("89.3617", "504.00", "564.00", "12", "ok")),
        ("610000-310", "M-06/R12/POOL", Told("43.2000", "1296.00", "360.00", "12", "ok")),
        ("610000-ALL", "M-06/CAL/POOL", Told("33.4286", "1404.00", "504.00", "12", "ok")),
        ("330000-310", "M-02/M/POOL", Told("3800.0000", "3800.00", "", "1", "ok")),
        ("000000-310", "M-02/M/POOL", Told("5096.0000", "5096.00", "", "1", "ok")),
        ("000000-ALL", "M-02/M/POOL", Told("5204.0000", "5204.00", "", "1", "ok")),
        # no residents' ledger in 浙江
        ("330000-390", "M-02/M/NA", Told(*NONE)),
    ],
)
def test_a_region_is_the_sum_of_its_ledgers(scope: str, key: str, expected: Told) -> None:
    assert told(_two_provinces(), key, scope, 202412) == expected


def test_the_unified_pool_view_is_for_both_schemes_together_only() -> None:
    assert rows(
        _two_provinces(),
        "SELECT DISTINCT scope_id FROM met_metric WHERE metric_id = 'M-03' AND book = 'k17' ORDER BY 1",
    ) == [("000000-ALL",), ("330000-ALL",), ("610000-ALL",)]


def test_every_amount_of_a_region_is_the_sum_over_its_ledgers() -> None:
    """Over all months, windows and funds of M-01 and M-02, not only those above."""
    assert (
        rows(
            _two_provinces(),
            """SELECT r.scope_id, r.period_ym, r.metric_id, r.variant, r.fund
            FROM met_metric AS r
            JOIN met_metric AS l
                ON l.scope_type = 'ledger' AND l.period_ym = r.period_ym
                AND l.metric_id = r.metric_id AND l.variant = r.variant
                AND (l.fund = r.fund OR (r.insutype = 'ALL' AND l.fund = 'NA' AND r.fund IN ('POOL', 'ALL')))
                AND r.insutype IN (l.insutype, 'ALL')
                AND (r.scope_type = 'nation' OR left(l.scope_id, 2) = left(r.scope_id, 2))
            WHERE r.scope_type IN ('province', 'nation') AND r.book = 'k17'
                AND r.metric_id IN ('M-01', 'M-02')
            GROUP BY ALL HAVING min(r.value) <> sum(l.value)""",
        )
        == []
    )


def test_a_scope_says_what_it_is() -> None:
    assert rows(
        _two_provinces(),
        """SELECT DISTINCT scope_type, scope_id, ledger_id, poolarea_no, insutype FROM met_metric
        WHERE book = 'k17' AND scope_id LIKE '61%' ORDER BY ALL""",
    ) == [
        ("ledger", "610100-310", "610100-310", "610100", "310"),
        ("ledger", "610100-390", "610100-390", "610100", "390"),
        ("ledger", "610200-310", "610200-310", "610200", "310"),
        ("province", "610000-310", "", "", "310"),
        ("province", "610000-390", "", "", "390"),
        ("province", "610000-ALL", "", "", "ALL"),
    ]


def test_a_ledger_that_joins_makes_the_region_short_until_it_has_twelve_months() -> None:
    """The province's twelve months hold six of the second ledger: told, and marked."""
    spec = books(
        *monthly("610100-310", span(202301, 24), "50010101", "1004", "10.00"),
        *monthly("610200-310", span(202307, 18), "50010101", "1004", "10.00"),
        pooling_area=AREAS,
    )
    states = {
        ym: told(spec, "M-06/R12/POOL", "610000-310", ym).status
        for ym in (202306, 202312, 202405, 202406)
    }
    assert states == {
        202306: "short_history",
        202312: "short_history",
        202405: "short_history",
        202406: "ok",
    }


def test_growth_of_a_region_needs_the_same_ledgers_a_year_before() -> None:
    """A second ledger would show as 100 % growth."""
    spec = books(
        *monthly("610100-310", span(202301, 24), "50010101", "1004", "10.00"),
        *monthly("610200-310", span(202401, 12), "50010101", "1004", "10.00"),
        pooling_area=AREAS,
    )
    assert told(spec, "M-09/CAL_OUT/POOL", "610000-310", 202412).status == "no_prior"
    assert told(spec, "M-09/CAL_OUT/POOL", "610100-310", 202412).value == "0.0000"


def test_a_pool_not_on_the_map_is_counted_in_the_province_of_its_code() -> None:
    spec = books("620100-310 | 2024-01-10 | 1003 | 400101 | 5.00")
    assert told(spec, "M-01/M/POOL", "620000-310", 202401).value == "5.0000"
