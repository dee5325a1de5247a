"""Every check sees what it is there to see: passes on good books, fails on broken ones."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.spec.harness import (
    check,
    check_ids,
    rerun,
    rows,
    run_by_engine,
    world,
)
from tests.spec.province_world import province_books
from tests.spec.worlds import GOOD, good, good_books, pending, pending_books

if TYPE_CHECKING:
    from tests.spec.harness import Spec

#: checks of books with pending money, of personal accounts, of accrual: tested on the four books
OF_FOUR_BOOKS = {
    "T-15", "T-19", "T-20", "T-21", "T-22", "T-23", "T-24", "T-25", "T-26", "T-27", "T-28",
    "T-31", "T-32",
}  # fmt: skip

#: checks of money between pools
OF_A_PROVINCE = {"T-17", "T-18"}


def books_of(check_id: str) -> Spec:
    """The world in which the check has something to test."""
    if check_id in OF_A_PROVINCE:
        return province_books()
    return pending_books() if check_id in OF_FOUR_BOOKS else good_books()


#: what the four books of one pool's employees do not have: files, payments, residents
NOT_IN_FOUR_BOOKS = {
    "I-01",
    "I-02",
    "J-02",
    "J-05",
    "J-06",
    "J-07",
    "R-03",
    "T-14",
    "T-16",
    "T-29",
    "T-17",
    "T-18",
}


@dataclass(frozen=True)
class Break:
    """One thing broken in finished tables, and the item the check must name."""

    check_id: str
    what: str
    sql: str
    item: str


def _one(check_id: str, what: str, sql: str, item: str) -> Break:
    return Break(check_id, what, sql, item)


IN_310 = "ledger_id = '610100-310'"
BROKEN_TABLES = (
    _one("I-01", "a row lost in a file",
        "UPDATE fct_intake SET rows_accepted = 6 WHERE batch_id = 'B001'", "B001 行数"),
    _one("I-01", "an amount lost in a file",
        "UPDATE fct_intake SET amt_accepted = 69.99 WHERE batch_id = 'B001'", "B001 金额"),
    _one("J-01", "an event amount that changed after posting",
        "UPDATE jrn_event SET amount = amount + 1 WHERE posting_key = 'E01.POOL'", "E01.POOL"),
    _one("J-01", "an entry without an account",
        "UPDATE jrn_book_entry SET credit_account = NULL WHERE rule_id = 'E83.PREM.PA/310'",
        "E83.PREM.PA"),
    _one("J-02", "a payment booked short",
        "UPDATE jrn_benefit SET amount = amount - 0.01 WHERE voucher_key = 'PAY|T37'", "T37"),
    _one("J-02", "a payment not booked",
        "DELETE FROM jrn_benefit WHERE voucher_key = 'PAY|T12'", "T12"),
    _one("J-03", "a gap in the numbers",
        "UPDATE fct_journal SET voucher_no = 99 WHERE voucher_no = 2 AND period_ym = 202311",
        "凭证号"),
    _one("J-03", "a number used twice",
        "UPDATE fct_journal SET voucher_no = 1 WHERE voucher_no = 2 AND period_ym = 202312",
        "凭证号"),
    _one("J-03", "numbers that start at 2",
        "UPDATE fct_journal SET voucher_no = voucher_no + 1 WHERE voucher_no > 0", "凭证号"),
    _one("J-04", "a voucher whose rows nobody can name",
        "DELETE FROM fct_voucher_source WHERE source_amt = 65000 AND table_name = 'fund_transfers'"
        " OR voucher_id IN (SELECT voucher_id FROM fct_journal WHERE event_id = 'PAY|T12')", ""),
    _one("J-05", "one fen more than the clearing row allows",
        "UPDATE jrn_payment SET amt = amt + 0.01 WHERE traf_sn = 'T12'", "F1"),
    _one("J-05", "a clearing row paid twice",
        "INSERT INTO jrn_payment SELECT * REPLACE ('T99' AS traf_sn) FROM jrn_payment"
        " WHERE traf_sn = 'T37'", "F2"),
    _one("J-06", "a prepayment of a fund that can hardly pay",
        "UPDATE fct_fund_metric SET value = 11.9999 WHERE metric_id = 'M-06'", "T18 可支付月数"),
    _one("J-06", "a prepayment after a year of deficit",
        "UPDATE fct_income_statement SET ytd_amt = -0.01 WHERE period_type = 'Y'"
        " AND row_code = '5.1'", "T18 上年结余"),
    _one("J-07", "a recovery that is in the list and not in the books",
        "UPDATE jrn_journal SET credit_amt = 299.99 WHERE event_code = 'E43'"
        " AND credit_amt = 300", "当年追回"),
    _one("J-07", "a recovery of an earlier year booked as one of this year",
        "UPDATE stg_recovery SET is_prior_year = true", "追回以前年度"),
    _one("I-02", "more institutions handled than inspected",
        "UPDATE inspections SET hndl_cnt = 101 WHERE prd_type = 'Y'", "Y 处理家次"),
    _one("I-02", "a year that is not the sum of its quarters",
        "UPDATE inspections SET retn_amt = 299.99 WHERE prd_type = 'Y'", "Q 追回资金之和"),
    _one("I-02", "a quarter counted twice",
        "UPDATE inspections SET insp_cnt = 41 WHERE stt_ym = 202303", "Q 检查家次之和"),
    _one("R-01", "a pool whose prefecture was divided",
        "INSERT INTO dim_pooling_area BY NAME SELECT '610100' AS poolarea_no, '西安市' AS"
        " poolarea_name, 'prefecture' AS level, '610000' AS province_code, '陕西省' AS"
        " province_name, '已分设' AS geography_note", "西安市：已分设"),
    _one("R-02", "settlements of a region told twice",
        "UPDATE fct_region_month SET medfee_sumamt = 0.01 WHERE ledger_id = '610100-310'",
        "医疗费总额"),
    _one("R-03", "a code given away before its unit ended",
        "UPDATE dim_region SET valid_to = '2011-01-01' WHERE region_sk = 'k1'",
        "500110 2011-01-01"),
    _one("T-01", "a line of a voucher lost",
        "DELETE FROM fct_journal WHERE event_id = 'BANK|T05' AND credit_amt > 0", ""),
    _one("T-01", "one fen more on one line",
        "UPDATE fct_journal SET debit_amt = debit_amt + 0.01"
        " WHERE event_id = 'BANK|T34' AND debit_amt > 0", ""),
    _one("T-01", "a voucher over two ledgers",
        "UPDATE fct_journal SET ledger_id = '610100-390'"
        " WHERE event_id = 'BANK|T05' AND credit_amt > 0", ""),
    _one("T-01", "a voucher over two months",
        "UPDATE fct_journal SET period_ym = 202312"
        " WHERE event_id = 'BANK|T05' AND credit_amt > 0", ""),
    _one("T-02", "an account missing from the ledger",
        f"DELETE FROM fct_ledger_month WHERE account_code = '1004' AND {IN_310}", "post"),
    _one("T-02", "a balance moved before closing only",
        "UPDATE fct_ledger_month SET closing_amt = closing_amt + 1"
        " WHERE account_code = '4101' AND closing_stage = 'pre'", "pre"),
    _one("T-03", "an asset row that fell out of the total",
        "UPDATE fct_balance_sheet SET close_amt = close_amt - 5300"
        " WHERE row_code = 'A9' AND period_ym = 202312", "M"),
    _one("T-03", "an annual sheet without its last row",
        "DELETE FROM fct_balance_sheet WHERE row_code = 'T9' AND period_type = 'Y'", "Y"),
    _one("T-04", "net assets that grew without income",
        f"UPDATE fct_balance_sheet SET close_amt = close_amt + 7 WHERE row_code = 'N9' AND {IN_310}"
        " AND period_ym = 202401", "N9"),
    _one("T-04", "a month without its surplus row",
        "DELETE FROM fct_income_statement WHERE row_code = '3' AND insutype = '390'", "N9"),
    _one("T-05", "money moved between the pool and the accounts",
        "UPDATE fct_balance_sheet SET close_amt = close_amt"
        " + CASE row_code WHEN 'N1a' THEN 100 ELSE -100 END"
        " WHERE row_code IN ('N1a', 'N1b') AND period_ym = 202401 AND period_type = 'M'", "N1a"),
    _one("T-05", "pending money that rolled wrongly",
        "UPDATE fct_balance_sheet SET close_amt = 1 WHERE row_code = 'N1c' AND period_ym = 202312",
        "N1c"),
    _one("T-06", "pending money left out of the main row",
        "UPDATE fct_balance_sheet SET close_amt = 1081000.00"
        " WHERE row_code = 'N1' AND insutype = '310' AND period_ym = 202311", "M"),
    _one("T-07", "a month restated alone",
        "UPDATE fct_income_statement SET month_amt = month_amt + 1"
        " WHERE row_code = '1.1' AND period_ym = 202311 AND insutype = '310'", "1.1"),
    _one("T-07", "a year to date that forgot a month",
        "UPDATE fct_income_statement SET ytd_amt = month_amt"
        " WHERE row_code = '5' AND period_ym = 202312 AND period_type = 'M'", "5"),
    _one("T-08", "an opening balance typed anew",
        "UPDATE fct_balance_sheet SET year_open_amt = year_open_amt + 1"
        " WHERE row_code = 'A3' AND period_ym = 202401 AND insutype = '310'", "M A3"),
    _one("T-08", "a new year that starts from nothing",
        "UPDATE fct_balance_sheet SET year_open_amt = NULL WHERE period_ym = 202401", "M N9"),
    _one("T-09", "a detail row that its parent does not hold",
        "UPDATE fct_income_statement SET ytd_amt = ytd_amt + 1"
        " WHERE row_code = '3.1.4' AND period_ym = 202312", "M 3.1"),
    _one("T-09", "a resident detail row",
        "UPDATE fct_income_statement SET ytd_amt = ytd_amt + 1"
        " WHERE row_code = '2.1.3' AND insutype = '390'", "Y 2.1"),
    _one("T-09", "a part greater than its whole",
        "UPDATE fct_balance_sheet SET close_amt = 1 WHERE row_code = 'L1a'", "M 其中项"),
    _one("T-10", "money left in the revenue account",
        "UPDATE fct_balance_sheet SET close_amt = 0.01 WHERE row_code = 'A2'", "A2"),
    _one("T-10", "money left in the treasury",
        "UPDATE fct_balance_sheet SET close_amt = 0.01 WHERE row_code = 'A5'", "A5"),
    _one("T-11", "a receipt booked a day late",
        "UPDATE jrn_journal SET event_date = DATE '2023-11-07' WHERE event_id LIKE 'E0%2023-11-06%'",
        "1002 2023-11-06"),
    _one("T-11", "a bank movement never booked",
        "DELETE FROM jrn_journal WHERE event_id = 'BANK|T05'", "1003 2023-11-21"),
    _one("T-11", "a statement that shows another balance",
        "UPDATE stg_transfer SET balc = balc + 1 WHERE traf_sn = 'T38'", "1004 2023-12-15"),
    _one("T-12", "a receipt booked short",
        "UPDATE jrn_journal SET debit_amt = debit_amt - 1"
        " WHERE event_id = 'BANK|T34' AND account_code = '1003'", "对外收付"),
    _one("T-12", "a sweep with one leg",
        "DELETE FROM stg_transfer WHERE traf_sn = 'T33'", "内部划转"),
    _one("T-13", "a premium left out of income",
        "DELETE FROM jrn_journal WHERE event_code = 'E05'", "4001+4601"),
    _one("T-13", "a refund that lowered nothing",
        "DELETE FROM jrn_journal WHERE event_code = 'E16'", "4001+4601"),
    _one("T-14", "expenditure short of what was paid",
        "UPDATE jrn_journal SET debit_amt = debit_amt - 1"
        " WHERE event_id = 'PAY|T12' AND account_code = '50010101'", "统筹"),
    _one("T-14", "account money told as pool money",
        "UPDATE jrn_journal SET account_code = '50010103'"
        " WHERE event_id = 'PAY|T12' AND account_code = '50010202'", "个人账户"),
    _one("T-16", "an advance cleared above what the hospital got",
        "UPDATE jrn_event SET amount = -amount WHERE posting_key = 'DFR_OUT.207'",
        "110102 H61010000001"),
    _one("T-16", "an advance that the account does not hold",
        "UPDATE fct_journal SET account_code = '110109' WHERE account_code = '110102'",
        "110102 合计"),
    _one("T-29", "a risk fund above its ceiling",
        "INSERT INTO fct_ledger_month SELECT * REPLACE ('3101' AS account_code,"
        " 10400.01 AS closing_amt) FROM fct_ledger_month WHERE account_code = '3001'"
        " AND period_ym = 202312 AND closing_stage = 'post'", "风险基金结余"),
    _one("T-29", "a risk fund used without consent",
        "UPDATE stg_voucher SET event_code = 'E78' WHERE voucher_no = 'V2'", "V2 批准文号"),
    _one("T-15", "an account credited outside the books",
        "UPDATE account_details SET balc = balc + 1 WHERE acct_ym = 202311", "300102"),
    _one("T-15", "account money booked that no account holds",
        "UPDATE fct_ledger_month SET closing_amt = closing_amt + 1"
        " WHERE account_code = '300102' AND book = 'proposed' AND period_ym = 202312",
        "proposed 300102"),
    _one("T-15", "an adjustment without a list",
        "UPDATE fct_pa_difference SET detail_amt = 0 WHERE book = 'proposed'",
        "proposed 调整凭证的明细清单"),
    _one("T-15", "an adjustment that is not the difference",
        "UPDATE fct_pa_difference SET adjusted_amt = 90 WHERE book = 'proposed_accrual'",
        "proposed_accrual 差额与调整凭证"),
    _one("T-15", "an adjustment that pending money cannot bear",
        "UPDATE fct_ledger_month SET closing_amt = -9000"
        " WHERE account_code = '30010302' AND book = 'proposed' AND period_ym = 202312",
        "proposed 待转基金不得为负"),
    _one("T-20", "a month end that carried a fen too little",
        "UPDATE fct_ledger_month SET closing_amt = 0.01"
        " WHERE account_code = '4601' AND book = 'proposed' AND period_ym = 202311",
        "proposed 4601"),
    _one("T-21", "pending premium told twice in the statement",
        "UPDATE fct_income_statement SET ytd_amt = ytd_amt * 2"
        " WHERE row_code = '5.3.1' AND book = 'proposed' AND period_ym = 202311", "proposed M"),
    _one("T-21", "an annual statement that lost its interest",
        "DELETE FROM fct_income_statement"
        " WHERE row_code = '5.3.2' AND book = 'proposed_accrual' AND period_type = 'Y'",
        "proposed_accrual Y"),
    _one("T-22", "a sheet that shows another pending fund",
        "UPDATE fct_balance_sheet SET close_amt = close_amt + 1"
        " WHERE row_code = 'N1c' AND book = 'proposed' AND period_ym = 202401", "proposed N1c"),
    _one("T-22", "an adjustment nobody wrote",
        "DELETE FROM fct_journal WHERE account_code = '30010303' AND book = 'proposed'",
        "proposed N1c"),
    _one("T-23", "a receipt that left the list",
        "DELETE FROM fct_pending_item WHERE kind = 'INTE' AND period_ym = 202312",
        "proposed INTE"),
    _one("T-23", "an account that lost what the list still names",
        "UPDATE fct_ledger_month SET closing_amt = 0"
        " WHERE account_code = '30010301' AND book = 'proposed_accrual' AND period_ym = 202311",
        "proposed_accrual PREM"),
    _one("T-24", "a reversal a fen short",
        "UPDATE fct_journal SET debit_amt = debit_amt - 0.01 WHERE event_code = 'E86'"
        " AND account_code = '400101' AND book = 'a1999'", "400101"),
    _one("T-24", "a reversal in the wrong fund",
        "UPDATE fct_journal SET account_code = '42010201' WHERE event_code = 'E86'"
        " AND account_code = '42010101' AND book = 'a1999'", "42010101"),
    _one("T-25", "a correction that takes from one fund only",
        "DELETE FROM fct_journal WHERE event_code = 'E87' AND debit_amt <> 0 AND book = 'k17'",
        "E87"),
    _one("T-25", "more attributed than was split",
        "UPDATE jrn_pending_presplit SET open_amt = open_amt - 1 WHERE policy = 'A2017'",
        "PREM 202310"),
    _one("T-26", "a fund that stays apart for good",
        "UPDATE fct_balance_sheet SET close_amt = close_amt"
        " + CASE row_code WHEN 'N1a' THEN 1 ELSE -1 END"
        " WHERE row_code IN ('N1a', 'N1b') AND book = 'a1999' AND period_ym = 202401",
        "a1999 N1a"),
    _one("T-26", "the statutory fund moved alone",
        "UPDATE fct_balance_sheet SET close_amt = close_amt + 1"
        " WHERE row_code = 'N1b' AND book = 'k17' AND period_ym = 202401", "proposed N1b"),
    _one("T-27", "a credit figure that forgot a receipt",
        "UPDATE fct_income_statement SET form_amt = form_amt - 1000"
        " WHERE row_code = '5.3' AND book = 'a1999' AND period_ym = 202311", "5.3"),
    _one("T-28", "a literal month that is no balance",
        "UPDATE fct_income_statement SET form_amt = form_amt + 1"
        " WHERE row_code = '5.3' AND book = 'k17' AND period_ym = 202310", "5.3"),
    _one("T-31", "income accrued on nothing",
        "DELETE FROM fct_journal WHERE event_code = 'E101' AND account_code = '110201'",
        "proposed_accrual 收入"),
    _one("T-32", "a debt without a payer",
        "DELETE FROM fct_receivable_aging WHERE period_ym = 202401", "proposed_accrual 1102"),
    _one("T-32", "a payer whose debt the books forgot",
        "UPDATE led_balance SET post_net_amt = 0 WHERE account_code = '110202'",
        "proposed_accrual 1102"),
    _one("T-17", "a remittance received a fen short",
        "UPDATE con_line SET net_amt = net_amt + 0.01 WHERE notice = 'N1' AND role = 'payee'",
        "上解上级 N1"),
    _one("T-17", "a subsidy received as less than was paid",
        "UPDATE con_line SET net_amt = net_amt + 1 WHERE notice = 'N3' AND role = 'payer'"
        " AND book = 'proposed'", "proposed 补助下级 N3"),
    _one("T-17", "an unmatched notice that left the list",
        "DELETE FROM fct_consolidation_difference WHERE notice = 'N6'", "上解上级 付款方"),
    _one("T-17", "a notice eliminated on nobody's word",
        "UPDATE con_notice SET eliminated_amt = payer_amt WHERE notice = 'N2'",
        "a1999 上解上级 付款方"),
    _one("T-18", "a prepayment received short",
        "UPDATE con_line SET credit_amt = credit_amt - 1 WHERE notice = 'P1'",
        "200103 收自 610100-310"),
    _one("T-18", "hospitals paid that the account does not know",
        "UPDATE fct_ledger_month SET closing_amt = closing_amt + 2500"
        " WHERE account_code = '200103' AND period_ym = 202401", "200103 余额"),
    _one("T-18", "a prepayment booked as another advance",
        "UPDATE stg_transfer SET amt = amt + 1 WHERE traf_sn = 'A06'", "110101 余额"),
    _one("T-18", "an elimination of one side",
        "UPDATE fct_consolidated_balance_sheet SET close_amt = close_sum_amt"
        " WHERE row_code = 'T9' AND period_ym = 202312", "Y 合并资产负债表"),
    _one("T-19", "pending money at the year end",
        "UPDATE fct_ledger_month SET closing_amt = 0.01"
        " WHERE account_code = '4601' AND book = 'k17' AND period_ym = 202312", "4601"),
    _one("T-30", "a bank account that meets an account it never may",
        "UPDATE jrn_book_entry SET credit_account = '2101' WHERE rule_id = 'FINSUBS_IN.ALL/310'"
        " ; UPDATE jrn_book_entry SET debit_account = '1004' WHERE credit_account = '2101'",
        "借 1004 贷 2101"),
    _one("T-30", "an account of administrative cost",
        "UPDATE fct_journal SET account_code = '5501' WHERE account_code = '5101'", "科目 5501"),
    _one("T-30", "a posting to an account that has details",
        "UPDATE fct_journal SET account_code = '5001' WHERE account_code = '500101'", "科目 5001"),
)  # fmt: skip


@pytest.mark.parametrize("check_id", check_ids())
def test_check_passes_on_good_books_and_has_something_to_test(check_id: str) -> None:
    """A check that tests nothing would pass for ever."""
    outcome = check(books_of(check_id), check_id)
    assert (outcome.status, outcome.failed) == ("passed", ())
    assert outcome.tested > 0


def test_every_check_passes_on_the_four_books_or_has_nothing_to_test() -> None:
    """Pending money over the year end, a receivable, an adjustment: no identity minds the book."""
    books = pending_books()
    told = {check_id: check(books, check_id) for check_id in check_ids()}
    assert {c: told[c].failed for c in told if told[c].failed} == {}
    assert {c for c in told if told[c].status == "not_applicable"} == NOT_IN_FOUR_BOOKS


@pytest.mark.parametrize("check_id", check_ids())
def test_check_is_not_applicable_where_there_is_nothing(check_id: str) -> None:
    """An empty world is neither right nor wrong."""
    outcome = check(world(), check_id)
    assert (outcome.status, outcome.tested) == ("not_applicable", 0)


@pytest.mark.parametrize("check_id", check_ids())
def test_check_has_the_columns_the_engine_expects(check_id: str) -> None:
    """ledger_id, period_ym INTEGER, item and two amounts of one type; else the engine says error."""
    result = run_by_engine(books_of(check_id), check_id)
    assert (result.status, result.note) == ("passed", "")
    assert (result.rows_failed, str(result.difference_amt)) == (0, "0.00")


@pytest.mark.mechanism(
    "S09", "S22", "S29", "S32", "S33", "S35", "S36", "S37", "S38", "S42", "S44", "S49"
)
@pytest.mark.parametrize("broken", BROKEN_TABLES, ids=lambda b: f"{b.check_id} {b.what}")
def test_check_fails_on(broken: Break) -> None:
    """One thing broken, the named check fails and names the item."""
    outcome = check(books_of(broken.check_id).sql(broken.sql), broken.check_id)
    assert outcome.status == "failed"
    assert broken.item in outcome.items or not broken.item


def test_every_check_has_a_test_that_breaks_it() -> None:
    """A new check without a break of its own is not accepted."""
    assert {broken.check_id for broken in BROKEN_TABLES} == set(check_ids())


def test_there_are_as_many_checks_as_the_design_asks_for_now() -> None:
    """A check that disappears would take its guard with it."""
    assert sorted(check_ids()) == [
        "I-01", "I-02", "J-01", "J-02", "J-03", "J-04", "J-05", "J-06", "J-07",
        "R-01", "R-02", "R-03",
        "T-01", "T-02", "T-03", "T-04", "T-05", "T-06", "T-07", "T-08", "T-09", "T-10",
        "T-11", "T-12", "T-13", "T-14", "T-15", "T-16", "T-17", "T-18", "T-19", "T-20", "T-21", "T-22", "T-23", "T-24",
        "T-25", "T-26", "T-27", "T-28", "T-29", "T-30", "T-31", "T-32",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("check_id", "sql"),
    [
        ("I-01", "UPDATE fct_intake SET amt_held = NULL WHERE batch_id = 'B001'"),
        ("J-01", "DELETE FROM jrn_book_entry WHERE rule_id = 'E04.ALL/390' OR event_code = 'E05'"),
        ("J-02", "DELETE FROM jrn_benefit"),
        ("J-03", "UPDATE fct_journal SET voucher_no = voucher_no + 1"),
        ("J-04", "DELETE FROM fct_voucher_source"),
        ("J-05", "UPDATE stg_clearing SET fee_clr_id = 'F9' WHERE fee_clr_id = 'F1'"),
        ("J-05", "UPDATE jrn_payment SET amt = NULL WHERE fee_clr_id = 'F1'"),
        ("J-06", "DELETE FROM fct_fund_metric WHERE metric_id = 'M-06'"),
        ("T-01", "UPDATE fct_journal SET credit_amt = NULL"),
        ("T-03", "DELETE FROM fct_balance_sheet WHERE row_code = 'T9'"),
        ("T-04", "UPDATE fct_balance_sheet SET close_amt = NULL"),
        ("T-05", "UPDATE fct_balance_sheet SET close_amt = NULL"),
        ("T-06", "DELETE FROM fct_balance_sheet WHERE row_code IN ('N1a', 'N1b', 'N1c')"),
        ("T-07", "UPDATE fct_income_statement SET ytd_amt = NULL"),
        ("T-08", "UPDATE fct_balance_sheet SET year_open_amt = NULL"),
        ("T-09", "DELETE FROM fct_income_statement WHERE starts_with(row_code, '3.1.')"),
        ("T-10", "UPDATE fct_balance_sheet SET close_amt = NULL"),
        ("T-11", "UPDATE stg_transfer SET balc = NULL"),
        ("T-12", "UPDATE stg_transfer SET signed_amt = NULL, is_external = NULL"),
        ("T-15", "DELETE FROM fct_pa_difference WHERE book = 'proposed'"),
        ("T-15", "UPDATE account_details SET balc = NULL"),
        ("T-19", "UPDATE fct_ledger_month SET closing_amt = NULL"),
        ("T-20", "UPDATE fct_ledger_month SET closing_amt = NULL"),
        ("T-21", "DELETE FROM fct_income_statement WHERE row_code = '5.3'"),
        ("T-21", "DELETE FROM fct_income_statement WHERE starts_with(row_code, '5.3.')"),
        ("T-22", "DELETE FROM fct_income_statement WHERE row_code = '5.3'"),
        ("T-22", "UPDATE fct_balance_sheet SET close_amt = NULL"),
        ("T-23", "DELETE FROM fct_pending_item"),
        ("T-24", "DELETE FROM fct_journal WHERE event_code = 'E86'"),
        ("T-26", "UPDATE fct_balance_sheet SET close_amt = NULL WHERE book = 'proposed'"),
        ("T-27", "UPDATE fct_income_statement SET form_amt = NULL"),
        ("T-28", "UPDATE fct_income_statement SET form_amt = NULL"),
        ("T-32", "DELETE FROM fct_receivable_aging"),
    ],
)
def test_a_missing_figure_is_a_failure(check_id: str, sql: str) -> None:
    """NULL is never equal to anything, NULL included on one side."""
    assert check(books_of(check_id).sql(sql), check_id).status == "failed"


@pytest.mark.parametrize(
    ("check_id", "rule"),
    [
        ("T-02", "DELETE FROM rule_account WHERE account_code = '1004' AND insutype = '310'"),
        ("T-03", "DELETE FROM rule_statement_term WHERE row_code = 'A9' AND ref = 'A4'"),
        ("T-03", "UPDATE rule_statement_term SET sign = -1 WHERE row_code = 'A4'"),
        ("T-04", "UPDATE rule_account SET closes_to = '2001' WHERE account_code = '4101'"),
        ("T-04", "DELETE FROM rule_statement_term WHERE statement = 'IS' AND ref = '5101'"),
        ("T-05", "UPDATE rule_account SET closes_to = '300101' WHERE account_code = '400102'"),
        ("T-05", "UPDATE rule_statement_term SET ref = '420102' WHERE ref = '420101'"),
        ("T-06", "DELETE FROM rule_statement_term WHERE row_code = 'N1' AND ref = '4601'"),
        ("T-09", "DELETE FROM rule_statement_term WHERE row_code = '3.1.3'"),
        ("T-09", "UPDATE rule_statement_term SET ref = '5001' WHERE row_code = '3.1'"),
        ("T-10", "UPDATE rule_posting SET credit_account = '1003' WHERE posting_key = 'URSN.1'"),
        ("T-11", "UPDATE rule_clct_way SET receipt_account = '1002' WHERE clct_way = '02'"),
        ("T-11", "UPDATE rule_clct_way SET cash_date_column = 'arvl_date' WHERE clct_way = '02'"),
        ("T-11", "UPDATE rule_bank_account SET account_code = '1004' WHERE hif_acct_type = '4'"),
        ("T-12", "UPDATE rule_traf_item SET is_external = false WHERE traf_item = 'DABING_OUT'"),
        ("T-12", "UPDATE rule_traf_item SET posting_source = '' WHERE traf_item = 'FINSUBS_IN'"),
        ("T-13", "UPDATE rule_posting SET credit_account = '4501' WHERE event_code = 'E05'"),
        ("T-14", "UPDATE rule_posting SET debit_account = '50010103'"
            " WHERE rule_id = 'PAY.PA_OUTPATIENT/310'"),
        ("J-01", "UPDATE rule_posting SET valid_to = DATE '2023-11-30' WHERE event_code = 'E83'"),
        ("J-01", "INSERT INTO rule_posting SELECT * REPLACE ('twice' AS rule_id) FROM rule_posting"
            " WHERE rule_id = 'E01.POOL/310'"),
        ("J-02", "UPDATE rule_med_class SET valid_to = DATE '2023-01-01' WHERE scheme = '390'"),
        ("T-19", "DELETE FROM rule_posting WHERE rule_id = 'E84.PA/310'"),
        ("T-19", "DELETE FROM rule_posting WHERE rule_id = 'E85.POOL/310'"),
        ("T-15", "UPDATE rule_posting SET credit_account = '400102' WHERE rule_id = 'E01.POOL/310'"),
        ("T-20", "DELETE FROM rule_posting WHERE rule_id = 'E88.PREM/310'"),
        ("T-20", "DELETE FROM rule_posting WHERE rule_id = 'E89.INTE/310'"),
        ("T-21", "UPDATE rule_posting SET credit_account = '30010303' WHERE event_code = 'E88'"),
        ("T-22", "UPDATE rule_statement_term SET sign = -1 WHERE row_code = '5.3'"),
        ("T-23", "UPDATE rule_posting SET credit_account = '30010301' WHERE event_code = 'E88'"),
        ("T-24", "DELETE FROM rule_posting WHERE rule_id = 'E86.INTE.PA/310'"),
        ("T-25", "UPDATE rule_posting SET debit_account = '300103'"
            " WHERE rule_id = 'E87.TO_PA/310'"),
        ("T-26", "DELETE FROM rule_posting WHERE rule_id = 'E87.TO_PA/310'"),
        ("T-26", "DELETE FROM rule_posting WHERE rule_id = 'E86.PREM.POOL/310'"),
        ("T-27", "UPDATE rule_statement_term SET form_measure = 'cr'"
            " WHERE row_code = '5.3' AND form_measure = 'cr_gross'"),
        ("T-28", "UPDATE rule_statement_term SET sign = -1"
            " WHERE row_code = '5.3' AND form_measure = 'bal_c'"),
        ("T-31", "UPDATE rule_posting SET debit_account = '110109' WHERE event_code = 'E101'"),
        ("T-32", "DELETE FROM rule_posting WHERE rule_id = 'E101.PA/310'"),
        ("T-30", "DELETE FROM rule_bank_pair WHERE debit_prefix = '5101'"),
        ("T-30", "DELETE FROM rule_account WHERE account_code = '5101'"),
    ],
)  # fmt: skip
def test_a_broken_rule_makes_a_check_fail(check_id: str, rule: str) -> None:
    """Rules are data: one wrong cell is seen by a check, not by a reader."""
    broken = pending(rule) if check_id in OF_FOUR_BOOKS else good(rule)
    assert check(broken, check_id).status == "failed"


@pytest.mark.parametrize(
    ("check_id", "row"),
    [
        ("T-11", "DELETE FROM vouchers WHERE voucher_no = 'V1'"),
        ("T-01", "DELETE FROM vouchers WHERE account_code = '300102'"),
        ("T-02", "DELETE FROM vouchers WHERE account_code = '300102'"),
        ("T-03", "DELETE FROM vouchers WHERE account_code = '300102'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C1'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C2'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C3'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C4'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C5'"),
        ("T-11", "DELETE FROM contributions WHERE clct_detl_id = 'C6'"),
        ("T-12", "DELETE FROM contributions WHERE clct_detl_id = 'C6'"),
        ("J-02", "DELETE FROM clearing WHERE fee_clr_id = 'F1'"),
        ("J-05", "UPDATE clearing SET act_dfr_amt = 49999.99 WHERE fee_clr_id = 'F1'"),
        ("J-02", "DELETE FROM settlements WHERE setl_id = 'S3'"),
        ("J-02", "UPDATE settlements SET clr_ym = NULL WHERE setl_id = 'S3'"),
        ("T-11", "DELETE FROM recoveries"),
        ("T-11", "UPDATE recoveries SET act_retn_amt = 299.99"),
        ("T-10", "DELETE FROM fund_transfers WHERE traf_sn IN ('T14', 'T15')"),
        ("T-10", "DELETE FROM fund_transfers WHERE traf_sn IN ('T09', 'T10')"),
        ("T-12", "DELETE FROM fund_transfers WHERE traf_sn = 'T01'"),
        ("T-12", "DELETE FROM fund_transfers WHERE traf_sn = 'T04'"),
        ("T-12", "DELETE FROM fund_transfers WHERE traf_sn = 'T06'"),
        ("J-01", "DELETE FROM fund_transfers WHERE traf_sn = 'T16'"),
        ("T-11", "DELETE FROM fund_transfers WHERE traf_sn = 'T37'"),
        ("T-11", "UPDATE fund_transfers SET acen_date = DATE '2023-11-09' WHERE traf_sn = 'T02'"),
        ("T-12", "UPDATE fund_transfers SET fin_vali_flag = 'F' WHERE traf_sn = 'T13'"),
    ],
)
def test_a_broken_row_makes_a_check_fail(check_id: str, row: str) -> None:
    """A row lost, changed or dated wrongly in the extracts reaches a check."""
    assert check(good(row), check_id).status == "failed"


def test_every_posting_rule_in_use_is_missed_by_j_01() -> None:
    """Take away any one rule that posts in these books: J-01 names its key."""
    books = good_books()
    used = rows(
        books,
        """SELECT DISTINCT r.rule_id, r.posting_key FROM jrn_book_entry
        INNER JOIN rule_posting AS r USING (rule_id) ORDER BY ALL""",
    )
    assert len(used) == 24
    for rule_id, posting_key in used:
        books.sql(
            "CREATE OR REPLACE TEMP TABLE kept AS FROM jrn_book_entry",
            f"DELETE FROM jrn_book_entry WHERE rule_id = '{rule_id}'",
        )
        assert set(check(books, "J-01").items) == {posting_key}
        books.sql("CREATE OR REPLACE TABLE jrn_book_entry AS FROM kept")


def test_every_line_of_the_journal_is_missed_by_t_01() -> None:
    """Take away any one line, closing and opening included: its voucher is unbalanced."""
    books = good_books().sql("CREATE TEMP TABLE kept AS FROM fct_journal")
    every = rows(books, "SELECT voucher_id, line_no FROM kept ORDER BY ALL")
    assert len(every) > 60
    for voucher_id, line_no in every:
        books.sql(
            f"CREATE OR REPLACE TABLE fct_journal AS FROM kept"
            f" WHERE NOT (voucher_id = '{voucher_id}' AND line_no = {line_no})"
        )
        assert check(books, "T-01").items == [voucher_id]


def test_the_hints_are_six_and_all_the_others_are_hard() -> None:
    """Severity is part of the contract: H stops a release, S does not."""
    books = good_books()
    severity = {c: run_by_engine(books, c).severity for c in check_ids()}
    hints = sorted(c for c, told in severity.items() if told == "S")
    assert hints == ["I-02", "J-07", "R-01", "T-10", "T-27", "T-28"]


def test_t_11_meets_the_opening_with_what_stood_before_the_bank_statement() -> None:
    """First balance less first movement: an opening that was typed wrongly is seen on its day."""
    typed = good(
        "UPDATE vouchers SET debit_amt = 1000001 WHERE voucher_no = 'V1' AND debit_amt <> 0",
        "UPDATE vouchers SET credit_amt = 700001 WHERE account_code = '300101'",
    )
    failed = [row for row in check(typed, "T-11").failed if row[2] == "1003 2023-11-01"]
    assert failed == [("610100-310", "202311", "1003 2023-11-01", "1000000.00", "1000001.00")]


def test_t_11_does_not_ask_for_the_statement_of_an_account_that_only_opened() -> None:
    """No movement, no bank line: nothing to compare."""
    opening = """
        posting_date | account_code | debit_amt | credit_amt
        2023-11-01   | 1004         | 5.00      | 0.00
        2023-11-01   | 300101       | 0.00      | 5.00
    """
    assert check(world(vouchers=opening), "T-11").status == "not_applicable"


def test_t_11_sees_a_receipt_booked_before_the_statement_begins() -> None:
    """Only the opening may stand before the first bank line: any other movement is booked early."""
    spec = good("UPDATE fund_transfers SET acen_date = DATE '2023-11-07' WHERE traf_sn = 'T01'")
    assert "1002 2023-11-06" in check(spec, "T-11").items


def test_t_11_wants_a_statement_for_every_account_with_a_movement() -> None:
    """Books that move an account no statement tells of."""
    spec = good("DELETE FROM fund_transfers WHERE hif_acct_type = '5'")
    assert "1005 2023-12-06" in check(spec, "T-11").items


def test_t_19_names_the_month_only_at_the_year_end() -> None:
    """Pending money in November is as it should be; in December the presplit takes it."""
    pending = (
        "UPDATE contributions SET traf_time = NULL, traf_sumamt = NULL WHERE clct_detl_id = 'C2'"
    )
    outcome = check(good(pending), "T-19")
    assert (outcome.status, outcome.tested) == ("passed", 1)
    forgotten = good(pending, "DELETE FROM rule_posting WHERE event_code = 'E84'")
    assert check(forgotten, "T-19").failed == (
        ("610100-310", "202312", "4601", "0.00", "10000.00"),
    )


@pytest.mark.mechanism("S09", "S10", "S49")
def test_a_manual_voucher_meets_the_bank_allow_list_too() -> None:
    """T-30: 借 1101 贷 1002 is nowhere allowed; 借 110102 贷 1004 is."""
    manual = """
        voucher_no | line_no | event_id | posting_date | account_code | debit_amt | credit_amt
        V8         | 1       | E51      | 2023-11-20   | 110102       | 500.00    | 0.00
        V8         | 2       | E51      | 2023-11-20   | {bank}       | 0.00      | 500.00
    """
    allowed = world(**{**GOOD, "vouchers": manual.format(bank="1004")})
    refused = world(**{**GOOD, "vouchers": manual.format(bank="1002")})
    assert check(allowed, "T-30").items == []
    assert check(refused, "T-30").items == ["借 110102 贷 1002"]


def test_a_mended_table_passes_again() -> None:
    """Checks read what stands there now, not what stood there before."""
    spec = good_books().sql("DELETE FROM jrn_journal WHERE event_id = 'BANK|T05'")
    assert check(spec, "T-11").status == "failed"
    assert check(rerun(spec, "jrn_journal"), "T-11").status == "passed"
