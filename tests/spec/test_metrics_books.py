"""M-13 … M-20: collection, pending money, prepayments, burn-out, accounts, recoveries, ageing."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, copy, mutate, rerun, rows, run, table, world
from tests.spec.metrics_world import Told, books, monthly, span, told
from tests.spec.worlds import pending

ZG = "610100-310"
JM = "610100-390"
AREA = """
    poolarea_no | poolarea_name | level | province_code | province_name
    610100      | 西安市        | P     | 610000        | 陕西省
"""


@cache
def _collected() -> Spec:
    """January to April 2024: 500 two months late, 300 and 200 never paid, 100 given back."""
    return run(
        world(
            contributions="""
                clct_detl_id | init_clct_detl_id | clct_obj | emp_no_hash | cashym | clct_flag | revs_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
                C1           |                   | E        | e1          | 202401 | 1         | Z         | 1000.00      | 0.00         | 0.00        | 2024-01-10
                C2           |                   | E        | e2          | 202401 | 1         | Z         | 500.00       | 0.00         |             | 2024-03-05
                C3           |                   | E        | e3          | 202402 | 0         | Z         | 300.00       | 0.00         | 0.00        |
                C4           | C1                | E        | e1          | 202401 | 1         | -         | -100.00      | 0.00         | 0.00        | 2024-03-20
                C5           |                   | S        | e3          | 202402 | 0         | Z         | 0.00         | 80.00        | 80.00       |
                C6           |                   | E        | e2          | 202312 | 0         | Z         | 200.00       | 0.00         | 0.00        |
                C7           |                   | E        | e1          | 202404 | 1         | Z         | 100.00       | 0.00         | 0.00        | 2024-04-05
            """
        ),
        "met_metric",
    )


@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        ("M-13/YTD/ALL", 202401, Told("66.6667", "1000.00", "1500.00", "1", "ok")),
        ("M-13/YTD/ALL", 202402, Told("55.5556", "1000.00", "1800.00", "2", "ok")),
        # the late 500 came without a split (pending) and counts; the refund lowers both sides
        ("M-13/YTD/ALL", 202403, Told("82.3529", "1400.00", "1700.00", "3", "ok")),
        # the twelve months reach into December: 200 more assessed
        ("M-13/R12/ALL", 202403, Told("73.6842", "1400.00", "1900.00", "3", "short_history")),
        ("M-13/ARREAR/ALL", 202401, Told("700.0000", "700.00", "", "1", "ok")),
        ("M-13/ARREAR/ALL", 202402, Told("1000.0000", "1000.00", "", "1", "ok")),
        ("M-13/ARREAR/ALL", 202403, Told("500.0000", "500.00", "", "1", "ok")),
        # due on 31 December: 91 days at the end of March, 60 at the end of February
        ("M-13/OVER90/ALL", 202402, Told("0.0000", "0.00", "", "1", "ok")),
        ("M-13/OVER90/ALL", 202403, Told("200.0000", "200.00", "", "1", "ok")),
        ("M-13/AGE/ALL", 202401, Told("31.0000", "", "", "1", "ok")),
        ("M-13/AGE/ALL", 202403, Told("91.0000", "", "", "1", "ok")),
    ],
)
def test_collection_and_arrears(key: str, ym: int, expected: Told) -> None:
    assert told(_collected(), key, ZG, ym) == expected


def test_ninety_days_are_not_more_than_ninety() -> None:
    """30 November to 28 February."""
    spec = run(
        world(
            contributions="""
                cashym | clct_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
                202211 | 0         | 50.00        | 0.00         | 0.00        |
                202302 | 1         | 70.00        | 0.00         | 0.00        | 2023-02-10
            """
        ),
        "met_metric",
    )
    assert told(spec, "M-13/AGE/ALL", ZG, 202302).value == "90.0000"
    assert told(spec, "M-13/OVER90/ALL", ZG, 202302).value == "0.0000"


def test_an_employee_s_row_of_an_employer_s_month_would_be_noticed() -> None:
    """C5 tells the 300 of e3 again."""
    spec = copy(_collected())
    mutate(spec, "met_premium_due", "where e.poolarea_no is null", "where true")
    rerun(
        spec,
        "met_collection",
        "met_monitor",
        "met_monitor_scope",
        "met_monitor_term",
        "met_term",
        "met_metric",
    )
    assert told(spec, "M-13/ARREAR/ALL", ZG, 202402).value == "1080.0000"


def test_without_assessment_there_is_no_rate_but_zero_arrears() -> None:
    spec = books(*monthly(JM, span(202401, 2), "1003", "4001", "10.00"))
    assert told(spec, "M-13/YTD/NA", JM, 202402) == Told("", "0.00", "0.00", "2", "no_assessment")
    assert told(spec, "M-13/ARREAR/NA", JM, 202402).value == "0.0000"
    assert told(spec, "M-13/AGE/NA", JM, 202402).value == "0.0000"


def test_arrears_are_what_the_accrual_book_has_receivable() -> None:
    spec = run(run(pending(), "met_metric"), "fct_receivable_aging")
    assert rows(
        spec,
        """SELECT m.period_ym, m.value::DECIMAL(18,2), sum(r.open_amt)
        FROM met_metric AS m JOIN fct_receivable_aging AS r USING (ledger_id, period_ym)
        WHERE m.metric_id = 'M-13' AND m.variant = 'ARREAR' GROUP BY ALL ORDER BY ALL""",
    ) == [(ym, "1200.00", "1200.00") for ym in ("202311", "202312", "202401")]


@pytest.mark.parametrize(
    ("key", "ym", "value", "numerator", "denominator"),
    [
        ("M-14/YTD/PEND", 202310, "6.2500", "5000.00", "80000.00"),
        # 3,000 of October, 6,000 of November and 1,000 of interest
        ("M-14/YTD/PEND", 202311, "12.1951", "10000.00", "82000.00"),
        ("M-14/AGE/PEND", 202310, "0.0000", "", ""),
        ("M-14/AGE/PEND", 202311, "30.0000", "", ""),
        # the year end presplits the money; nobody knows yet whose it is
        ("M-14/AGE/PEND", 202312, "61.0000", "", ""),
        ("M-14/AGE/PEND", 202401, "0.0000", "", ""),
    ],
)
def test_pending_money(key: str, ym: int, value: str, numerator: str, denominator: str) -> None:
    found = told(run(pending(), "met_metric"), key, ZG, ym)
    assert (found.value, found.numerator, found.denominator) == (value, numerator, denominator)


def test_pending_money_is_told_against_premiums_of_the_year_only() -> None:
    spec = books(
        *monthly(ZG, span(202312, 2), "1003", "400101", "100.00"),
        f"{ZG} | 2024-01-20 | 1002 | 4601 | 5.00",
        f"{ZG} | 2024-02-20 | 50010101 | 1004 | 5.00",
    )
    assert told(spec, "M-14/YTD/PEND", ZG, 202402) == Told("5.0000", "5.00", "100.00", "2", "ok")


@cache
def _prepaid() -> Spec:
    """Two hospitals, 1,700 lent in 2023 and 300 given back; 100 spent each month."""
    return books(
        *monthly(ZG, span(202301, 18), "50010101", "1004", "100.00"),
        fund_transfers="""
            traf_sn | traf_item   | hif_acct_type | incexpd_dirc | amt     | acen_date  | dfr_souc | fixmedins_code
            T1      | DFR_OUT     | 2             | 2            | 1000.00 | 2023-01-15 | 207      | H61010000001
            T2      | DFR_OUT     | 2             | 2            | 200.00  | 2023-03-31 | 207      | H61010000002
            T3      | DFR_OUT     | 2             | 2            | 500.00  | 2023-06-10 | 207      | H61010000001
            T4      | PREPAY_BACK | 2             | 1            | 300.00  | 2023-12-20 |          | H61010000001
        """,
    )


@pytest.mark.parametrize(
    ("ym", "value"),
    [
        (202312, "0.0000"),
        # what came back clears the oldest: 1,000 − 300
        (202401, "700.0000"),
        # lent on 31 March 2023: twelve months to the day are not more than twelve
        (202403, "700.0000"),
        (202404, "900.0000"),
        (202406, "1400.0000"),
    ],
)
def test_prepayments_older_than_twelve_months(ym: int, value: str) -> None:
    assert told(_prepaid(), "M-15/OVER12/ALL", ZG, ym).value == value


def test_prepayments_against_the_month_s_spending() -> None:
    assert told(_prepaid(), "M-15/R12/ALL", ZG, 202406) == Told(
        "14.0000", "1400.00", "1200.00", "12", "ok"
    )


def test_prepayments_are_listed_by_hospital_and_add_up_to_the_accounts() -> None:
    spec = run(run(copy(_prepaid()), "fct_advance"), "fct_ledger_month")
    assert rows(
        spec,
        """SELECT cntp_code, advance_amt, old_advance_amt FROM fct_advance
        WHERE period_ym = 202404 ORDER BY 1""",
    ) == table("""
        cntp         | balance | old
        H61010000001 | 1200.00 | 700.00
        H61010000002 | 200.00  | 200.00
    """)
    assert (
        rows(
            spec,
            """SELECT period_ym FROM fct_ledger_month AS l
        WHERE account_code = '110102' AND closing_stage = 'post' AND closing_amt <> coalesce((
            SELECT sum(advance_amt) FROM fct_advance AS a WHERE a.period_ym = l.period_ym), 0)""",
        )
        == []
    )


@cache
def _shrinking() -> Spec:
    """1,200 that lose 30 a month; residents who break even."""
    year = span(202401, 12)
    return books(
        f"{ZG} | OPEN 2024-01-01 | 1003 | 300101 | 1200.00",
        f"{JM} | OPEN 2024-01-01 | 1003 | 3001 | 500.00",
        *monthly(ZG, year, "1003", "400101", "50.00"),
        *monthly(ZG, year, "50010101", "1004", "80.00"),
        *monthly(JM, year, "1003", "4001", "40.00"),
        *monthly(JM, year, "500101", "1004", "40.00"),
    )


@pytest.mark.parametrize(
    ("key", "scope", "ym", "expected"),
    [
        ("M-16/R12/POOL", ZG, 202412, Told("28.0000", "840.00", "360.00", "12", "ok")),
        ("M-16/R12/POOL", ZG, 202403, Told("37.0000", "1110.00", "90.00", "3", "short_history")),
        ("M-16/R12/NA", JM, 202412, Told("", "500.00", "0.00", "12", "no_deficit")),
        # together: 1,340 that lose 30 a month
        ("M-16/R12/POOL", "610000-ALL", 202412, Told("44.6667", "1340.00", "360.00", "12", "ok")),
    ],
)
def test_when_the_money_burns_out(key: str, scope: str, ym: int, expected: Told) -> None:
    assert told(_shrinking(), key, scope, ym) == expected


def test_difference_of_the_accounts_at_the_year_end() -> None:
    """The platform counts 100 more than 324,250 less what was presplit."""
    spec = run(pending(), "met_metric")
    assert told(spec, "M-17/CAL/PA", ZG, 202312) == Told(
        "0.0308", "100.00", "324250.00", "12", "ok"
    )
    assert told(spec, "M-17/CAL/PA", ZG, 202311).status == ""


def test_a_platform_that_counts_less_is_as_far_off() -> None:
    spec = run(
        pending("UPDATE account_details SET balc = balc - 200 WHERE acct_ym = 202311"), "met_metric"
    )
    assert told(spec, "M-17/CAL/PA", ZG, 202312).numerator == "100.00"


@cache
def _recovered() -> Spec:
    """60 in two steps, 300 and 200 by bank, 50 set off; a prepayment and an account do not count."""
    return books(
        *monthly(ZG, span(202401, 4), "50010101", "1004", "1000.00"),
        f"{ZG} | 2025-01-10 | 50010101 | 1004 | 1000.00",
        recoveries="""
            det_id | obj_type | fixmedins_code | det_type | ocur_ym | retn_way | act_retn_amt | act_retn_date | clr_ym | updt_time
            D1     | 31       | H61010000001   | 20       | 202401  | 3        | 300.00       | 2024-02-10    |        | 2024-02-11 08:00:00
            D2     | 31       | H61010000001   | 20       | 202311  | 3        | 200.00       | 2024-03-10    |        | 2024-03-11 08:00:00
            D3     | 31       | H61010000002   | 20       | 202402  | 1        | 50.00        | 2024-03-12    | 202402 | 2024-03-13 08:00:00
            D4     | 31       | H61010000001   | 30       | 202402  | 1        | 70.00        | 2024-03-12    | 202402 | 2024-03-13 08:00:00
            D5     | 11       |                | 20       | 202402  | 1        | 9.00         | 2024-03-12    |        | 2024-03-13 08:00:00
            D6     | 11       |                | 20       | 202401  | 3        | 40.00        | 2024-02-20    |        | 2024-02-21 08:00:00
            D6     | 11       |                | 20       | 202401  | 3        | 60.00        | 2024-04-20    |        | 2024-04-21 08:00:00
        """,
    )


@pytest.mark.mechanism("S48")
@pytest.mark.parametrize(
    ("ym", "value"),
    [(202401, "0.0000"), (202402, "340.0000"), (202403, "590.0000"), (202404, "610.0000"),
     (202412, "610.0000"), (202501, "0.0000")],
)  # fmt: skip
def test_recovered_money_of_the_year(ym: int, value: str) -> None:
    assert told(_recovered(), "M-18/YTD/ALL", ZG, ym).value == value


@pytest.mark.mechanism("S48")
def test_recovered_money_by_institution() -> None:
    assert rows(
        run(copy(_recovered()), "fct_recovery"),
        """SELECT period_ym, obj_type, fixmedins_code, row_cnt, same_year_amt, prior_year_amt,
            setoff_amt, recovered_amt FROM fct_recovery ORDER BY ALL""",
    ) == table("""
        ym     | type | institution  | rows | same   | prior  | setoff | all
        202412 | 11   |              | 2    | 60.00  | 0.00   | 0.00   | 60.00
        202412 | 31   | H61010000001 | 2    | 300.00 | 200.00 | 0.00   | 500.00
        202412 | 31   | H61010000002 | 1    | 50.00  | 0.00   | 50.00  | 50.00
    """)


def test_recovered_money_is_what_the_books_post_and_what_was_set_off() -> None:
    """E43 and E44 of the journal, and the 50 of the same year that no entry shows."""
    assert rows(
        run(copy(_recovered()), "fct_journal"),
        """SELECT sum(credit_amt - debit_amt) FROM fct_journal
        WHERE event_code IN ('E43', 'E44') AND left(account_code, 4) IN ('5001', '4501')""",
    ) == [("560.00",)]


@cache
def _paid() -> Spec:
    """Filed on Friday 19 January 2024, before the Spring Festival, and on Friday 13 February 2026."""
    return books(
        *monthly(ZG, span(202401, 26), "50010101", "1004", "1.00"),
        pooling_area=AREA,
        clearing="""
            fee_clr_id | clr_ym | filing_date | pay_date
            F1         | 202312 | 2024-01-19  | 2024-02-21
            F2         | 202312 | 2024-01-19  | 2024-02-22
            F3         | 202401 | 2024-03-04  | 2024-03-04
            F4         | 202401 | 2024-03-04  |
            F5         | 202601 | 2026-02-13  | 2026-02-23
        """,
    )


@pytest.mark.mechanism("S43")
@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        ("M-19/YTD/ALL", 202401, Told("", "0.00", "0.00", "1", "no_payment")),
        # 20 and 21 working days: 4, 9 and 18 February are worked, the 12th to the 16th are not
        ("M-19/YTD/ALL", 202402, Told("50.0000", "1.00", "2.00", "2", "ok")),
        ("M-19/DAYS/ALL", 202402, Told("20.5000", "41.00", "2.00", "2", "ok")),
        # paid on the day of filing: none waited; what is not paid yet is not told
        ("M-19/YTD/ALL", 202403, Told("66.6667", "2.00", "3.00", "3", "ok")),
        ("M-19/DAYS/ALL", 202403, Told("13.6667", "41.00", "3.00", "3", "ok")),
        # no days off are listed for 2026: Monday to Friday
        ("M-19/DAYS/ALL", 202602, Told("6.0000", "6.00", "1.00", "2", "ok")),
    ],
)
def test_working_days_until_payment(key: str, ym: int, expected: Told) -> None:
    assert told(_paid(), key, ZG, ym) == expected


def test_every_listed_day_is_not_what_its_weekday_says() -> None:
    assert rows(world(), "SELECT day FROM rule_workday WHERE is_workday = (isodow(day) <= 5)") == []


@cache
def _ageing() -> Spec:
    """200 in service and 50 retired, 300 and 225 spent in January; February is not counted."""
    return books(
        *monthly(ZG, span(202401, 2), "50010101", "1004", "1.00"),
        insured_headcount="""
            stt_ym | insu_admdvs | psn_type | insu_psncnt
            202401 | 610102      | 11       | 120
            202401 | 610103      | 11       | 80
            202401 | 610102      | 12       | 50
            202401 | 610102      | 13       | 7
            202401 | 610102      | ALL      | 177
        """,
        settlements="""
            setl_id | event_ym | psn_type | setl_time           | hifp_pay
            S1      | 202401   | 1101     | 2024-01-10 09:00:00 | 300.00
            S2      | 202401   | 1201     | 2024-01-11 09:00:00 | 225.00
            S3      | 202401   | 1300     | 2024-01-12 09:00:00 | 900.00
            S4      | 202402   | 1201     | 2024-02-12 09:00:00 | 900.00
        """,
    )


@pytest.mark.mechanism("S19")
@pytest.mark.parametrize(
    ("key", "ym", "expected"),
    [
        ("M-20/M/ALL", 202401, Told("25.0000", "50.00", "200.00", "1", "ok")),
        ("M-20/M/ALL", 202402, Told("", "", "", "1", "no_count")),
        # 225 ÷ 50 against 300 ÷ 200
        ("M-20/R12/POOL", 202401, Told("3.0000", "", "", "1", "short_history")),
        # February has no heads, so its spending is left out
        ("M-20/R12/POOL", 202402, Told("3.0000", "", "", "1", "short_history")),
    ],
)
def test_ageing(key: str, ym: int, expected: Told) -> None:
    assert told(_ageing(), key, ZG, ym) == expected


def test_a_province_sums_before_it_divides() -> None:
    """Two pools of different size: the rate is of the sums, not the mean of the rates."""
    spec = run(
        world(
            contributions="""
                poolarea_no | cashym | clct_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
                610100      | 202401 | 1         | 900.00       | 0.00         | 0.00        | 2024-01-10
                610200      | 202401 | 1         | 50.00        | 0.00         | 0.00        | 2024-01-10
                610200      | 202401 | 0         | 50.00        | 0.00         | 0.00        |
            """
        ),
        "met_metric",
    )
    assert told(spec, "M-13/YTD/ALL", "610200-310", 202401).value == "50.0000"
    assert told(spec, "M-13/YTD/ALL", "610000-310", 202401) == Told(
        "95.0000", "950.00", "1000.00", "1", "ok"
    )
