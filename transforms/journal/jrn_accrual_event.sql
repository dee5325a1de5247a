-- grain: one amount computed at a month end or start for the books on accrual basis
with book as (
    select book from jrn_book where is_accrual
),

-- due and not received in its month
receivable as (
    select ledger_id, poolarea_no, scheme, due_ym,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        sum(premium_amt)::decimal(18, 2) as premium_amt,
        count(*)::bigint as row_cnt
    from stg_accrual_class
    where accrual_class = 'ARREAR'
    group by ledger_id, poolarea_no, scheme, due_ym
),

-- received ahead, due now
advance as (
    select ledger_id, poolarea_no, scheme, due_ym,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        sum(premium_amt)::decimal(18, 2) as premium_amt,
        count(*)::bigint as row_cnt
    from stg_accrual_class
    where accrual_class = 'ADVANCE'
        -- where prepaid premiums are a liability in every book, every book recognises them
        and event_code not in ('E05S')
    group by ledger_id, poolarea_no, scheme, due_ym
),

interest as (
    select ledger_id, poolarea_no, scheme, traf_item, fund, accrual_date,
        sum(accrued_amt)::decimal(18, 2) as accrued_amt,
        count(*)::bigint as row_cnt
    from stg_interest_share
    group by ledger_id, poolarea_no, scheme, traf_item, fund, accrual_date
),

account_interest as (
    select i.ledger_id, i.poolarea_no, i.period_ym, i.month_start, i.interest_amt,
        coalesce(v.value, 'LIABILITY') as way
    from jrn_pa_interest as i
    left join stg_parameter as v
        on v.name = 'pa_interest_as'
        and i.poolarea_no = v.poolarea_no
        and i.month_start between v.valid_from and v.valid_to
),

event as (
    select ledger_id, poolarea_no, scheme, 'E101|' || due_ym::varchar as voucher_key,
        last_day(make_date(due_ym // 100, due_ym % 100, 1)) as posting_date,
        case scheme when '390' then 'E101.ALL' else 'E101.POOL' end as posting_key,
        due_ym as orig_period_ym,
        case scheme when '390' then premium_amt else pool_amt end as amount, row_cnt
    from receivable
    union all
    select ledger_id, poolarea_no, scheme, 'E101|' || due_ym::varchar,
        last_day(make_date(due_ym // 100, due_ym % 100, 1)), 'E101.PA', due_ym, pa_amt, row_cnt
    from receivable
    where scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme, 'E103|' || due_ym::varchar,
        make_date(due_ym // 100, due_ym % 100, 1),
        case scheme when '390' then 'E103.ALL' else 'E103.POOL' end, due_ym,
        case scheme when '390' then premium_amt else pool_amt end, row_cnt
    from advance
    union all
    select ledger_id, poolarea_no, scheme, 'E103|' || due_ym::varchar,
        make_date(due_ym // 100, due_ym % 100, 1), 'E103.PA', due_ym, pa_amt, row_cnt
    from advance
    where scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme,
        case traf_item when 'INTE_IN' then 'E104|' else 'E106|' end || accrual_date::varchar,
        accrual_date,
        case traf_item when 'INTE_IN' then 'E104.' || fund else 'E106.ALL' end,
        (year(accrual_date) * 100 + month(accrual_date))::integer, accrued_amt, row_cnt
    from interest
    union all
    select ledger_id, poolarea_no, '310', 'E107|' || period_ym::varchar, last_day(month_start),
        'E107.' || way, period_ym, interest_amt, 0
    from account_interest
    union all
    -- the year's interest day: what was owed to the accounts is credited to them
    select ledger_id, poolarea_no, '310', 'E107|' || (period_ym // 100)::varchar || '12',
        make_date(period_ym // 100, 12, 31), 'E107.CREDIT', (period_ym // 100 * 100 + 12)::integer,
        sum(interest_amt)::decimal(18, 2), 0
    from account_interest
    where way = 'LIABILITY'
    group by ledger_id, poolarea_no, period_ym // 100
)

select
    b.book, e.ledger_id, e.poolarea_no, e.scheme, e.voucher_key, e.posting_date, e.posting_key,
    e.orig_period_ym::integer as orig_period_ym, e.amount, e.row_cnt as source_row_cnt,
    (year(e.posting_date) * 100 + month(e.posting_date))::integer as period_ym
from event as e
cross join book as b
cross join param_run as r
where e.amount <> 0
    and year(e.posting_date) * 100 + month(e.posting_date) <= r.through_ym
