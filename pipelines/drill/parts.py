"""What each source row of a ledger posts: the journal's own SQL, run once more row by row.

The models that add source rows up group by ``poolarea_no``. Read from a copy of their input whose
``poolarea_no`` names the row, the same SQL gives one posting a row, so that no split of an amount
is written down twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.drill.carried import prepare_carried

if TYPE_CHECKING:
    from pipelines.drill.books import Books

#: model → (its input, the extract behind that)
_ROW_INPUTS = {
    "jrn_premium": ("stg_contribution", "contributions"),
    "jrn_transfer": ("stg_transfer", "fund_transfers"),
    "jrn_recovery": ("stg_recovery", "recoveries"),
}

_PART_TABLE = """
create table if not exists drill_part (
    ledger_id varchar, voucher_key varchar, posting_key varchar, table_name varchar,
    source_sha varchar, src_row bigint, amt decimal(18, 2)
)
"""

_MANUAL = """
insert into drill_part
select ledger_id, 'MAN|' || voucher_no,
    'MANUAL|' || account_code || '|' || (year(posting_date) * 100 + month(posting_date))::varchar,
    'vouchers', source_sha, src_row, debit_amt - credit_amt
from stg_voucher
where ledger_id = ?
"""

# attribution of pending money: the premium rows, and an accountant's decision on interest
_ATTRIBUTION = """
insert into drill_part
with premium as (
    select ledger_id,
        'E83|' || attributed_date::varchar || '|'
            || (year(received_date) * 100 + month(received_date))::varchar as voucher_key,
        source_sha, src_row, pool_amt, pa_amt
    from stg_contribution
    where event_code in ('E81', 'E16P') and attributed_date is not null and ledger_id = $1
)
select ledger_id, voucher_key, 'E83.PREM.POOL', 'contributions', source_sha, src_row, pool_amt
from premium
where pool_amt <> 0
union all
select ledger_id, voucher_key, 'E83.PREM.PA', 'contributions', source_sha, src_row, pa_amt
from premium
where pa_amt <> 0
union all
select ledger_id, 'MAN|' || voucher_no,
    case when starts_with(account_code, '4201') then 'E83.INTE.' else 'E83.PREM.' end || fund,
    'vouchers', source_sha, src_row, credit_amt - debit_amt
from stg_voucher
where is_decision and fund in ('POOL', 'PA') and ledger_id = $1
"""

# a book on cash basis books what is in arrears, ahead or accrued like all else
_CASH_KEYS = """
update drill_part
set posting_key = split_part(posting_key, '@', 1)
where contains(posting_key, '@')
    and ledger_id = ?
    and not exists (select 1 from jrn_book where book = ? and is_accrual)
"""

_SETTLEMENTS = """
insert into drill_part
with payment as (
    select distinct ledger_id, traf_sn, pay_prefix, insutype, fixmedins_code, clr_type, clr_ym
    from jrn_payment
    where ledger_id = ?
),
settlement as (
    select ledger_id, insutype, fixmedins_code as payee, clr_type, clr_ym, pool_part, pa_part,
        hifp_pay, acct_pay, source_sha, src_row
    from stg_settlement
    union all
    select ledger_id, insutype, out_admdvs, clr_type, clr_ym, pool_part, pa_part,
        hifp_pay, acct_pay, source_sha, src_row
    from stg_settlement
    where out_admdvs is not null
    union all
    select ledger_id, insutype, 'SETL|' || setl_id, '', 0, pool_part, pa_part,
        hifp_pay, acct_pay, source_sha, src_row
    from stg_settlement
),
paid as (
    select p.traf_sn, p.pay_prefix, s.ledger_id, s.pool_part, s.pa_part, s.hifp_pay, s.acct_pay,
        s.source_sha, s.src_row
    from payment as p
    inner join settlement as s
        on p.ledger_id = s.ledger_id
        and p.insutype = s.insutype
        and p.fixmedins_code = s.payee
        and p.clr_type = s.clr_type
        and p.clr_ym = s.clr_ym
)
select ledger_id, 'PAY|' || traf_sn, pay_prefix || '.' || pool_part, 'settlements', source_sha,
    src_row,
    hifp_pay
from paid
where hifp_pay <> 0
union all
select ledger_id, 'PAY|' || traf_sn, pay_prefix || '.' || pa_part, 'settlements', source_sha,
    src_row,
    acct_pay
from paid
where acct_pay <> 0 and pa_part is not null
"""

# what was paid less what the settlements say: one row a part, so that the rows re-add to the share
_DIFFERENCE = """
insert into drill_part
with listed as (
    select voucher_key, posting_key, sum(amt) as amt
    from drill_part
    where ledger_id = $1 and table_name = 'settlements'
    group by voucher_key, posting_key
)
select b.ledger_id, b.voucher_key, b.posting_key, 'difference', '', 0,
    (b.amount - coalesce(l.amt, 0))::decimal(18, 2)
from jrn_benefit as b
left join listed as l
    on b.voucher_key = l.voucher_key
    and b.posting_key = l.posting_key
where b.ledger_id = $1 and b.amount <> coalesce(l.amt, 0)
    -- booked when settled: see carried
    and not starts_with(b.posting_key, 'SETL')
"""


def prepare(books: Books, ledger_id: str) -> None:
    """Fill ``drill_part`` for a ledger, once: one row a source row and posting, yuan.

    ``amt`` is the amount of the event; for manual vouchers debit less credit. ``posting_key`` is
    that of ``rule_posting``; ``MANUAL|account|yyyymm`` for manual vouchers. Rows of the table
    ``difference`` tell what a payment order was above (below) the settlements behind it.
    """
    if ledger_id in books.ready:
        return
    con = books.con
    con.execute(_PART_TABLE)
    con.execute("delete from drill_part where ledger_id = ?", [ledger_id])
    con.execute("create schema if not exists per_row")
    here = books.texts("select current_database()")[0]
    for model, (source, table) in _ROW_INPUTS.items():
        con.execute(
            f"create or replace table per_row.{source} as select * replace "
            f"(source_sha || '|' || src_row::varchar as poolarea_no) from main.{source} "
            "where ledger_id = ?",
            [ledger_id],
        )
        con.execute(f"set search_path = '{here}.per_row,{here}.main'")
        try:
            con.execute(f"create or replace temp table row_posting as {books.per_row[model].sql}")
        finally:
            con.execute(f"set search_path = '{here}.main'")
        con.execute(
            "insert into drill_part select ledger_id, voucher_key, posting_key, ?, "
            "split_part(poolarea_no, '|', 1), split_part(poolarea_no, '|', 2)::bigint, amount "
            "from row_posting",
            [table],
        )
        con.execute(f"drop table per_row.{source}")
    con.execute(_MANUAL, [ledger_id])
    con.execute(_ATTRIBUTION, [ledger_id])
    con.execute(_CASH_KEYS, [ledger_id, books.book])
    con.execute(_SETTLEMENTS, [ledger_id])
    con.execute(_DIFFERENCE, [ledger_id])
    prepare_carried(books, ledger_id)
    books.ready.add(ledger_id)
