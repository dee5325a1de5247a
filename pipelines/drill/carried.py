"""What a book computes row by row: accruals, the month-end carry and what comes back of it.

Each of these amounts is a plain sum over source rows, so each source row has its part of it. What
is split by a ratio (E84–E87) or computed on a balance (E107) has none: see ``computed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.drill.books import Books

_ACCRUED = """
insert into drill_part
with due as (
    select ledger_id, scheme, due_ym, source_sha, src_row, premium_amt, pool_amt, pa_amt,
        case accrual_class when 'ARREAR' then 'E101' else 'E103' end as event
    from stg_accrual_class
    where ledger_id = $1 and accrual_class in ('ARREAR', 'ADVANCE')
)
select ledger_id, event || '|' || due_ym::varchar, event || '.ALL', 'contributions', source_sha,
    src_row, premium_amt
from due
where scheme = '390' and premium_amt <> 0
union all
select ledger_id, event || '|' || due_ym::varchar, event || '.POOL', 'contributions', source_sha,
    src_row, pool_amt
from due
where scheme <> '390' and pool_amt <> 0
union all
select ledger_id, event || '|' || due_ym::varchar, event || '.PA', 'contributions', source_sha,
    src_row, pa_amt
from due
where scheme <> '390' and pa_amt <> 0
union all
select ledger_id,
    case traf_item when 'INTE_IN' then 'E104|' else 'E106|' end || accrual_date::varchar,
    case traf_item when 'INTE_IN' then 'E104.' || fund else 'E106.ALL' end,
    'fund_transfers', source_sha, src_row, accrued_amt
from stg_interest_share
where ledger_id = $1 and accrued_amt <> 0
"""

_PENDING_TABLE = """
create table if not exists drill_pending (
    ledger_id varchar, kind varchar, received_ym integer, day date, way varchar,
    table_name varchar, source_sha varchar, src_row bigint, amt decimal(18, 2)
)
"""

# what came in pending, and what left: attributed, given back, decided by an accountant
_PENDING = """
insert into drill_pending
select ledger_id, 'PREM', (year(cash_date) * 100 + month(cash_date))::integer, cash_date, 'IN',
    'contributions', source_sha, src_row, premium_amt
from stg_contribution
where ledger_id = $1 and event_code = 'E81'
union all
select p.ledger_id, 'INTE', (year(t.acen_date) * 100 + month(t.acen_date))::integer, t.acen_date,
    'IN', p.table_name, p.source_sha, p.src_row, p.amt
from drill_part as p
inner join stg_transfer as t using (source_sha, src_row)
where p.ledger_id = $1
    and p.posting_key in ('INTE_IN.PEND', 'INTE_IN.PEND@ACCRUED', 'BOND_INTE.PEND')
union all
select ledger_id, 'PREM', (year(received_date) * 100 + month(received_date))::integer,
    attributed_date, 'ATTRIBUTE', 'contributions', source_sha, src_row, -premium_amt
from stg_contribution
where ledger_id = $1 and event_code in ('E81', 'E16P') and attributed_date is not null
union all
select ledger_id, 'PREM', (year(received_date) * 100 + month(received_date))::integer, cash_date,
    'REFUND', 'contributions', source_sha, src_row, premium_amt
from stg_contribution
where ledger_id = $1 and event_code = 'E16P'
union all
select ledger_id,
    case
        when bool_or(account_code = '4602' or starts_with(account_code, '4201'))
            over (partition by voucher_no) then 'INTE'
        else 'PREM'
    end,
    orig_period_ym::integer, posting_date, 'ATTRIBUTE', 'vouchers', source_sha, src_row,
    case when fund in ('POOL', 'PA') then debit_amt - credit_amt else 0 end
from stg_voucher
where ledger_id = $1 and is_decision
"""

_CARRIED = """
insert into drill_part
with pending as (
    select *, (year(day) * 100 + month(day))::integer as ym
    from drill_pending
    where ledger_id = $1 and amt <> 0
        and exists (select 1 from jrn_book where book = $2 and policy = 'B')
),
accrued as (
    select period_ym, (year(acen_date) * 100 + month(acen_date))::integer as received_ym,
        source_sha, src_row, accrued_amt
    from stg_interest_share
    where ledger_id = $1 and traf_item = 'INTE_IN' and fund = 'PEND'
        and exists (select 1 from jrn_book where book = $2 and policy = 'B' and is_accrual)
),
month_end as (
    select kind, received_ym as carried_ym, received_ym, table_name, source_sha, src_row, amt
    from pending
    where ym <= received_ym
    union all
    select 'INTE', period_ym, received_ym, 'fund_transfers', source_sha, src_row, accrued_amt
    from accrued
    union all
    select 'INTE', received_ym, received_ym, 'fund_transfers', source_sha, src_row, -accrued_amt
    from accrued
),
carried as (
    select *, sum(amt) over (partition by kind, carried_ym, received_ym) as carried_amt
    from month_end
)
select $1, case when carried_amt > 0 then 'E88|' else 'E89|' end || carried_ym::varchar,
    case when carried_amt > 0 then 'E88.' else 'E89.' end || kind, table_name, source_sha,
    src_row, case when carried_amt > 0 then amt else -amt end
from carried
where carried_amt <> 0
union all
select $1, 'E89|' || day::varchar || '|' || received_ym::varchar, 'E89.' || kind, table_name,
    source_sha, src_row, -amt
from pending
where ym > received_ym
"""

# benefits booked when settled: the settlements of the month, and payments of what was owed
_SETTLED = """
insert into drill_part
with part as (
    select s.ledger_id, s.event_ym, s.pool_part as part, s.source_sha, s.src_row, s.hifp_pay as amt
    from stg_settlement as s
    union all
    select s.ledger_id, s.event_ym, s.pa_part, s.source_sha, s.src_row, s.acct_pay
    from stg_settlement as s
    where s.pa_part is not null
)
select p.ledger_id, 'SETL|' || p.event_ym::varchar, 'SETL.' || p.part, 'settlements', p.source_sha,
    p.src_row, p.amt
from part as p
semi join fct_journal as j
    on j.book = $2 and p.ledger_id = j.ledger_id and j.event_id = 'SETL|' || p.event_ym::varchar
where p.ledger_id = $1 and p.amt <> 0
union all
select ledger_id, 'PAY|' || traf_sn,
    case pay_prefix when 'RETURN' then 'SETTLED.RETURN' else 'SETTLED.PAY' end, 'fund_transfers',
    source_sha, src_row, case pay_prefix when 'RETURN' then -amt else amt end
from jrn_payment
where ledger_id = $1
"""

# given back in a later year than received, by a rule that still has it pending
_GIVEN_BACK = """
insert into drill_part
select ledger_id, 'E16P|' || cash_date::varchar || '|' || bank_account, 'E17.PEND',
    'contributions', source_sha, src_row, -premium_amt
from stg_contribution
where ledger_id = $1 and event_code = 'E16P' and year(received_date) < year(cash_date)
"""


def prepare_carried(books: Books, ledger_id: str) -> None:
    """Add the parts of computed sums to ``drill_part``, and what is pending to ``drill_pending``.

    ``drill_pending``: one row a source row and movement of a lot (month of receipt), what left
    negative, yuan. Needs the ledger's other parts in ``drill_part``.
    """
    con = books.con
    con.execute(_PENDING_TABLE)
    con.execute("delete from drill_pending where ledger_id = ?", [ledger_id])
    con.execute(_ACCRUED, [ledger_id])
    con.execute(_PENDING, [ledger_id])
    con.execute(_CARRIED, [ledger_id, books.book])
    con.execute(_GIVEN_BACK, [ledger_id])
    con.execute(_SETTLED, [ledger_id, books.book])
