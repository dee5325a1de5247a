-- grain: one pool, scheme and spending class in one month: what the score judges in production
select
    ledger_id || '-' || spending_class as series_id,
    poolarea_no as region,
    left(poolarea_no, 2) || '-' || scheme || '-' || spending_class as fund,
    make_date(event_ym // 100, event_ym % 100, 1) as month_start,
    sum(hifp_pay)::decimal(18, 2) as amount
from stg_settlement
cross join param_run
where event_ym <= through_ym
group by ledger_id, poolarea_no, scheme, spending_class, event_ym
