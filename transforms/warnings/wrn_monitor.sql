-- grain: W-03, W-13, W-14, W-15, W-18 and W-19: one ledger in one month and measure
with metric as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        metric_id || '/' || variant || '/' || fund as figure, value, numerator_amt,
        denominator_amt, month_cnt
    from met_metric
    where origin = 'books' and scope_type = 'ledger'
),

wide as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        max(value) filter (figure = 'M-05/CAL/NA') as surplus_pct,
        max(numerator_amt) filter (figure = 'M-05/CAL/NA') as surplus_amt,
        max(denominator_amt) filter (figure = 'M-05/CAL/NA') as raised_amt,
        max(value) filter (figure in ('M-13/R12/ALL', 'M-13/R12/NA')) as collected_pct,
        max(denominator_amt) filter (figure in ('M-13/R12/ALL', 'M-13/R12/NA')) as assessed_amt,
        max(month_cnt) filter (figure in ('M-13/R12/ALL', 'M-13/R12/NA')) as assessed_month_cnt,
        max(numerator_amt) filter (figure in ('M-13/OVER90/ALL', 'M-13/OVER90/NA'))
            as long_arrear_amt,
        max(numerator_amt) filter (figure in ('M-13/ARREAR/ALL', 'M-13/ARREAR/NA'))
            as arrear_amt,
        max(value) filter (figure = 'M-14/YTD/PEND') as pending_pct,
        max(denominator_amt) filter (figure = 'M-14/YTD/PEND') as premium_amt,
        max(value) filter (figure = 'M-14/AGE/PEND') as pending_day_cnt,
        max(numerator_amt) filter (figure = 'M-02/M/PEND') as pending_amt,
        max(value) filter (figure in ('M-15/OVER12/ALL', 'M-15/OVER12/NA')) as old_advance_amt,
        max(value) filter (figure = 'M-17/CAL/PA') as difference_pct,
        max(numerator_amt) filter (figure = 'M-17/CAL/PA') as difference_amt,
        max(denominator_amt) filter (figure = 'M-17/CAL/PA') as account_amt,
        max(value) filter (figure in ('M-19/YTD/ALL', 'M-19/YTD/NA')) as in_time_pct,
        max(numerator_amt) filter (figure in ('M-19/YTD/ALL', 'M-19/YTD/NA')) as in_time_cnt,
        max(denominator_amt) filter (figure in ('M-19/YTD/ALL', 'M-19/YTD/NA')) as paid_cnt
    from metric
    group by book, ledger_id, poolarea_no, insutype, period_ym, period_start_date
),

placed as (
    select ledger_id, period_ym, advance_amt, old_advance_amt,
        case when cntp_code = '' then '未填机构' else cntp_code end as name_zh,
        row_number() over (
            partition by ledger_id, period_ym order by advance_amt desc, cntp_code
        ) as place_no,
        row_number() over (
            partition by ledger_id, period_ym order by old_advance_amt desc, cntp_code
        ) as old_place_no
    from met_advance
),

-- with the names of the three largest
advance as (
    select ledger_id, period_ym,
        sum(advance_amt)::decimal(18, 2) as advance_amt,
        '（' || string_agg(name_zh, '、' order by place_no)
            filter (advance_amt > 0 and place_no <= 3) || '）' as largest_zh,
        '（' || string_agg(name_zh, '、' order by old_place_no)
            filter (old_advance_amt > 0 and old_place_no <= 3) || '）' as oldest_zh
    from placed
    group by ledger_id, period_ym
),

joined as (
    select w.*, coalesce(a.advance_amt, 0)::decimal(18, 2) as advance_amt, a.largest_zh,
        a.oldest_zh,
        case w.insutype when '390' then 'NA' else 'ALL' end as whole_fund
    from wide as w
    left join advance as a
        on w.ledger_id = a.ledger_id
        and w.period_ym = a.period_ym
)

select
    book, 'W-03' as rule_id, 'M-05/CAL' as measure, ledger_id, poolarea_no, insutype,
    whole_fund as fund,
    ledger_id || '-' || whole_fund as series_id,
    period_ym, period_start_date,
    surplus_pct as value,
    -- one point of the ratio in yuan
    (raised_amt / 100)::decimal(18, 2) as mean_amt,
    null::decimal(18, 2) as excess_amt,
    surplus_amt as amount_amt,
    raised_amt as base_amt,
    null::bigint as month_cnt,
    null::varchar as detail_zh
from joined
where insutype = '390' and surplus_pct is not null
union all
select
    book, 'W-13', '欠缴率', ledger_id, poolarea_no, insutype, whole_fund,
    ledger_id || '-' || whole_fund, period_ym, period_start_date,
    -- nothing is overdue for long: no arrears to chase
    case when long_arrear_amt > 0 then greatest(100 - collected_pct, 0) else 0 end::decimal(18, 4),
    null,
    arrear_amt,
    arrear_amt,
    assessed_amt,
    assessed_month_cnt,
    null
from joined
where collected_pct is not null and assessed_month_cnt >= 3
union all
select
    book, 'W-14', 'M-14/YTD', ledger_id, poolarea_no, insutype, 'PEND',
    ledger_id || '-PEND', period_ym, period_start_date,
    pending_pct,
    null,
    pending_amt,
    pending_amt,
    premium_amt,
    null,
    null
from joined
-- a year's first premiums are too few to compare with
where pending_pct is not null and period_ym % 100 >= 3
union all
select
    book, 'W-14', 'M-14/AGE', ledger_id, poolarea_no, insutype, 'PEND',
    ledger_id || '-PEND', period_ym, period_start_date,
    pending_day_cnt,
    null,
    pending_amt,
    pending_amt,
    null,
    null,
    null
from joined
where pending_day_cnt is not null
union all
select
    book, 'W-14', '年末待转余额', ledger_id, poolarea_no, insutype, 'PEND',
    ledger_id || '-PEND', period_ym, period_start_date,
    pending_amt::decimal(18, 4),
    null,
    pending_amt,
    pending_amt,
    null,
    null,
    null
from joined
where pending_amt is not null and period_ym % 100 = 12
union all
select
    book, 'W-15', 'M-15/OVER12', ledger_id, poolarea_no, insutype, whole_fund,
    ledger_id || '-' || whole_fund, period_ym, period_start_date,
    old_advance_amt,
    null,
    old_advance_amt::decimal(18, 2),
    old_advance_amt::decimal(18, 2),
    advance_amt,
    null,
    oldest_zh
from joined
where old_advance_amt is not null
union all
select
    book, 'W-15', '年末预付金余额', ledger_id, poolarea_no, insutype, whole_fund,
    ledger_id || '-' || whole_fund, period_ym, period_start_date,
    advance_amt::decimal(18, 4),
    null,
    advance_amt,
    advance_amt,
    null,
    null,
    largest_zh
from joined
where period_ym % 100 = 12
union all
select
    book, 'W-18', 'M-17/CAL', ledger_id, poolarea_no, insutype, 'PA',
    ledger_id || '-PA', period_ym, period_start_date,
    difference_pct,
    null,
    difference_amt,
    difference_amt,
    account_amt,
    null,
    null
from joined
where difference_pct is not null
union all
select
    book, 'W-19', 'M-19/YTD', ledger_id, poolarea_no, insutype, whole_fund,
    ledger_id || '-' || whole_fund, period_ym, period_start_date,
    in_time_pct,
    null,
    null,
    null,
    null,
    null,
    '（' || paid_cnt::bigint || '笔申请中按时' || in_time_cnt::bigint || '笔）'
from joined
where in_time_pct is not null
