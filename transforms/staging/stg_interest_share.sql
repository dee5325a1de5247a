-- grain: one month's share, by day, of one interest row that was received or paid later
-- Interest runs from its begin date (counted) to its end date (not counted); the months before the
-- bank row accrue, what is left belongs to the bank row's own month. Interest earned before the
-- books begin has no receivable to come from: it stays on cash basis.
with first_month as (
    select ledger_id, min(date_trunc('month', acen_date))::date as first_date
    from stg_transfer
    group by ledger_id
),

interest as (
    select t.source_sha, t.src_row, t.ledger_id, t.poolarea_no, t.scheme, t.traf_sn, t.traf_item,
        t.fund, t.bank_account, t.acen_date, t.amt, x.int_begndate, x.int_enddate,
        (x.int_enddate - x.int_begndate)::hugeint as day_cnt
    from stg_transfer as t
    inner join fund_transfers as x
        on t.source_sha = x.source_sha
        and t.src_row = x.src_row
    cross join param_run as r
    where t.traf_item in ('INTE_IN', 'LOAN_INTE')
        and t.posting_leg in ('ANY', t.leg)
        and x.int_enddate > x.int_begndate
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

month_end as (
    select *,
        unnest(generate_series(
            date_trunc('month', int_begndate)::timestamp,
            (date_trunc('month', acen_date) - interval 1 month)::timestamp,
            interval 1 month
        ))::date as month_start
    from interest
),

cumulated as (
    select *,
        (2 * (amt * 100)::hugeint
            * (least(last_day(month_start) + 1, int_enddate) - int_begndate)::hugeint + day_cnt)
            // (2 * day_cnt) as cumulated_fen
    from month_end
),

shared as (
    select
        source_sha, src_row, ledger_id, poolarea_no, scheme, traf_sn, traf_item, fund, acen_date,
        month_start,
        ((cumulated_fen - coalesce(lag(cumulated_fen) over (
            partition by ledger_id, traf_sn order by month_start
        ), 0))::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as accrued_amt
    from cumulated
)

select
    s.source_sha, s.src_row, s.ledger_id, s.poolarea_no, s.scheme, s.traf_sn, s.traf_item, s.fund,
    s.acen_date,
    last_day(s.month_start) as accrual_date,
    (year(s.month_start) * 100 + month(s.month_start))::integer as period_ym,
    s.accrued_amt
from shared as s
inner join first_month as f
    on s.ledger_id = f.ledger_id
    and s.month_start >= f.first_date
