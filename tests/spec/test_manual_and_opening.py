"""Manual vouchers and opening balances."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from tests.spec.harness import Spec, lines, rows, run, statement, table, world

OPENING = """
    voucher_no | line_no | event_id | posting_date | account_code | debit_amt | credit_amt | fund
    V1         | 1       | OPEN     | 2023-11-01   | 1003         | 1000.00   | 0.00       | NA
    V1         | 2       | OPEN     | 2023-11-01   | 300101       | 0.00      | 700.00     | POOL
    V1         | 3       | OPEN     | 2023-11-01   | 300102       | 0.00      | 300.00     | PA
"""


def opened(**more: str) -> Spec:
    """Books that open in the middle of a year."""
    return world(vouchers=OPENING, **more)


def test_an_opening_voucher_stands_as_it_was_written() -> None:
    """Event OPEN, the accounts' own funds."""
    assert lines(opened()) == table("""
        event | account | fund | debit   | credit
        OPEN  | 1003    | NA   | 1000.00 |
        OPEN  | 300101  | POOL |         | 700.00
        OPEN  | 300102  | PA   |         | 300.00
    """)


def test_an_opening_voucher_has_number_0_and_the_first_voucher_number_1() -> None:
    """The numbers of the month begin after the opening."""
    spec = opened(
        fund_transfers="""
        traf_item  | hif_acct_type | amt
        FINSUBS_IN | 4             | 5.00
        """
    )
    assert rows(
        run(spec, "fct_journal"),
        """SELECT DISTINCT voucher_no, event_code, is_opening, is_closing FROM fct_journal
        ORDER BY ALL""",
    ) == [
        ("0", "OPEN", "True", "False"),
        ("1", "E08", "False", "False"),
        ("2", "E110", "False", "True"),
    ]


def test_what_the_opening_brings_in_is_the_year_open_balance() -> None:
    """年初余额 of the first year, though the books begin in November; nothing of it is income."""
    sheet = statement(opened(), "fct_balance_sheet", 202311)
    assert {code: sheet[code] for code in ("A3", "A9", "N1a", "N1b", "N1")} == {
        "A3": ("1000.00", "1000.00"),
        "A9": ("1000.00", "1000.00"),
        "N1a": ("700.00", "700.00"),
        "N1b": ("300.00", "300.00"),
        "N1": ("1000.00", "1000.00"),
    }
    income = statement(opened(), "fct_income_statement", 202311)
    assert {amounts[0] for amounts in income.values()} == {"0.00"}


def test_opening_is_no_movement_of_the_month() -> None:
    """The trial balance shows it as 期初, not as 发生额."""
    spec = run(opened(), "fct_ledger_month")
    assert rows(
        spec,
        """SELECT account_code, opening_amt, debit_amt, credit_amt, closing_amt
        FROM fct_ledger_month WHERE closing_stage = 'pre' ORDER BY ALL""",
    ) == table("""
        account | opening | debit | credit | closing
        1003    | 1000.00 | 0.00  | 0.00   | 1000.00
        300101  | 700.00  | 0.00  | 0.00   | 700.00
        300102  | 300.00  | 0.00  | 0.00   | 300.00
    """)


def test_a_manual_voucher_of_a_known_event_keeps_its_event_code() -> None:
    """E51-… is E51; a free text is MANUAL; the rule is MANUAL for both."""
    spec = world(
        vouchers="""
        voucher_no | line_no | event_id    | posting_date | account_code | debit_amt | credit_amt
        V7         | 1       | E51-2023-08 | 2023-11-20   | 110102       | 500.00    | 0.00
        V7         | 2       | E51-2023-08 | 2023-11-20   | 1004         | 0.00      | 500.00
        V8         | 1       | 更正        | 2023-11-21   | 110109       | 9.00      | 0.00
        V8         | 2       | 更正        | 2023-11-21   | 110102       | 0.00      | 9.00
        V9         | 1       | E58b        | 2023-11-22   | 200109       | 7.00      | 0.00
        V9         | 2       | E58b        | 2023-11-22   | 450101       | 0.00      | 7.00
        """
    )
    assert rows(
        run(spec),
        """SELECT event_code, rule_id, account_code, debit_amt, credit_amt FROM jrn_line
        ORDER BY voucher_key, debit_amt = 0""",
    ) == table("""
        event  | rule   | account | debit  | credit
        E51    | MANUAL | 110102  | 500.00 | 0.00
        E51    | MANUAL | 1004    | 0.00   | 500.00
        MANUAL | MANUAL | 110109  | 9.00   | 0.00
        MANUAL | MANUAL | 110102  | 0.00   | 9.00
        E58b   | MANUAL | 200109  | 7.00   | 0.00
        E58b   | MANUAL | 450101  | 0.00   | 7.00
    """)


def test_the_fund_of_a_line_is_the_accounts_own() -> None:
    """A clerk's fund code cannot move 300101 out of the pool."""
    spec = world(
        vouchers="""
        event_id | posting_date | account_code | debit_amt | credit_amt | fund
        更正     | 2023-11-20   | 300101       | 5.00      | 0.00       | PA
        更正     | 2023-11-20   | 300102       | 0.00      | 5.00       | POOL
        """
    )
    assert lines(spec) == table("""
        event  | account | fund | debit | credit
        MANUAL | 300101  | POOL | 5.00  |
        MANUAL | 300102  | PA   |       | 5.00
    """)


def test_a_voucher_of_an_old_scheme_code_joins_the_residents_ledger() -> None:
    """391 and 380 are kept in ledger 390."""
    spec = world(
        vouchers="""
        insutype | posting_date | account_code | debit_amt | credit_amt
        391      | 2023-11-01   | 1003         | 10.00     | 0.00
        391      | 2023-11-01   | 3001         | 0.00      | 10.00
        """
    )
    assert rows(run(spec), "SELECT DISTINCT ledger_id FROM jrn_line") == [("610100-390",)]


def test_a_correction_remembers_the_month_it_corrects() -> None:
    """``orig_period_ym``, or the posting month where it is empty."""
    spec = world(
        vouchers="""
        voucher_no | event_id | posting_date | account_code | debit_amt | credit_amt | orig_period_ym
        V1         | 更正     | 2023-11-20   | 1003         | 5.00      | 0.00       | 202309
        V1         | 更正     | 2023-11-20   | 4101         | 0.00      | 5.00       |
        """
    )
    assert rows(run(spec), "SELECT period_ym, orig_period_ym FROM jrn_line ORDER BY ALL") == [
        ("202311", "202309"),
        ("202311", "202311"),
    ]


def test_a_voucher_after_the_last_month_waits() -> None:
    """``through_ym`` ends the books for manual vouchers too."""
    assert lines(world(202310, vouchers=OPENING)) == []
