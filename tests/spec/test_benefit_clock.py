"""``benefit_clock = settlement``: pools without payment data book benefits when they are settled."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from pipelines.reports.layout import notes
from pipelines.reports.statements import load_sheets
from tests.spec.harness import Spec, check, rows, run, table, world

#: October's settlements are paid in part in November, without any clearing row
EVENTS = {
    "pooling_area": "poolarea_no\n610100",
    "vouchers": """
        voucher_no | line_no | insutype | posting_date | account_code | debit_amt | credit_amt | fund
        V1         | 1       | 310      | 2023-10-01   | 1004         | 9000.00   | 0.00       | NA
        V1         | 2       | 310      | 2023-10-01   | 300101       | 0.00      | 9000.00    | POOL
    """,
    "settlements": """
        setl_id | med_type | hifp_pay | acct_pay | setl_time           | event_ym | clr_ym
        S1      | 21       | 400.00   | 50.00    | 2023-10-20 09:00:00 | 202310   |
        S2      | 11       | 100.00   | 20.00    | 2023-10-25 09:00:00 | 202310   |
        S3      | 21       | 60.00    | 0.00     | 2023-11-03 09:00:00 | 202311   |
    """,
    "fund_transfers": """
        traf_sn | traf_item  | hif_acct_type | incexpd_dirc | amt    | balc    | acen_date
        T1      | DFR_OUT    | 2             | 2            | 500.00 | 8500.00 | 2023-11-12
        T2      | BANKRET_IN | 2             | 1            | 30.00  | 8530.00 | 2023-11-20
    """,
}
SWITCH = (
    "INSERT INTO rule_parameter SELECT name, '610100', 'settlement', zh, DATE '{}', NULL, source "
    "FROM rule_parameter WHERE name = 'benefit_clock'"
)


@cache
def books() -> Spec:
    return run(world(202311, **EVENTS).sql(RETURNED, SWITCH.format("2023-01-01")), "fct_journal")


RETURNED = "UPDATE fund_transfers SET init_traf_sn = 'T1' WHERE traf_sn = 'T2'"


def lines(spec: Spec) -> list[tuple[str, ...]]:
    return rows(
        spec,
        """SELECT period_ym, event_code, account_code, fund, nullif(debit_amt, 0),
            nullif(credit_amt, 0)
        FROM fct_journal WHERE NOT is_closing AND NOT is_opening
        ORDER BY period_ym, posting_date, event_id, rule_id, debit_amt = 0""",
    )


@pytest.mark.event("E31", "E33", "E34", "E36")
def test_benefits_are_booked_in_the_month_of_settlement_against_what_is_owed() -> None:
    assert lines(books()) == table("""
        month  | event | account  | fund | debit  | credit
        202310 | E36   | 50010201 | PA   | 50.00  |
        202310 | E36   | 200105   | NA   |        | 50.00
        202310 | E34   | 50010202 | PA   | 20.00  |
        202310 | E34   | 200105   | NA   |        | 20.00
        202310 | E31   | 50010101 | POOL | 400.00 |
        202310 | E31   | 200105   | NA   |        | 400.00
        202310 | E33   | 50010103 | POOL | 100.00 |
        202310 | E33   | 200105   | NA   |        | 100.00
        202311 | E58   | 200105   | NA   | 500.00 |
        202311 | E58   | 1004     | NA   |        | 500.00
        202311 | E25   | 1004     | NA   | 30.00  |
        202311 | E25   | 200105   | NA   |        | 30.00
        202311 | E31   | 50010101 | POOL | 60.00  |
        202311 | E31   | 200105   | NA   |        | 60.00
    """)


def test_settled_not_yet_paid_is_shown_at_each_month_end() -> None:
    """570 in October; 500 paid, 30 of it came back, 60 new: 160."""
    run(books(), "fct_ledger_month")
    assert rows(
        books(),
        """SELECT period_ym, closing_amt FROM fct_ledger_month
        WHERE account_code = '200105' AND closing_stage = 'post' ORDER BY 1""",
    ) == [("202310", "570.00"), ("202311", "160.00")]


@pytest.mark.parametrize(
    "check_id", ["J-01", "J-02", "J-04", "T-01", "T-11", "T-12", "T-14", "T-30"]
)
def test_the_identities_hold_without_payment_data(check_id: str) -> None:
    assert check(books(), check_id).status == "passed"


def test_a_settlement_that_is_not_booked_is_seen() -> None:
    spec = world(202311, **EVENTS).sql(RETURNED, SWITCH.format("2023-01-01"))
    run(spec, "jrn_journal").sql("DELETE FROM jrn_journal WHERE event_id = 'SETL|202311'")
    assert ("610100-310", "202311", "结算合计", "60.00", "0.00") in check(spec, "T-14").failed


def test_every_sheet_says_that_it_is_not_the_statutory_basis() -> None:
    run(run(books(), "fct_balance_sheet"), "fct_income_statement")
    run(books(), "dim_pooling_area")
    sheets = load_sheets(books().con)
    assert len(sheets) == 2
    for sheet in sheets:
        assert any("不是法定账簿口径" in note for note in notes(sheet))


def test_the_clock_is_dated_and_payment_unless_a_pool_has_chosen() -> None:
    """From November on: October is not booked, nor is anything of another pool."""
    told = lines(
        run(world(202311, **EVENTS).sql(RETURNED, SWITCH.format("2023-11-01")), "fct_journal")
    )
    assert {row[0] for row in told} == {"202311"}
    other = SWITCH.format("2023-01-01").replace("610100", "610200")
    spec = world(202311, **EVENTS).sql(other, "DELETE FROM fund_transfers")
    assert rows(run(spec, "jrn_event"), "SELECT * FROM jrn_event") == []
