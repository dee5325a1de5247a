"""Closed months keep their lines; what arrives later is posted in the open month."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from pipelines.waiting_view import waiting_lines
from tests.golden.test_statements import NOVEMBER
from tests.spec.drawn import add
from tests.spec.harness import ALL_BOOKS, Spec, check, rows, run, world
from tests.spec.worlds import pending

LATE = """
    clct_detl_id | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date
    LATE         | 900.00       | 300.00       | 300.00      | 2023-11-06
"""


@cache
def first() -> Spec:
    """November and December as they were published, in every book."""
    spec = world(202312, books=ALL_BOOKS, **NOVEMBER)
    return run(run(run(spec, "fct_journal"), "fct_income_statement"), "fct_balance_sheet")


def after(closed_ym: int, **late: str) -> Spec:
    """The same world after ``closed_ym`` was closed and more rows came."""
    spec = world(202312, books=ALL_BOOKS, **NOVEMBER)
    for name, drawn in late.items():
        add(spec.con, name, drawn)
    close(spec, first(), closed_ym)
    return run(run(run(spec, "fct_journal"), "fct_income_statement"), "fct_balance_sheet")


def close(spec: Spec, published: Spec, closed_ym: int) -> None:
    """Bind the months up to ``closed_ym`` as they stand in ``published``."""
    frozen = published.con.execute(
        "SELECT * FROM fct_journal WHERE period_ym <= ?", [closed_ym]
    ).to_arrow_table()
    spec.con.register("frozen_lines", frozen)
    spec.sql(
        "INSERT INTO closed_line SELECT * FROM frozen_lines",
        f"INSERT INTO closed_period VALUES ('610100', {closed_ym})",
    )


def cells(spec: Spec, ym: int) -> list[tuple[str, ...]]:
    return rows(
        spec,
        f"""SELECT book, 'IS', row_code, month_amt, ytd_amt FROM fct_income_statement
        WHERE period_ym = {ym} AND period_type = 'M'
        UNION ALL SELECT book, 'BS', row_code, year_open_amt, close_amt FROM fct_balance_sheet
        WHERE period_ym = {ym} AND period_type = 'M' ORDER BY ALL""",
    )


def test_closing_alone_changes_nothing() -> None:
    spec = after(202311)
    same = "SELECT * EXCLUDE (line_no) FROM fct_journal ORDER BY ALL"
    assert rows(spec, same) == rows(first(), same)


def test_a_late_premium_leaves_the_closed_month_as_published() -> None:
    spec = after(202311, contributions=LATE)
    assert cells(spec, 202311) == cells(first(), 202311)


def test_a_late_premium_is_posted_in_the_open_month_with_the_month_it_belongs_to() -> None:
    spec = after(202311, contributions=LATE)
    assert rows(
        spec,
        """SELECT posting_date, orig_period_ym, event_date, event_code, account_code,
            nullif(debit_amt, 0), nullif(credit_amt, 0)
        FROM fct_journal WHERE book = 'k17' AND event_id LIKE 'LATE|%' ORDER BY ALL""",
    ) == [
        ("2023-12-01", "202311", "2023-11-06", "E01", "1002", "900.00", ""),
        ("2023-12-01", "202311", "2023-11-06", "E01", "400101", "", "900.00"),
        ("2023-12-01", "202311", "2023-11-06", "E02", "1002", "300.00", ""),
        ("2023-12-01", "202311", "2023-11-06", "E02", "400102", "", "300.00"),
    ]


def test_an_open_month_changes_in_exactly_the_cells_it_must() -> None:
    spec = after(202311, contributions=LATE)
    before, now = cells(first(), 202312), cells(spec, 202312)
    changed = sorted(
        {(b[1], b[2]) for b, n in zip(before, now, strict=True) if b != n and b[0] == "k17"}
    )
    assert changed == [
        ("BS", "A2"), ("BS", "A9"), ("BS", "N1"), ("BS", "N1a"), ("BS", "N1b"), ("BS", "N9"),
        ("BS", "T9"), ("IS", "1"), ("IS", "1.1"), ("IS", "2"), ("IS", "2.1"), ("IS", "5"),
        ("IS", "5.1"), ("IS", "5.2"),
    ]  # fmt: skip


def test_the_same_row_in_an_open_month_changes_that_month() -> None:
    spec = world(202312, books=ALL_BOOKS, **NOVEMBER)
    add(spec.con, "contributions", LATE)
    run(run(spec, "fct_income_statement"), "fct_balance_sheet")
    assert cells(spec, 202311) != cells(first(), 202311)


@pytest.mark.parametrize(("amount", "told"), [("1500.00", False), ("1500.50", True)])
def test_spending_that_comes_late_makes_the_open_month_grey(amount: str, told: bool) -> None:
    """November was closed with 50,000 of pool spending: more than 3 % of it in December's books is
    a correction that no rule on spending may judge.
    """
    paid = f"""
        traf_sn | traf_item  | hif_acct_type | incexpd_dirc | amt      | balc | acen_date
        T90     | DABING_OUT | 2             | 2            | {amount} | 0    | 2023-11-28
    """
    spec = run(after(202311, fund_transfers=paid), "fct_warning")
    found = rows(
        spec,
        """SELECT period_ym, amount_amt, base_amt, reason_zh, recompute_sql, value FROM fct_warning
        WHERE rule_id = 'W-24' AND measure = '修订比例'""",
    )
    assert bool(found) == told
    for month, late, base, reason, sql, value in found:
        assert (month, late, base) == ("202312", amount, "50000.00")
        assert "已结账月份2023年11月的支出事后修订1500.50元" in reason
        assert rows(spec, sql) == [(value,)]


VOUCHER = """
    voucher_no | line_no | posting_date | event_id | account_code | debit_amt | credit_amt | fund
    LV         | 1       | 2023-11-20   | E58b     | 450101       | 10.00     | 0.00       | POOL
    LV         | 2       | 2023-11-20   | E58b     | 200109       | 0.00      | 10.00      | POOL
"""


@pytest.mark.parametrize(("closed_ym", "posted"), [(202311, 2), (202312, 0)])
def test_a_late_voucher_on_a_temporary_receipt_does_not_stop_the_release(
    closed_ym: int, posted: int
) -> None:
    """It stands in the first open month; where all months are closed it waits for the next."""
    spec = after(closed_ym, vouchers=VOUCHER)
    late = "SELECT 1 FROM fct_journal WHERE book = 'k17' AND event_id = 'LATE|202311|MAN|LV'"
    assert len(rows(spec, late)) == posted
    assert check(spec, "T-16").failed == ()


def test_a_late_voucher_that_was_not_posted_is_found() -> None:
    spec = after(202311, vouchers=VOUCHER)
    spec.sql("DELETE FROM fct_journal WHERE event_id = 'LATE|202311|MAN|LV'")
    assert check(spec, "T-16").items == ["200109 合计"]


def test_what_comes_when_every_month_is_closed_waits_and_stops_nothing() -> None:
    spec = after(202312, contributions=LATE)
    assert cells(spec, 202312) == cells(first(), 202312)
    for check_id in ("T-11", "T-12", "T-13", "T-14", "T-16", "T-23", "T-26"):
        assert check(spec, check_id).failed == (), check_id


WAITING = """SELECT ledger_id, period_ym, closed_ym, voucher_cnt, row_cnt, amount
    FROM fct_waiting ORDER BY ALL"""


def test_what_waits_for_an_open_month_is_told_with_its_rows_and_yuan() -> None:
    """One premium row of 1,200.00: E01 and E02 of 6 November; nothing where a month is open."""
    assert rows(run(after(202312, contributions=LATE), "fct_waiting"), WAITING) == [
        ("610100-310", "202311", "202312", "2", "2", "1200.00")
    ]
    assert rows(run(after(202311, contributions=LATE), "fct_waiting"), WAITING) == []
    assert rows(run(after(202312), "fct_waiting"), WAITING) == []


def test_the_lines_of_what_waits_say_pool_rows_yuan_and_what_to_do() -> None:
    """Two ledgers of one pool in one line."""
    told = {"poolarea_no": "610100", "closed_ym": 202312}
    lines = waiting_lines([
        {**told, "period_ym": 202311, "voucher_cnt": 2, "row_cnt": 1000, "amount": Decimal("1200")},
        {**told, "period_ym": 202310, "voucher_cnt": 1, "row_cnt": 5, "amount": Decimal("0.50")},
    ])  # fmt: skip
    assert lines == [
        "统筹区 610100 有 1,005 行次（所属月份 202310、202311，3 张凭证，金额 1,200.50 元）"
        "等待未结账的月份：账务已结账至 202312，送来 202401 的银行流水后重跑即入账；"
        "要改已结账的月份请先 jiecun reopen 202312"
    ]
    assert waiting_lines([]) == []


def test_nothing_late_leaves_every_month_checked_when_all_are_closed() -> None:
    spec, before = after(202312), first()
    for check_id in ("T-11", "T-12", "T-13", "T-14", "T-23"):
        assert check(spec, check_id).tested == check(before, check_id).tested > 0, check_id


def test_a_receivable_told_late_meets_its_account_from_the_open_month_on() -> None:
    """C7 was never paid; its row comes after December was closed."""
    spec, missing = pending(), pending("DELETE FROM contributions WHERE clct_detl_id = 'C7'")
    close(spec, run(missing, "fct_journal"), 202312)
    told = check(spec, "T-32")
    assert (told.status, told.failed) == ("passed", ())
    spec.sql("UPDATE fct_receivable_aging SET open_amt = open_amt + 1 WHERE period_ym = 202401")
    assert {row[1] for row in check(spec, "T-32").failed} == {"202401"}
