"""Inspections by year: delivered, summed over the province, beside what was published and booked."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from tests.spec.harness import Spec, rows, run, table, world

DELIVERED = """
    prd_type | stt_ym | poolarea_no | insp_cnt | hndl_cnt | case_cnt | suspect_cnt | close_cnt | retn_amt
    Y        | 202312 | 610100      | 100      | 40       | 2        | 3           | 1         | 5000.00
    M        | 202311 | 610100      | 9        | 4        | 1        | 1           |           | 500.00
    M        | 202401 | 610100      | 10       | 4        |          |             |           | 500.00
    M        | 202402 | 610100      | 11       | 5        |          |             |           | 700.00
    Q        | 202403 | 610300      | 30       | 5        |          |             |           | 100.00
    M        | 202401 | 610300      | 28       | 4        |          |             |           | 90.00
    Y        | 202412 | 000000      | 1000     | 500      | 30       | 60          |           | 80000.00
    M        | 202501 | 610100      | 7        | 7        |          |             |           | 1.00
"""
RECOVERED = """
    det_id | poolarea_no | insutype | det_type | ocur_ym | retn_way | crtf_amt | act_retn_amt | act_retn_date | crtf_date  | penl_amt | updt_time
    D1     | 610100      | 310      | 20       | 202311  | 3        | 300.00   | 300.00       | 2023-12-22    | 2023-12-01 | 50.00    | 2023-12-22 09:00:00
    D2     | 610100      | 390      | 20       | 202311  | 3        | 900.00   | 100.00       | 2023-12-28    | 2023-12-05 | 10.00    | 2023-12-28 09:00:00
    D2     | 610100      | 390      | 20       | 202311  | 3        | 900.00   | 250.00       | 2024-01-15    | 2023-12-05 | 20.00    | 2024-01-15 09:00:00
    D3     | 610100      | 310      | 30       | 202311  | 1        | 70.00    | 70.00        | 2023-12-30    | 2023-12-05 | 99.00    | 2023-12-30 09:00:00
"""


def inspected(through: int = 202412) -> Spec:
    """The mart over what two pools and the nation delivered."""
    spec = world(
        through,
        inspections=DELIVERED,
        recoveries=RECOVERED,
        pooling_area="""
        poolarea_no | province_code
        610100      | 610000
        610300      | 610000
        """,
    )
    return run(spec, "fct_inspection")


def test_a_year_is_told_once_and_summed_over_the_province() -> None:
    """The year's own row; else the parts that cover most of it. Empty counts stay empty."""
    assert rows(
        inspected(),
        """SELECT origin, scope_id, period_ym, pool_cnt, month_cnt, insp_cnt, hndl_cnt, handled_pct, case_cnt, retn_amt
        FROM fct_inspection WHERE origin <> 'published' AND (scope_type <> 'nation' OR origin = 'delivered')
        ORDER BY ALL""",
    ) == table("""
        origin    | scope  | month  | pools | told | inspected | handled | share   | cases | recovered
        delivered | 000000 | 202412 |       | 12   | 1000      | 500     | 50.0000 | 30    | 80000.00
        delivered | 610100 | 202312 | 1     | 12   | 100       | 40      | 40.0000 | 2     | 5000.00
        delivered | 610100 | 202412 | 1     | 2    | 21        | 9       | 42.8571 |       | 1200.00
        delivered | 610300 | 202412 | 1     | 3    | 30        | 5       | 16.6667 |       | 100.00
        rollup    | 610000 | 202312 | 1     | 12   | 100       | 40      | 40.0000 | 2     | 5000.00
        rollup    | 610000 | 202412 | 2     | 2    | 51        | 14      | 27.4510 |       | 1300.00
    """)


def test_months_after_the_books_are_not_told() -> None:
    """January 2025 comes with books that reach it."""
    years = "SELECT DISTINCT period_ym FROM fct_inspection WHERE origin = 'delivered' AND scope_id = '610100' ORDER BY 1"
    assert rows(inspected(), years) == [("202312",), ("202412",)]
    assert rows(inspected(202501), years) == [("202312",), ("202412",), ("202512",)]
    assert rows(inspected(202401), years)[-1] == ("202412",)


def test_what_was_booked_stands_beside_what_was_reported() -> None:
    """Both schemes of the pool by the year of return; a set-off prepayment is no recovery. Fines
    are those of the newest version, in the year of the finding, and never in the fund.
    """
    assert rows(
        inspected(),
        """SELECT scope_id, period_ym, retn_amt, booked_amt, booked_diff_amt, penl_amt, per_handled_amt
        FROM fct_inspection WHERE scope_type = 'pool' ORDER BY ALL""",
    ) == table("""
        pool   | month  | reported | booked | difference | fines | per handled
        610100 | 202312 | 5000.00  | 400.00 | 4600.00    | 70.00 | 125.00
        610100 | 202412 | 1200.00  | 150.00 | 1050.00    | 0.00  | 133.33
        610300 | 202412 | 100.00   | 0.00   | 100.00     | 0.00  | 20.00
    """)
    assert rows(
        run(inspected(), "fct_recovery"),
        "SELECT period_ym, sum(recovered_amt) FROM fct_recovery GROUP BY ALL ORDER BY ALL",
    ) == [("202312", "400.00"), ("202412", "150.00")]


def test_a_pool_with_recoveries_and_no_count_is_still_a_row() -> None:
    spec = run(world(recoveries=RECOVERED), "fct_inspection")
    assert rows(
        spec,
        "SELECT scope_id, period_ym, insp_cnt, handled_pct, retn_amt, booked_amt, booked_diff_amt FROM fct_inspection "
        "WHERE scope_type = 'pool' AND period_ym = 202312",
    ) == [("610100", "202312", "", "", "", "400.00", "")]


def test_the_published_years_are_told_as_they_were_printed() -> None:
    """171 万家次, 86, 348.75 亿元 in 2018–2020: half handled; 2021: 58.1 %; 2024: 275 亿元."""
    assert rows(
        inspected(),
        """SELECT first_ym, period_ym, insp_cnt, hndl_cnt, handled_pct, fraud_org_cnt, case_cnt, suspect_cnt, close_cnt,
            retn_amt, fraud_retn_amt, source_key
        FROM fct_inspection WHERE origin = 'published' ORDER BY ALL""",
    ) == table("""
        first  | last   | inspected | handled | share   | fraud | cases | suspects | closed | recovered      | of fraud     | source
        201801 | 202012 | 1710000   | 860000  | 50.2924 |       |       |          |        | 34875000000.00 |              | SEED
        202101 | 202112 | 708000    | 411000  | 58.0508 |       | 2031  | 5002     |        | 23400000000.00 | 510000000.00 | SEED
        202104 | 202109 |           |         |         |       | 1246  | 3819     | 277    |                | 230000000.00 | SEED
        202401 | 202412 |           |         |         | 2008  | 3018  | 10741    |        | 27500000000.00 |              | SEED
    """)


def test_a_pools_rate_has_the_latest_published_one_beside_it() -> None:
    """Not one of a later year: 2021 for 2023, 2018–2020 for a year before that."""
    spec = world(
        inspections="""
        prd_type | stt_ym | poolarea_no | insp_cnt | hndl_cnt
        Y        | 202312 | 610100      | 10       | 6
        Y        | 202012 | 610100      | 10       | 6
        Y        | 201912 | 610100      | 0        | 0
        """
    )
    assert rows(
        run(spec, "fct_inspection"),
        "SELECT period_ym, handled_pct, published_ym, published_pct FROM fct_inspection WHERE scope_type = 'pool' ORDER BY 1",
    ) == [
        ("201912", "", "", ""),
        ("202012", "60.0000", "202012", "50.2924"),
        ("202312", "60.0000", "202112", "58.0508"),
    ]
