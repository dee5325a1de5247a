-- grain: one of the metrics M-13 … M-20 of one fund of one scope and month, not yet divided
with scope as (
    select s.*, w.variant, w.month_cnt, w.is_short, w.outlay_amt
    from met_monitor_scope as s
    inner join met_window as w
        on s.book = w.book
        and s.scope_id = w.scope_id
        and s.fund = w.fund
        and s.period_ym = w.period_ym
    where w.variant in ('YTD', 'R12')
),

pending as (
    select book, scope_id, period_ym, balance_amt
    from met_window
    where fund = 'PEND' and variant = 'M' and insutype = '310'
),

term as (
    -- value = numerator × times ÷ (denominator × over); no denominator: the numerator itself
    select book, scope_id, fund, period_ym, 'M-13' as metric_id, variant,
        case variant when 'YTD' then ytd_received_amt else r12_received_amt end as numerator_amt,
        case variant when 'YTD' then ytd_assessed_amt else r12_assessed_amt end as denominator_amt,
        100 as times, 1 as over, month_cnt, is_short, 'no_assessment' as lacking
    from scope
    union all
    select book, scope_id, fund, period_ym, 'M-13', 'ARREAR', arrear_amt, null, 1, 1, 1, false, null
    from met_monitor_scope
    union all
    select book, scope_id, fund, period_ym, 'M-13', 'OVER90', long_arrear_amt, null, 1, 1, 1,
        false, null
    from met_monitor_scope
    union all
    select s.book, s.scope_id, 'PEND', s.period_ym, 'M-14', 'YTD', p.balance_amt,
        s.ytd_premium_amt, 100, 1, s.month_cnt, s.is_short, 'no_premium'
    from scope as s
    inner join pending as p
        on s.book = p.book and s.scope_id = p.scope_id and s.period_ym = p.period_ym
    where s.variant = 'YTD' and s.insutype = '310'
    union all
    select book, scope_id, fund, period_ym, 'M-15', 'OVER12', old_advance_amt, null, 1, 1, 1,
        false, null
    from met_monitor_scope
    union all
    select book, scope_id, fund, period_ym, 'M-15', 'R12', advance_amt, outlay_amt, month_cnt, 1,
        month_cnt, is_short, 'no_spending'
    from scope
    where variant = 'R12'
    union all
    select book, scope_id, fund, period_ym, 'M-16', 'R12', balance_amt,
        (-net_amt)::decimal(18, 2), month_cnt, 1, month_cnt, is_short, 'no_deficit'
    from met_window
    where origin = 'books' and variant = 'R12' and fund in ('POOL', 'NA')
    union all
    select book, scope_id, 'PA', period_ym, 'M-17', 'CAL', difference_amt, account_amt, 100, 1, 12,
        false, 'no_accounts'
    from met_monitor_scope
    where insutype = '310' and period_ym % 100 = 12
    union all
    select book, scope_id, fund, period_ym, 'M-18', 'YTD', ytd_recovered_amt, null, 1, 1,
        month_cnt, is_short, null
    from scope
    where variant = 'YTD'
    union all
    select book, scope_id, fund, period_ym, 'M-19', 'YTD', ytd_in_time_cnt::decimal(18, 2),
        ytd_paid_cnt::decimal(18, 2), 100, 1, month_cnt, is_short, 'no_payment'
    from scope
    where variant = 'YTD'
    union all
    select book, scope_id, fund, period_ym, 'M-19', 'DAYS', ytd_workday_cnt::decimal(18, 2),
        ytd_paid_cnt::decimal(18, 2), 1, 1, month_cnt, is_short, 'no_payment'
    from scope
    where variant = 'YTD'
    union all
    select book, scope_id, fund, period_ym, 'M-20', 'M', retired_cnt::decimal(18, 2),
        active_cnt::decimal(18, 2), 100, 1, 1, false, 'no_count'
    from met_monitor_scope
    where insutype = '310'
),

-- figures that are no quotient of two amounts: days, and a ratio of two means
bare as (
    select book, scope_id, fund, period_ym, 'M-13' as metric_id, 'AGE' as variant,
        oldest_arrear_day_cnt::hugeint as dividend, 1::hugeint as divisor,
        1 as month_cnt, false as is_short, null as lacking
    from met_monitor_scope
    union all
    select book, scope_id, 'PEND', period_ym, 'M-14', 'AGE', oldest_pending_day_cnt::hugeint,
        1::hugeint, 1, false, null
    from met_monitor_scope
    where insutype = '310'
    union all
    select book, scope_id, 'POOL', period_ym, 'M-20', 'R12',
        (r12_retired_amt * 100)::hugeint * r12_active_cnt,
        case
            when r12_active_amt > 0 and r12_retired_cnt > 0
                then (r12_active_amt * 100)::hugeint * r12_retired_cnt
        end,
        r12_told_cnt, r12_told_cnt < 12, 'no_count'
    from met_monitor_scope
    where insutype = '310'
)

select book, scope_id, fund, period_ym, metric_id, variant,
    numerator_amt::decimal(18, 2) as numerator_amt,
    denominator_amt::decimal(18, 2) as denominator_amt,
    -- whole fen, so that the one division is exact
    (numerator_amt * 100)::hugeint * times as dividend,
    case
        when lacking is null then 100::hugeint
        when denominator_amt > 0 then (denominator_amt * 100)::hugeint * over
    end as divisor,
    month_cnt::bigint as month_cnt,
    is_short,
    lacking
from term
union all
select book, scope_id, fund, period_ym, metric_id, variant, null, null, dividend, divisor,
    month_cnt::bigint, is_short, lacking
from bare
