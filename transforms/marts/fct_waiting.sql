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

side as (
    select ledger_id, poolarea_no, event_key, event_date, event_code, account_code, is_debit,
        sum(debit_amt) as debit_amt, sum(credit_amt) as credit_amt,
        sum(source_row_cnt) as source_row_cnt
    from jrn_late_line
    where book in (select book from statutory)
        and poolarea_no in (select poolarea_no from waiting_pool)
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
