"""Monthly balances: every account of a ledger in every month, opening + movement = closing."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from tests.spec.harness import Spec, rows, run, table, world

BOOKS = """
    voucher_no | line_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt
    V1         | 1       | 310      | OPEN     | 2023-11-01   | 1003         | 1000.00   | 0.00
    V1         | 2       | 310      | OPEN     | 2023-11-01   | 300101       | 0.00      | 1000.00
    V2         | 1       | 310      | 手工     | 2023-11-10   | 1003         | 60.00     | 0.00
    V2         | 2       | 310      | 手工     | 2023-11-10   | 4101         | 0.00      | 60.00
    V3         | 1       | 310      | 手工     | 2024-01-10   | 50010101     | 25.00     | 0.00
    V3         | 2       | 310      | 手工     | 2024-01-10   | 1003         | 0.00      | 25.00
    V4         | 1       | 390      | 手工     | 2023-12-10   | 1003         | 7.00      | 0.00
    V4         | 2       | 390      | 手工     | 2023-12-10   | 4101         | 0.00      | 7.00
"""


def books() -> Spec:
    """Two ledgers, the first without a voucher in December."""
    return run(world(vouchers=BOOKS), "fct_ledger_month")


def balances(ledger_id: str, stage: str) -> list[tuple[str, ...]]:
    """Month, account, opening, debit, credit, closing."""
    return rows(
        books(),
        f"""SELECT period_ym, account_code, opening_amt, debit_amt, credit_amt, closing_amt
        FROM fct_ledger_month
        WHERE ledger_id = '{ledger_id}' AND closing_stage = '{stage}' ORDER BY ALL""",
    )


def test_before_closing_income_and_expense_stand_with_their_movements() -> None:
    """pre: a month without vouchers carries its balances on."""
    assert balances("610100-310", "pre") == table("""
        month  | account  | opening | debit | credit | closing
        202311 | 1003     | 1000.00 | 60.00 | 0.00   | 1060.00
        202311 | 300101   | 1000.00 | 0.00  | 0.00   | 1000.00
        202311 | 4101     | 0.00    | 0.00  | 60.00  | 60.00
        202311 | 50010101 | 0.00    | 0.00  | 0.00   | 0.00
        202312 | 1003     | 1060.00 | 0.00  | 0.00   | 1060.00
        202312 | 300101   | 1060.00 | 0.00  | 0.00   | 1060.00
        202312 | 4101     | 0.00    | 0.00  | 0.00   | 0.00
        202312 | 50010101 | 0.00    | 0.00  | 0.00   | 0.00
        202401 | 1003     | 1060.00 | 0.00  | 25.00  | 1035.00
        202401 | 300101   | 1060.00 | 0.00  | 0.00   | 1060.00
        202401 | 4101     | 0.00    | 0.00  | 0.00   | 0.00
        202401 | 50010101 | 0.00    | 25.00 | 0.00   | 25.00
    """)


def test_after_closing_only_net_assets_changed() -> None:
    """post: the closing lines are in the movements and in the balances."""
    assert [row for row in balances("610100-310", "post") if row[0] != "202312"] == table("""
        month  | account  | opening | debit | credit | closing
        202311 | 1003     | 1000.00 | 60.00 | 0.00   | 1060.00
        202311 | 300101   | 1000.00 | 0.00  | 60.00  | 1060.00
        202311 | 4101     | 0.00    | 60.00 | 60.00  | 0.00
        202311 | 50010101 | 0.00    | 0.00  | 0.00   | 0.00
        202401 | 1003     | 1060.00 | 0.00  | 25.00  | 1035.00
        202401 | 300101   | 1060.00 | 25.00 | 0.00   | 1035.00
        202401 | 4101     | 0.00    | 0.00  | 0.00   | 0.00
        202401 | 50010101 | 0.00    | 25.00 | 25.00  | 0.00
    """)


def test_a_ledger_begins_with_its_first_voucher_and_ends_with_the_last_of_all() -> None:
    """390 begins in December and runs to January, where only 310 has a voucher."""
    assert [row[:2] + row[5:] for row in balances("610100-390", "post")] == table("""
        month  | account | closing
        202312 | 1003    | 7.00
        202312 | 3001    | 7.00
        202312 | 4101    | 0.00
        202401 | 1003    | 7.00
        202401 | 3001    | 7.00
        202401 | 4101    | 0.00
    """)


def test_balances_are_signed_by_the_normal_side_of_the_account() -> None:
    """A liability overdrawn and an asset overdrawn are both negative."""
    spec = world(
        vouchers="""
        event_id | posting_date | account_code | debit_amt | credit_amt
        手工     | 2023-11-10   | 200109       | 5.00      | 0.00
        手工     | 2023-11-10   | 1004         | 0.00      | 5.00
        """
    )
    assert rows(
        run(spec, "fct_ledger_month"),
        """SELECT account_code, account_name, closing_amt FROM fct_ledger_month
        WHERE closing_stage = 'post' ORDER BY ALL""",
    ) == [("1004", "支出户存款", "-5.00"), ("200109", "暂收款—其他暂收款", "-5.00")]


def test_the_two_schemes_of_a_pool_are_two_ledgers() -> None:
    """One account code, two charts: nothing is added over ledgers."""
    assert rows(
        books(),
        """SELECT ledger_id, closing_amt FROM fct_ledger_month
        WHERE account_code = '1003' AND closing_stage = 'post' AND period_ym = 202401
        ORDER BY ALL""",
    ) == [("610100-310", "1035.00"), ("610100-390", "7.00")]


def test_opening_of_a_month_is_the_closing_of_the_month_before() -> None:
    """For every account and month."""
    spec = run(books(), "led_balance")
    assert rows(
        spec,
        """SELECT count(*), count(*) FILTER (now.open_net_amt = before.post_net_amt)
        FROM led_balance AS now INNER JOIN led_balance AS before
            ON now.ledger_id = before.ledger_id AND now.account_code = before.account_code
            AND now.period_start_date = before.period_start_date + INTERVAL 1 MONTH""",
    ) == [("11", "11")]
