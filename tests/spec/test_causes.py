"""What explains failed checks is told before them: the opening balance, the gap in a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import JiecunError
from pipelines.flows.steps import refuse_if_broken
from tests.spec.harness import run, run_by_engine
from tests.spec.worlds import good

if TYPE_CHECKING:
    from pipelines.errors import Problem
    from tests.spec.harness import Spec


def refused(spec: Spec, *checks: str) -> tuple[Problem, ...]:
    """What a run of these books is refused with, as far as these checks see it."""
    run(run(spec, "set_balance"), "set_statement_line")
    with pytest.raises(JiecunError) as stopped:
        refuse_if_broken(spec.con, [run_by_engine(spec, check_id) for check_id in checks])
    return stopped.value.problems


def test_books_without_an_opening_voucher_name_the_account_and_both_figures() -> None:
    """The check of every later day follows from it and is told in one line."""
    told = refused(good("DELETE FROM vouchers WHERE voucher_no = 'V1'"), "T-11", "T-12")
    assert [problem.code for problem in told] == ["OPENING_MISSING", "CHECKS_FOLLOW"]
    missing = told[0]
    assert missing.place == "账套 610100-310 科目 1003 财政专户存款（对账单首笔 2023-11-10 之前）"
    assert missing.expected == "账上期初余额 = 对账单期初余额 1,000,000.00"
    assert missing.found == "账上 0.00，没有期初凭证，差额 1,000,000.00"
    for word in ("OPEN", "posting_date 不晚于 2023-11-10", "借 1003 1000000.00", "300101、300102"):
        assert word in missing.remedy
    assert told[1].place == "勾稽检查 T-11"


def test_an_opening_typed_wrongly_is_a_difference() -> None:
    """The voucher is there: what the books hold, and on which side the rest belongs."""
    told = refused(
        good(
            "UPDATE vouchers SET debit_amt = 50001 WHERE voucher_no = 'V2' AND debit_amt <> 0",
            "UPDATE vouchers SET credit_amt = 50001 WHERE voucher_no = 'V2' AND credit_amt <> 0",
        ),
        "T-11",
    )
    assert told[0].code == "OPENING_DIFFERS"
    assert told[0].found == "账上 50,001.00，差额 1.00"
    assert "贷 1003 1.00，对方为净资产 3001 " in told[0].remedy


def test_a_bank_line_left_out_is_named_by_the_line_after_it() -> None:
    """The sweep of 21 December is not delivered: the subsidy's balance does not follow."""
    told = refused(good("DELETE FROM fund_transfers WHERE traf_sn = 'T15'"), "T-11", "T-12")
    assert [problem.code for problem in told] == ["STATEMENT_GAP", "CHECKS_FOLLOW"]
    assert "T17（账套 610100-310 科目 1003 财政专户存款，2024-01-05）" in told[0].place
    assert told[0].expected == "上一笔余额加减本笔 = 1,076,000.00"
    assert told[0].found == "对账单余额 1,076,200.00，差额 200.00"
    assert "补送漏送的流水（合计 200.00）" in told[0].remedy


def test_a_failure_in_another_ledger_is_told_in_full() -> None:
    """Employees have no opening; the residents' books fail for a reason of their own."""
    spec = good("DELETE FROM vouchers WHERE voucher_no = 'V1'")
    run(spec, "jrn_journal")
    spec.sql("DELETE FROM jrn_journal WHERE event_id = 'BANK|T34'")
    told = refused(spec, "T-11")
    assert [problem.code for problem in told] == ["OPENING_MISSING", "CHECK_T-11"]


def test_a_payment_without_its_clearing_row_asks_for_it() -> None:
    """J-02 is told in full; what the payment then misses in expenditure follows."""
    told = refused(good("DELETE FROM clearing WHERE fee_clr_id = 'F1'"), "J-02", "T-14")
    assert [problem.code for problem in told] == ["CHECK_J-02", "CHECKS_FOLLOW"]
    assert "clearing" in told[0].remedy
    assert told[1].place == "勾稽检查 T-14"
