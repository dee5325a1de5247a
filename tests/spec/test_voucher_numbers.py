"""Voucher and line numbers: gapless, in a fixed order, the same on every run."""

from __future__ import annotations

from tests.spec.harness import rows, run, table, world
from tests.spec.worlds import GOOD, good


def test_numbers_run_from_1_in_each_ledger_and_month() -> None:
    """No gap, no repeat; the opening is 0 and counts for nothing."""
    spec = run(good(), "fct_journal")
    assert rows(
        spec,
        """SELECT ledger_id, period_ym, min(voucher_no), max(voucher_no), count(DISTINCT voucher_id)
        FROM fct_journal WHERE NOT is_opening GROUP BY ALL ORDER BY ALL""",
    ) == table("""
        ledger     | month  | first | last | vouchers
        610100-310 | 202311 | 1     | 7    | 7
        610100-310 | 202312 | 1     | 10   | 10
        610100-310 | 202401 | 1     | 3    | 3
        610100-390 | 202311 | 1     | 4    | 4
        610100-390 | 202312 | 1     | 4    | 4
    """)


def test_numbers_follow_the_posting_date_and_closing_comes_last() -> None:
    """Within a day by the voucher's key; E110 after everything of the month."""
    spec = world(
        fund_transfers="""
        traf_sn | traf_item  | hif_acct_type | amt  | acen_date
        T9      | FINSUBS_IN | 4             | 1.00 | 2023-11-05
        T2      | FINSUBS_IN | 4             | 2.00 | 2023-11-30
        T1      | FINSUBS_IN | 4             | 4.00 | 2023-11-30
        """
    )
    assert rows(
        run(spec, "fct_journal"),
        """SELECT voucher_no, replace(event_id, '|', ' ') FROM fct_journal
        GROUP BY ALL ORDER BY ALL""",
    ) == [("1", "BANK T9"), ("2", "BANK T1"), ("3", "BANK T2"), ("4", "E110 202311")]


def test_lines_of_a_voucher_are_numbered_debits_first() -> None:
    """1, 2, 3 … without a gap."""
    spec = run(good(), "fct_journal")
    assert rows(
        spec,
        """SELECT line_no, account_code, debit_amt, credit_amt FROM fct_journal
        WHERE event_id = 'PAY|T12' ORDER BY line_no""",
    ) == table("""
        line | account  | debit    | credit
        1    | 50010101 | 38461.54 | 0.00
        2    | 50010103 | 11538.46 | 0.00
        3    | 50010201 | 5000.00  | 0.00
        4    | 50010202 | 10000.00 | 0.00
        5    | 1004     | 0.00     | 5000.00
        6    | 1004     | 0.00     | 10000.00
        7    | 1004     | 0.00     | 38461.54
        8    | 1004     | 0.00     | 11538.46
    """)


def test_book_voucher_and_line_identify_a_line() -> None:
    """The declared key of the journal."""
    spec = run(good(), "fct_journal")
    assert rows(
        spec,
        """SELECT count(*) - count(DISTINCT (book, voucher_id, line_no)), min(book), max(book)
        FROM fct_journal""",
    ) == [("0", "k17", "k17")]


def test_the_order_of_the_input_rows_changes_nothing() -> None:
    """Same rows, other order: the same numbers, ids and lines."""
    turned = {}
    for name, drawn in GOOD.items():
        header, *body = drawn.strip().splitlines()
        turned[name] = "\n".join([header, *reversed(body)])
    told = """SELECT * FROM fct_journal ORDER BY ledger_id, voucher_id, line_no"""
    assert rows(run(world(**turned), "fct_journal"), told) == rows(run(good(), "fct_journal"), told)


def test_a_later_month_changes_no_number_of_an_earlier_one() -> None:
    """Books through November are the November of the books through January."""
    told = (
        "SELECT * FROM fct_journal WHERE period_ym = 202311 ORDER BY ledger_id, voucher_id, line_no"
    )
    early = run(world(202311, **GOOD), "fct_journal")
    late = run(good(), "fct_journal")
    assert len(rows(early, told)) == 31
    assert rows(early, told) == rows(late, told)


def test_the_voucher_id_is_made_of_ledger_event_and_month() -> None:
    """Two pools with one bank reference are two vouchers."""
    spec = world(
        fund_transfers="""
        poolarea_no | traf_sn | traf_item  | hif_acct_type | amt
        610100      | T1      | FINSUBS_IN | 4             | 1.00
        610300      | T1      | FINSUBS_IN | 4             | 1.00
        """
    )
    assert rows(
        run(spec, "fct_journal"),
        """SELECT count(DISTINCT voucher_id), min(length(voucher_id)), max(length(voucher_id))
        FROM fct_journal WHERE NOT is_closing""",
    ) == [("2", "16", "16")]
