"""Tax rows, treasury, fiscal account and books: both sides of each link, day by day."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import Spec, copy, rows, run, table, world


@cache
def _inputs() -> Spec:
    """Two months: 50 and 30 by the tax office, 10 collected by the office itself, all sent on."""
    return world(
        contributions="""
            clct_detl_id | clct_way | cashym | emp_clct_amt | psn_clct_amt | traf_sumamt | latefee | arvl_date  | intsury_time        | ursn_time
            C1           | 02       | 202311 | 49.00        | 0.00         | 0.00        | 1.00    | 2023-11-05 | 2023-11-06 16:00:00 | 2023-11-08 10:00:00
            C2           | 02       | 202312 | 30.00        | 0.00         | 0.00        | 0.00    | 2023-12-05 | 2023-12-06 16:00:00 | 2023-12-08 10:00:00
            C3           | 01       | 202311 | 10.00        | 0.00         | 0.00        | 0.00    | 2023-11-07 |                     |
        """,
        fund_transfers="""
            traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt   | acen_date
            T1      | SURY_IN   | 5             | 1            | 50.00 | 2023-11-06
            T2      | URSN      | 5             | 2            | 50.00 | 2023-11-08
            T3      | URSN      | 4             | 1            | 50.00 | 2023-11-08
            T4      | PREM_IN   | 1             | 1            | 10.00 | 2023-11-07
            T5      | URSN      | 1             | 2            | 10.00 | 2023-11-09
            T6      | URSN      | 4             | 1            | 10.00 | 2023-11-09
            T7      | SURY_IN   | 5             | 1            | 30.00 | 2023-12-06
            T8      | URSN      | 5             | 2            | 30.00 | 2023-12-08
            T9      | URSN      | 4             | 1            | 30.00 | 2023-12-08
        """,
    )


def told(*changes: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """(link, month) → left, right, difference, cumulated, state."""
    spec = run(copy(_inputs()).sql(*changes), "fct_reconciliation")
    return {
        (row[0], row[1]): row[2:]
        for row in rows(
            spec,
            """SELECT link, period_ym, left_amt, right_amt, diff_amt, cumulated_diff_amt, status
            FROM fct_reconciliation""",
        )
    }


def test_everything_agrees_day_by_day() -> None:
    same = "0.00", "0.00", "matched"
    assert told() == {
        ("TAX_TREASURY", "202311"): ("50.00", "50.00", *same),
        ("TAX_TREASURY", "202312"): ("30.00", "30.00", *same),
        ("ROWS_REMITTED", "202311"): ("50.00", "50.00", *same),
        ("ROWS_REMITTED", "202312"): ("30.00", "30.00", *same),
        ("COLLECT_REVENUE", "202311"): ("10.00", "10.00", *same),
        ("REMITTED_SPECIAL", "202311"): ("60.00", "60.00", *same),
        ("REMITTED_SPECIAL", "202312"): ("30.00", "30.00", *same),
        ("TREASURY_BOOK", "202311"): ("0.00", "0.00", *same),
        ("TREASURY_BOOK", "202312"): ("0.00", "0.00", *same),
        ("SPECIAL_BOOK", "202311"): ("60.00", "60.00", *same),
        ("SPECIAL_BOOK", "202312"): ("30.00", "30.00", *same),
    }


@pytest.mark.parametrize(
    ("change", "link", "ym", "expected"),
    [
        # the treasury books a day later: same month, other days
        ("UPDATE fund_transfers SET acen_date = '2023-11-07' WHERE traf_sn = 'T1'",
            "TAX_TREASURY", "202311", ("50.00", "50.00", "0.00", "0.00", "timing")),
        # … or in the next month: missing, then made good
        ("UPDATE fund_transfers SET acen_date = '2023-12-01' WHERE traf_sn = 'T1'",
            "TAX_TREASURY", "202311", ("50.00", "0.00", "50.00", "50.00", "differs")),
        ("UPDATE fund_transfers SET acen_date = '2023-12-01' WHERE traf_sn = 'T1'",
            "TAX_TREASURY", "202312", ("30.00", "80.00", "-50.00", "0.00", "timing")),
        ("UPDATE fund_transfers SET amt = 49.00 WHERE traf_sn = 'T1'",
            "TAX_TREASURY", "202311", ("50.00", "49.00", "1.00", "1.00", "differs")),
        # a difference stays in the months after it
        ("UPDATE fund_transfers SET amt = 49.00 WHERE traf_sn = 'T1'",
            "TAX_TREASURY", "202312", ("30.00", "30.00", "0.00", "1.00", "matched")),
        ("DELETE FROM fund_transfers WHERE traf_sn = 'T3'",
            "REMITTED_SPECIAL", "202311", ("60.00", "10.00", "50.00", "50.00", "differs")),
        ("UPDATE fund_transfers SET amt = 9.00 WHERE traf_sn = 'T4'",
            "COLLECT_REVENUE", "202311", ("10.00", "9.00", "1.00", "1.00", "differs")),
        ("UPDATE contributions SET ursn_time = NULL WHERE clct_detl_id = 'C2'",
            "ROWS_REMITTED", "202312", ("0.00", "30.00", "-30.00", "-30.00", "differs")),
        # rows that never tell when they were sent on are not held against the treasury
        ("UPDATE contributions SET ursn_time = NULL",
            "ROWS_REMITTED", "202312", ("0.00", "30.00", "-30.00", "-80.00", "not_told")),
        # the treasury got 49, the books posted the 50 of the rows
        ("UPDATE fund_transfers SET amt = 49.00 WHERE traf_sn = 'T1'",
            "TREASURY_BOOK", "202311", ("-1.00", "0.00", "-1.00", "-1.00", "differs")),
        # the transfer posts from the treasury's leg; the fiscal account's own leg is missing
        ("DELETE FROM fund_transfers WHERE traf_sn = 'T3'",
            "SPECIAL_BOOK", "202311", ("10.00", "60.00", "-50.00", "-50.00", "differs")),
    ],
)  # fmt: skip
def test_what_is_told_where_one_side_differs(
    change: str, link: str, ym: str, expected: tuple[str, ...]
) -> None:
    assert told(change)[link, ym] == expected


def test_the_days_that_differ_are_listed_and_add_up() -> None:
    spec = copy(_inputs()).sql(
        "UPDATE fund_transfers SET acen_date = '2023-11-07' WHERE traf_sn = 'T1'"
    )
    run(run(spec, "fct_reconciliation_item"), "fct_reconciliation")
    assert rows(
        spec,
        """SELECT item_date, left_amt, right_amt, diff_amt FROM fct_reconciliation_item
        WHERE link = 'TAX_TREASURY' ORDER BY 1""",
    ) == table("""
        day        | left  | right | diff
        2023-11-06 | 50.00 | 0.00  | 50.00
        2023-11-07 | 0.00  | 50.00 | -50.00
    """)
    assert (
        rows(
            spec,
            """SELECT r.link, r.period_ym FROM fct_reconciliation AS r
        LEFT JOIN (SELECT link, period_ym, sum(diff_amt) AS amt, count(*) AS days
            FROM fct_reconciliation_item GROUP BY ALL) AS i USING (link, period_ym)
        WHERE r.diff_amt <> coalesce(i.amt, 0) OR r.open_day_cnt <> coalesce(i.days, 0)""",
        )
        == []
    )


def test_nothing_beyond_the_month_of_the_books_is_told() -> None:
    """Through November: December's rows, though delivered, belong to the next run."""
    spec = copy(_inputs()).sql("UPDATE param_run SET through_ym = 202311")
    assert rows(
        run(spec, "fct_reconciliation"), "SELECT DISTINCT period_ym FROM fct_reconciliation"
    ) == [("202311",)]
