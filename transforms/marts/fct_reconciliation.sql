-- grain: one link between tax, treasury, fiscal account and books of one ledger in one month
with month as (
    select ledger_id, poolarea_no, insutype, link, period_ym,
        sum(left_amt)::decimal(18, 2) as left_amt,
        sum(right_amt)::decimal(18, 2) as right_amt,
        sum(diff_amt)::decimal(18, 2) as diff_amt,
        count(*)::bigint as day_cnt,
        count(*) filter (diff_amt <> 0)::bigint as open_day_cnt
    from met_reconcile_day
    group by ledger_id, poolarea_no, insutype, link, period_ym
),

running as (
    select ledger_id, poolarea_no, insutype, link, period_ym, left_amt, right_amt, diff_amt,
        sum(diff_amt) over (
            partition by ledger_id, link order by period_ym
        )::decimal(18, 2) as cumulated_diff_amt,
        -- premium rows that never tell when they were sent on
        link = 'ROWS_REMITTED' and max(abs(left_amt)) over (partition by ledger_id, link) = 0
            as is_untold,
        day_cnt, open_day_cnt
    from month
)

select
    ledger_id, poolarea_no, insutype, period_ym,
    make_date(period_ym // 100, period_ym % 100, 1) as period_start_date,
    link,
    case link
        when 'TAX_TREASURY' then '税务征缴明细'
        when 'COLLECT_REVENUE' then '非税务征缴明细'
        when 'ROWS_REMITTED' then '缴费明细上解'
        when 'REMITTED_SPECIAL' then '国库、收入户上解'
        when 'TREASURY_BOOK' then '国库对账单'
        else '财政专户对账单'
    end as left_name,
    case link
        when 'TAX_TREASURY' then '国库收款'
        when 'COLLECT_REVENUE' then '收入户收款'
        when 'ROWS_REMITTED' then '国库上解'
        when 'REMITTED_SPECIAL' then '财政专户收款'
        when 'TREASURY_BOOK' then '1005国库存款账'
        else '1003财政专户存款账'
    end as right_name,
    left_amt, right_amt, diff_amt, cumulated_diff_amt, day_cnt, open_day_cnt,
    case
        when is_untold then 'not_told'
        when diff_amt = 0 and open_day_cnt = 0 then 'matched'
        -- both sides told the same money, on other days or in an earlier month
        when diff_amt = 0 or cumulated_diff_amt = 0 then 'timing'
        else 'differs'
    end as status
from running
