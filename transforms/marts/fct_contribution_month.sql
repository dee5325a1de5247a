-- grain: one premium event of one ledger and cash month
with premium as (
    select ledger_id, poolarea_no, scheme, cash_date,
        -- refunds of pending premiums, and of those received ahead, are refunds like the others
        case
            when event_code = 'E16P' and year(received_date) < year(cash_date) then 'E17'
            when event_code in ('E16P', 'E16A') then 'E16'
            else event_code
        end as event_code,
        event_code in ('E81', 'E16P') as is_pending,
        premium_amt, pool_amt, pa_amt, latefee_amt
    from stg_contribution
)

select
    ledger_id, poolarea_no,
    scheme as insutype,
    (year(cash_date) * 100 + month(cash_date))::integer as period_ym,
    date_trunc('month', cash_date)::date as period_start_date,
    event_code,
    count(*) as row_cnt,
    sum(premium_amt) as premium_amt,
    sum(case when is_pending then 0 else pool_amt end) as pool_amt,
    sum(case when is_pending then 0 else pa_amt end) as pa_amt,
    sum(case when is_pending then premium_amt else 0 end) as pending_amt,
    sum(latefee_amt) as latefee_amt
from premium
cross join param_run
where year(cash_date) * 100 + month(cash_date) <= through_ym
group by ledger_id, poolarea_no, scheme, year(cash_date) * 100 + month(cash_date),
    date_trunc('month', cash_date)::date, event_code
