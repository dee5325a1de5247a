"""Events that two persons write as vouchers: they stand as written, under their own event."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import check, lines, rows, run, table, world

#: event, ledger, debit, credit
WRITTEN = """
    event | insutype | debit    | credit
    E18   | 310      | 2101     | 4101
    E55   | 310      | 50010101 | 110104
    E56   | 310      | 540101   | 110102
    E56   | 390      | 5401     | 110109
    E58   | 310      | 200109   | 450101
    E58b  | 310      | 2101     | 450101
    E58b  | 390      | 200109   | 4501
    E77   | 390      | 3001     | 3101
    E78   | 390      | 3101     | 3001
    E91   | 310      | 30010303 | 300102
    E92   | 310      | 300102   | 30010303
    E93   | 310      | 30010303 | 300101
    E108  | 310      | 540101   | 110201
"""
#: events that only some books know
BOOKS_OF = {
    "E91": ("k17", "proposed"),
    "E92": ("k17", "proposed"),
    "E93": ("k17", "proposed"),
    "E108": ("k17", "proposed_accrual"),
}


@pytest.mark.mechanism("S15")
@pytest.mark.event("E18", "E55", "E56", "E58", "E58b", "E77", "E78", "E91", "E92", "E93", "E108")
@pytest.mark.parametrize("row", table(WRITTEN), ids=lambda row: " ".join(row[:2]))
def test_a_manual_voucher_keeps_its_event_and_its_accounts(row: tuple[str, ...]) -> None:
    """Balanced, numbered, on accounts of the chart; the event is the voucher's own."""
    event, insutype, debit, credit = row
    spec = world(
        books=BOOKS_OF.get(event, ("k17",)),
        vouchers=f"""
        voucher_no | line_no | insutype   | event_id | posting_date | account_code | debit_amt | credit_amt | approval_id
        V7         | 1       | {insutype} | {event}  | 2023-12-20   | {debit}      | 500.00    | 0.00       | A7
        V7         | 2       | {insutype} | {event}  | 2023-12-20   | {credit}     | 0.00      | 500.00     | A7
        """,
    )
    told = [(row[0], row[1], row[3], row[4]) for row in lines(spec)]
    assert told == [(event, debit, "500.00", ""), (event, credit, "", "500.00")]
    assert rows(spec, "SELECT DISTINCT event_code, approval_id FROM stg_voucher") == [(event, "A7")]
    assert check(spec, "J-04").items == []
    assert [item for item in check(spec, "T-30").items if not item.startswith("科目 ")] == []


@pytest.mark.parametrize(
    ("event_id", "is_decision"),
    [("E83-7", "True"), ("E87", "True"), ("E78", "False"), ("更正", "False")],
)
def test_a_decision_on_pending_money_is_told_apart(event_id: str, is_decision: str) -> None:
    """E83 and E87 are turned into entries book by book, not posted as typed."""
    spec = world(
        vouchers=f"""
        event_id   | posting_date | account_code | debit_amt | credit_amt
        {event_id} | 2023-12-20   | 4602         | 5.00      | 0.00
        {event_id} | 2023-12-20   | 42010101     | 0.00      | 5.00
        """
    )
    assert rows(run(spec, "stg_voucher"), "SELECT DISTINCT is_decision FROM stg_voucher") == [
        (is_decision,)
    ]
