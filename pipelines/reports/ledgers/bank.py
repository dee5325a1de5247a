"""银行存款余额调节表: book lines and bank lines of an account matched up to a month's end.

A bank line meets the voucher that names it; everything else meets by day, as in the daily
tie-out of the books. What meets with different amounts, or not at all, is a reconciling item.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from pipelines.reports.ledgers.model import ZERO, BankItem, Reconciliation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import duckdb

    from pipelines.reports.ledgers.model import Account

#: 收入户、支出户、财政专户, in the order they are filed
ACCOUNTS = ("1002", "1004", "1003")

_LISTS = ("bank_in", "bank_out", "book_in", "book_out")

_MATCH = """
with bank_line as (
    select acen_date as day, traf_sn, signed_amt as amt, balc
    from stg_transfer
    where ledger_id = $ledger and bank_account = $account and acen_date <= $last
),

book_line as (
    select posting_date as day,
        nullif(regexp_extract(event_id, '^(?:BANK|PAY)\\|(.+)$', 1), '') as traf_sn,
        debit_amt, credit_amt, summary, is_opening
    from fct_journal
    where book = $book and ledger_id = $ledger and account_code = $account
        and period_ym <= $period
),

-- a bank line and a voucher that name each other meet; all else meets by day
named as (
    select traf_sn from bank_line
    intersect
    select traf_sn from book_line
),

side as (
    select
        coalesce(n.traf_sn, b.day::varchar) as met_by, b.day,
        greatest(b.amt, 0) as bank_in, greatest(-b.amt, 0) as bank_out,
        0 as book_in, 0 as book_out, null as summary
    from bank_line as b
    left join named as n on b.traf_sn = n.traf_sn
    union all
    select
        coalesce(n.traf_sn, b.day::varchar), b.day, 0, 0, b.debit_amt, b.credit_amt, b.summary
    from book_line as b
    left join named as n on b.traf_sn = n.traf_sn
    where not b.is_opening
),

met as (
    select
        met_by, min(day) as day, min(summary) as summary,
        (sum(bank_in) - sum(book_in))::decimal(18, 2) as in_gap,
        (sum(bank_out) - sum(book_out))::decimal(18, 2) as out_gap
    from side
    group by met_by
)

select day, coalesce(summary, '对账单流水'), in_gap, out_gap
from met
where in_gap <> out_gap
order by day, met_by
"""
_BALANCES = """
select
    (
        select last(balc order by acen_date, traf_sn)
        from stg_transfer
        where ledger_id = $ledger and bank_account = $account and acen_date <= $last
    ) as bank_amt,
    (
        select first(balc - signed_amt order by acen_date, traf_sn)
        from stg_transfer
        where ledger_id = $ledger and bank_account = $account
    )::decimal(18, 2) as bank_start_amt,
    (
        select coalesce(sum(debit_amt - credit_amt), 0)
        from fct_journal
        where book = $book and ledger_id = $ledger and account_code = $account
            and period_ym <= $period
    )::decimal(18, 2) as book_amt,
    (
        select coalesce(sum(debit_amt - credit_amt), 0)
        from fct_journal
        where book = $book and ledger_id = $ledger and account_code = $account and is_opening
    )::decimal(18, 2) as book_start_amt
"""


def load_reconciliations(
    con: duckdb.DuckDBPyConnection,
    ledger_id: str,
    period_ym: int,
    chart: Mapping[str, Account],
    *,
    book: str,
) -> tuple[Reconciliation, ...]:
    """The three accounts of ``ACCOUNTS`` at the end of a month, with every item since the opening.

    ``con`` holds ``fct_journal`` and ``stg_transfer``. An account without any statement up to then
    has no bank balance and no items.
    """
    year, month = divmod(period_ym, 100)
    found = []
    for code in ACCOUNTS:
        if code not in chart:
            continue
        asked = {
            "ledger": ledger_id,
            "account": code,
            "book": book,
            "period": period_ym,
            "last": date(year, month, monthrange(year, month)[1]),
        }
        bank, bank_start, balance, book_start = con.execute(_BALANCES, asked).fetchall()[0]
        if bank is None and bank_start is not None:
            bank = bank_start
        lists: dict[str, list[BankItem]] = {name: [] for name in _LISTS}
        if bank is not None:
            _put(lists, None, "期初余额不同", bank_start - book_start, ZERO)
            for day, text, in_gap, out_gap in con.execute(_MATCH, asked).fetchall():
                _put(lists, day, text, in_gap, out_gap)
        found.append(
            Reconciliation(
                account=chart[code],
                book_balance=balance,
                bank_balance=bank,
                **{name: tuple(items) for name, items in lists.items()},
            )
        )
    return tuple(found)


def _put(
    lists: dict[str, list[BankItem]], day: date | None, text: str, in_gap: Decimal, out_gap: Decimal
) -> None:
    """Gaps are bank minus book of receipts and of payments; only their difference is an item."""
    net = in_gap - out_gap
    if net > 0:
        name = "bank_in" if in_gap >= -out_gap else "book_out"
        lists[name].append(BankItem(day, text, net))
    elif net < 0:
        name = "bank_out" if out_gap >= -in_gap else "book_in"
        lists[name].append(BankItem(day, text, -net))
