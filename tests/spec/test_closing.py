"""E110: every month, income and expense go into the net assets of their fund."""

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, rows, run, table, world


def manual(*drawn: str, insutype: str = "310") -> Spec:
    """One voucher a line: day, debit account, credit account, amount."""
    out = [
        "voucher_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt"
    ]
    for number, line in enumerate(drawn, start=1):
        day, debit, credit, amount = (cell.strip() for cell in line.split("|"))
        out += [
            f"V{number} | {insutype} | 手工 | {day} | {debit} | {amount} | 0",
            f"V{number} | {insutype} | 手工 | {day} | {credit} | 0 | {amount}",
        ]
    return world(vouchers="\n".join(out))


def closing(spec: Spec) -> list[tuple[str, ...]]:
    """Closing lines: month, account, fund, debit, credit."""
    run(spec, "jrn_closing")
    return rows(
        spec,
        """SELECT period_ym, account_code, fund, nullif(debit_amt, 0), nullif(credit_amt, 0)
        FROM jrn_closing ORDER BY period_ym, debit_amt = 0, account_code""",
    )


@pytest.mark.mechanism("S01")
@pytest.mark.event("E110")
def test_income_and_expense_of_each_fund_close_to_its_net_assets() -> None:
    """4xxx01, 4101, 5xxx01 → 300101; 4xxx02, 4301, 5201, 5xxx02 → 300102."""
    spec = manual(
        "2023-11-10 | 1003     | 400101   | 600.00",
        "2023-11-10 | 1003     | 4101     | 50.00",
        "2023-11-10 | 1003     | 400102   | 200.00",
        "2023-11-10 | 1003     | 4301     | 30.00",
        "2023-11-20 | 50010101 | 1004     | 450.00",
        "2023-11-20 | 50010203 | 1004     | 120.00",
        "2023-11-20 | 5201     | 1004     | 10.00",
    )
    assert closing(spec) == table("""
        month  | account  | fund | debit  | credit
        202311 | 400101   | POOL | 600.00 |
        202311 | 400102   | PA   | 200.00 |
        202311 | 4101     | POOL | 50.00  |
        202311 | 4301     | PA   | 30.00  |
        202311 | 300101   | POOL |        | 200.00
        202311 | 300102   | PA   |        | 100.00
        202311 | 50010101 | POOL |        | 450.00
        202311 | 50010203 | PA   |        | 120.00
        202311 | 5201     | PA   |        | 10.00
    """)


def test_a_deficit_debits_net_assets() -> None:
    """Expense above income."""
    assert closing(manual("2023-11-20 | 500101 | 1004 | 450.00", insutype="390")) == table("""
        month  | account | fund | debit  | credit
        202311 | 3001    | NA   | 450.00 |
        202311 | 500101  | NA   |        | 450.00
    """)


def test_every_month_closes_by_itself() -> None:
    """账结法: November does not wait for December."""
    spec = manual(
        "2023-11-10 | 1003 | 4101 | 50.00",
        "2023-12-10 | 1003 | 4101 | 70.00",
        insutype="390",
    )
    assert closing(spec) == table("""
        month  | account | fund | debit | credit
        202311 | 4101    | NA   | 50.00 |
        202311 | 3001    | NA   |       | 50.00
        202312 | 4101    | NA   | 70.00 |
        202312 | 3001    | NA   |       | 70.00
    """)


def test_pending_income_is_not_closed() -> None:
    """4601 and 4602 wait for their attribution, over the year end too."""
    spec = manual(
        "2023-11-10 | 1003 | 4601   | 800.00",
        "2023-12-20 | 1003 | 4602   | 5.00",
    )
    assert closing(spec) == []


def test_catastrophic_illness_closes_to_the_pool() -> None:
    """5101 → 300101: K17's closing paragraph forgets it, its 收支表 does not."""
    assert closing(manual("2023-11-20 | 5101 | 1003 | 90.00")) == table("""
        month  | account | fund | debit | credit
        202311 | 300101  | POOL | 90.00 |
        202311 | 5101    | POOL |       | 90.00
    """)


def test_an_account_that_nets_to_nothing_has_no_closing_line() -> None:
    """Received and returned within the month."""
    spec = manual(
        "2023-11-10 | 1003 | 4101 | 50.00",
        "2023-11-20 | 4101 | 1003 | 50.00",
    )
    assert closing(spec) == []


def test_an_account_on_its_wrong_side_closes_the_other_way() -> None:
    """More recovered than spent on a detail."""
    assert closing(manual("2023-11-20 | 1004 | 50010102 | 90.00")) == table("""
        month  | account  | fund | debit | credit
        202311 | 50010102 | POOL | 90.00 |
        202311 | 300101   | POOL |       | 90.00
    """)


def test_the_closing_voucher_stands_on_the_last_day_and_balances() -> None:
    """One voucher a month; February has 29 days in 2024."""
    spec = manual("2024-02-10 | 1003 | 400101 | 600.00", "2024-02-10 | 1003 | 400102 | 200.00")
    run(spec, "jrn_closing")
    assert rows(
        spec,
        """SELECT DISTINCT voucher_key, posting_date, event_code, rule_id,
            sum(debit_amt - credit_amt) OVER () FROM jrn_closing""",
    ) == [("E110|202402", "2024-02-29", "E110", "E110/310", "0.00")]


def test_income_accounts_are_empty_after_closing() -> None:
    """期末 post: only assets, liabilities, net assets and pending money keep a balance."""
    spec = run(
        manual(
            "2023-11-10 | 1003     | 400101 | 600.00",
            "2023-11-11 | 1003     | 4601   | 80.00",
            "2023-11-20 | 50010101 | 1003   | 450.00",
        ),
        "fct_ledger_month",
    )
    assert rows(
        spec,
        """SELECT account_code, closing_amt FROM fct_ledger_month
        WHERE closing_stage = 'post' ORDER BY ALL""",
    ) == table("""
        account  | closing
        1003     | 230.00
        300101   | 150.00
        400101   | 0.00
        4601     | 80.00
        50010101 | 0.00
    """)
