-- grain: one premium event of one ledger and cash month
select
    ledger_id, poolarea_no,
    scheme as insutype,
    (year(cash_date) * 100 + month(cash_date))::integer as period_ym,
    date_trunc('month', cash_date)::date as period_start_date,
    event_code,
    count(*) as row_cnt,
    sum(premium_amt) as premium_amt,
    sum(case when event_code = 'E81' then 0 else pool_amt end) as pool_amt,
    sum(case when event_code = 'E81' then 0 else pa_amt end) as pa_amt,
    sum(case when event_code = 'E81' then premium_amt else 0 end) as pending_amt,
    sum(latefee_amt) as latefee_amt
from stg_contribution
group by ledger_id, poolarea_no, scheme, year(cash_date) * 100 + month(cash_date),
    date_trunc('month', cash_date)::date, event_code
