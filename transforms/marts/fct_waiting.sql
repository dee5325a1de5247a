-- grain: one ledger and month of vouchers that wait for an open month
-- Rows of closed months that came late, where the books end with the closed month: by how much what
-- they make of it differs from what was posted for it.
with waiting_pool as (
    select poolarea_no, closed_ym
    from jrn_closed_pool
    where is_waiting
),

statutory as (
    select book
    from jrn_book
    where is_statutory
),

claim as (
    select l.ledger_id, l.poolarea_no, l.voucher_key as event_key, l.posting_date as event_date,
        l.event_code, l.account_code, l.debit_amt <> 0 as is_debit, l.debit_amt, l.credit_amt,
        l.source_row_cnt
    from jrn_book_line as l
    inner join waiting_pool as w
        on l.poolarea_no = w.poolarea_no
        and l.period_ym <= w.closed_ym
    where l.book is null or l.book in (select book from statutory)
    union all
    select c.ledger_id, c.poolarea_no,
        case when starts_with(c.event_id, 'LATE|') then substr(c.event_id, 13) else c.event_id end,
        c.event_date, c.event_code, c.account_code, c.debit_amt <> 0, -c.debit_amt, -c.credit_amt,
        -c.source_row_cnt
    from closed_line as c
    inner join waiting_pool as w on c.poolarea_no = w.poolarea_no
    where not c.is_closing
        and c.book in (select book from statutory)
),

side as (
    select ledger_id, poolarea_no, event_key, event_date, event_code, account_code, is_debit,
        sum(debit_amt) as debit_amt, sum(credit_amt) as credit_amt,
        sum(source_row_cnt) as source_row_cnt
    from claim
    group by ledger_id, poolarea_no, event_key, event_date, event_code, account_code, is_debit
    having sum(debit_amt) <> 0 or sum(credit_amt) <> 0
),

-- a voucher that only changed its amount has no more rows than before: the one that changed it
voucher as (
    select ledger_id, poolarea_no, event_key, event_date,
        greatest(max(abs(source_row_cnt)), 1) as row_cnt,
        greatest(sum(abs(debit_amt)), sum(abs(credit_amt))) as amt
    from side
    group by ledger_id, poolarea_no, event_key, event_date
)

select
    v.ledger_id,
    v.poolarea_no,
    (year(v.event_date) * 100 + month(v.event_date))::integer as period_ym,
    min(w.closed_ym)::integer as closed_ym,
    count(*)::bigint as voucher_cnt,
    sum(v.row_cnt)::bigint as row_cnt,
    sum(v.amt)::decimal(18, 2) as amount
from voucher as v
inner join waiting_pool as w on v.poolarea_no = w.poolarea_no
group by v.ledger_id, v.poolarea_no, year(v.event_date), month(v.event_date)
