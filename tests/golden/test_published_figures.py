"""What was published nationally and by one county, made again by the SQL that serves the books.

Amounts are as printed (亿元, 万亿元 or 万元); the SQL reads them from ``rule_published_figure``.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from tests.spec.harness import Spec, rows, run, world
from tests.spec.metrics_world import told

UNIT = {"亿元": 10**8, "万亿元": 10**12, "万元": 10**4}
FINAL = "published"
QUICK = "published_quick"


@cache
def _published() -> Spec:
    return run(world(), "met_published_check")


@pytest.mark.mechanism("S39", "S40")
@pytest.mark.parametrize(
    ("scope", "ym", "key", "value"),
    [
        # 统筹支出占比 2024: (13,222.71 + 10,661.49) ÷ 29,764.03
        ("000000-ALL", 202412, "M-08/CAL/POOL", "80.25"),
        # 可支付月数 2024: all 统筹, 职工统筹, 居民
        ("000000-ALL", 202412, "M-06/CAL/POOL", "19.41"),
        ("000000-310", 202412, "M-06/CAL/POOL", "27.63"),
        ("000000-390", 202412, "M-06/CAL/NA", "9.21"),
        ("000000-390", 202312, "M-06/CAL/NA", "8.79"),
        # growth 2024 of income and of spending
        ("000000-ALL", 202412, "M-09/CAL_IN/ALL", "4.21"),
        ("000000-ALL", 202412, "M-09/CAL_OUT/ALL", "5.51"),
        ("000000-ALL", 202412, "M-10/CAL/ALL", "1.30"),
    ],
)
def test_ratios_of_the_final_figures(scope: str, ym: int, key: str, value: str) -> None:
    found = told(_published(), key, scope, ym, FINAL)
    assert found.status == "ok"
    assert Decimal(found.value).quantize(Decimal("0.01")) == Decimal(value)


@pytest.mark.mechanism("S39")
@pytest.mark.parametrize(
    ("scope", "ym", "key", "printed", "unit"),
    [
        ("000000-310", 202412, "M-01/CAL/PA", "510.18", "亿元"),
        ("000000-390", 202412, "M-01/CAL/NA", "519.41", "亿元"),
        # the residents have no personal accounts: those of both schemes are the workers'
        ("000000-ALL", 202412, "M-01/CAL/PA", "510.18", "亿元"),
        ("000000-ALL", 202412, "M-02/M/PA", "14471.75", "亿元"),
        ("000000-ALL", 202412, "M-02/M/POOL", "38628.52", "亿元"),
        ("000000-ALL", 202312, "M-01/CAL/ALL", "5292.98", "亿元"),
        ("000000-390", 202312, "M-01/CAL/NA", "112.06", "亿元"),
        ("000000-ALL", 202212, "M-01/CAL/ALL", "6324.93", "亿元"),
        ("000000-390", 202212, "M-01/CAL/NA", "775.46", "亿元"),
        # 42,639.89 with 13,712.65 of personal accounts
        ("000000-ALL", 202212, "M-02/M/POOL", "28927.24", "亿元"),
        ("331127-310", 202303, "M-01/YTD/ALL", "1012", "万元"),
        ("331127-310", 202303, "M-02/M/ALL", "29768", "万元"),
        ("331127-390", 202303, "M-01/YTD/NA", "-3754", "万元"),
        ("331127-390", 202303, "M-02/M/NA", "5301", "万元"),
    ],
)
def test_amounts_of_the_final_figures(
    scope: str, ym: int, key: str, printed: str, unit: str
) -> None:
    found = told(_published(), key, scope, ym, FINAL)
    assert Decimal(found.value) == Decimal(printed) * UNIT[unit]


@pytest.mark.mechanism("S41")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("M-01/CUM/ALL", "3220000000000.0000"),
        ("M-01/CUM/POOL", "2410000000000.0000"),
        ("M-03/CUM/POOL", "2410000000000.0000"),
        ("M-08/CUM/POOL", "77.5485"),
    ],
)
def test_totals_of_2018_to_2024(key: str, value: str) -> None:
    """19.70 − 16.48 = 3.22 and 15.19 − 12.78 = 2.41 万亿元 over 84 months; 77.55 % 统筹."""
    found = told(_published(), key, "000000-ALL", 202412, QUICK)
    assert (found.value, found.months) == (value, "84")


def test_quick_figures_differ_by_the_personal_accounts() -> None:
    """3.48 − 2.97 = 0.51 万亿元 of all funds beside 0.47 of 统筹."""
    assert told(_published(), "M-01/CAL/ALL", "000000-ALL", 202412, QUICK).value == (
        "510000000000.0000"
    )


def test_everything_printed_twice_is_told_again() -> None:
    """Printed · found · difference · in per cent of what is printed · verdict, for each figure.

    ``same``: within 0.05 %, the rounding of the printed digits. ``near``: within 0.5 %, as near as
    a quick figure is expected to be to the final one.
    """
    found = rows(
        _published(),
        """SELECT region_code, period_ym, item, source_key, compared_with, is_quick,
            CASE printed_unit WHEN '亿元' THEN difference / 100000000
                WHEN '万亿元' THEN difference / 1000000000000
                WHEN '万元' THEN difference / 10000 ELSE difference END::DECIMAL(18, 4),
            verdict
        FROM met_published_check
        ORDER BY is_quick, region_code, period_ym, item, compared_with""",
    )
    final = [row for row in found if row[5] == "False"]
    quick = [row for row in found if row[5] == "True"]
    assert [(*row[:5], *row[6:]) for row in final] == [
        ("000000", "202212", "390/NA/M-01/CAL", "STAT22", "metric", "0.0000", "same"),
        ("000000", "202212", "ALL/ALL/M-01/CAL", "STAT22", "metric", "0.0000", "same"),
        ("000000", "202312", "390/NA/M-01/CAL", "STAT23", "metric", "0.0000", "same"),
        # the spokesman's 8.5 months use a denominator that was not published
        ("000000", "202312", "390/NA/M-06/CAL", "SPOKE23", "metric", "0.2940", "differs"),
        ("000000", "202412", "310/ALL/expense", "STAT24", "parts", "0.0000", "same"),
        ("000000", "202412", "310/ALL/income", "STAT24", "parts", "-0.0100", "same"),
        ("000000", "202412", "310/PA/M-01/CAL", "STAT24", "metric", "0.0000", "same"),
        ("000000", "202412", "310/POOL/M-01/CAL", "STAT24", "metric", "-0.0100", "same"),
        ("000000", "202412", "390/NA/M-01/CAL", "STAT24", "metric", "0.0000", "same"),
        ("000000", "202412", "ALL/POOL/M-01/CAL", "STAT24", "metric", "-0.0200", "same"),
        ("331127", "202303", "310/ALL/M-01/YTD", "JN23", "metric", "0.0000", "same"),
        ("331127", "202303", "310/ALL/balance", "JN23", "parts", "0.0000", "same"),
        ("331127", "202303", "310/ALL/expense", "JN23", "parts", "0.0000", "same"),
        ("331127", "202303", "310/ALL/income", "JN23", "parts", "0.0000", "same"),
        ("331127", "202303", "390/NA/M-01/YTD", "JN23", "metric", "0.0000", "same"),
        ("331127", "202303", "390/NA/income", "JN23", "parts", "0.0000", "same"),
    ]
    assert [(*row[2:5], *row[6:]) for row in quick] == [
        ("ALL/ALL/M-09/CAL_IN", "SEED", "metric", "-0.1852", "differs"),
        ("ALL/ALL/M-09/CAL_OUT", "SEED", "metric", "0.0149", "near"),
        ("ALL/ALL/expense", "SEED", "final", "0.0064", "near"),
        ("ALL/ALL/income", "SEED", "final", "0.0113", "near"),
        # 0.47 printed, 0.4639 in the end: two digits cannot tell it nearer
        ("ALL/POOL/M-01/CAL", "SEED", "metric", "-0.0061", "differs"),
        ("ALL/POOL/M-08/CAL", "SEED", "metric", "-0.0548", "near"),
        ("ALL/POOL/balance", "SEED", "final", "-0.0071", "near"),
    ]


def test_quick_totals_are_within_half_a_per_cent_of_the_final_ones() -> None:
    assert rows(
        _published(),
        """SELECT item, difference_pct FROM met_published_check
        WHERE is_quick AND compared_with = 'final' ORDER BY item""",
    ) == [
        ("ALL/ALL/expense", "0.2156"),
        ("ALL/ALL/income", "0.3258"),
        ("ALL/POOL/balance", "-0.1847"),
    ]


def test_the_county_sums_tie_part_by_part() -> None:
    """4,563 = 4,020 + 264 + 207 + 71 + 1; 3,551 = 3,458 + 30 + 63; 116 = 63 + 26 + 27 (万元)."""
    assert rows(
        _published(),
        """SELECT item, printed_value::BIGINT, (found / 10000)::BIGINT FROM met_published_check
        WHERE region_code = '331127' AND compared_with = 'parts' ORDER BY item""",
    ) == [
        ("310/ALL/balance", "29768", "29768"),
        ("310/ALL/expense", "3551", "3551"),
        ("310/ALL/income", "4563", "4563"),
        ("390/NA/income", "116", "116"),
    ]


def test_a_changed_figure_is_noticed() -> None:
    """One digit wrong in the county's premiums, and the sum no longer ties."""
    spec = world().sql(
        "UPDATE rule_published_figure SET amount = amount + 10000 "
        "WHERE item = '310/ALL/income.premium'"
    )
    assert rows(
        run(spec, "met_published_check"),
        """SELECT item, difference::BIGINT FROM met_published_check
        WHERE region_code = '331127' AND difference <> 0""",
    ) == [("310/ALL/income", "10000")]


# --- the file -----------------------------------------------------------------------------------


def test_amounts_are_the_printed_values_in_yuan() -> None:
    assert (
        rows(
            world(),
            """SELECT item, printed_value, printed_unit, amount FROM rule_published_figure
            WHERE amount IS DISTINCT FROM (printed_value * CASE printed_unit
                WHEN '万亿元' THEN 1000000000000 WHEN '亿元' THEN 100000000 WHEN '万元' THEN 10000
                WHEN '元' THEN 1 WHEN '元/人' THEN 1 END)""",
        )
        == []
    )


def test_every_item_is_a_known_measure_a_known_metric_or_a_memo() -> None:
    """``scheme/fund/measure[.part][/first month]``, ``scheme/fund/metric/variant`` or a memo.

    An item with a slip in its name would be left out of the metrics without a word.
    """
    strange = rows(
        world(),
        r"""SELECT p.item FROM rule_published_figure AS p
        WHERE split_part(p.item, '/', 1) <> p.scheme
            OR NOT (
                regexp_full_match(p.item, '(310|390|ALL)/memo/[a-z_]+(/[0-9]{6})?')
                OR regexp_full_match(
                    p.item,
                    '(310|390|ALL)/(POOL|PA|ALL|NA)/(income|expense|balance)([.][a-z0-9]+)?(/[0-9]{6})?'
                )
                OR substr(p.item, 5) IN (
                    SELECT fund || '/' || metric_id || '/' || variant FROM rule_metric
                )
            )
            OR (p.period_type = 'C') <> regexp_matches(p.item, '/[0-9]{6}$')
            OR p.period_type NOT IN ('Y', 'Q', 'C')""",
    )
    assert strange == []


def test_a_printed_metric_that_the_sql_does_not_make_would_be_noticed() -> None:
    """Each printed metric is compared: none is left out because its scope is not there."""
    assert (
        rows(
            _published(),
            """SELECT item FROM rule_published_figure
            WHERE starts_with(split_part(item, '/', 3), 'M-')
            EXCEPT SELECT item FROM met_published_check WHERE compared_with = 'metric'""",
        )
        == []
    )


def test_of_three_funds_any_two_tell_the_third() -> None:
    """A gap is filled by difference or sum; where one figure is known, nothing is made up."""
    spec = world().sql(
        "DELETE FROM rule_published_figure",
        """INSERT INTO rule_published_figure
        SELECT 'nation', '000000', '310', 'Y', ym, item, v, '元', v, false, 'T', 't'
        FROM (VALUES (202112, '310/ALL/income', 10), (202112, '310/PA/income', 4),
            (202212, '310/POOL/expense', 7), (202212, '310/PA/expense', 2),
            (202312, '310/ALL/balance', 9)) AS t (ym, item, v)""",
    )
    assert rows(
        run(spec, "met_published"),
        """SELECT period_ym, fund, coalesce(income_amt, expense_amt, balance_amt)
        FROM met_published ORDER BY period_ym, fund""",
    ) == [
        ("202112", "ALL", "10.00"),
        ("202112", "PA", "4.00"),
        ("202112", "POOL", "6.00"),
        ("202212", "ALL", "9.00"),
        ("202212", "PA", "2.00"),
        ("202212", "POOL", "7.00"),
        ("202312", "ALL", "9.00"),
        ("202312", "PA", ""),
        ("202312", "POOL", ""),
    ]
