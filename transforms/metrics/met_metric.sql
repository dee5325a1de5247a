-- grain: one metric, variant and fund of one scope in one month
with scope as (
    select distinct book, origin, scope_type, scope_id, ledger_id, poolarea_no, insutype,
        period_ym, period_start_date
    from met_window
),

-- one division a figure, rounded half away from zero to four decimals
divided as (
    select
        book, scope_id, fund, period_ym, metric_id, variant, numerator_amt, denominator_amt,
        month_cnt, is_short, lacking, dividend, divisor,
        try_cast(
            sign(dividend) * ((2 * abs(dividend) * 10000 + divisor) // (2 * divisor))
            as decimal(18, 0)
        ) as value_e4
    from met_term
)

select
    d.book,
    s.origin,
    s.scope_type,
    d.scope_id,
    s.ledger_id,
    s.poolarea_no,
    s.insutype,
    d.period_ym,
    s.period_start_date,
    d.metric_id,
    d.variant,
    d.fund,
    r.metric_name,
    (d.value_e4 * 0.0001)::decimal(18, 4) as value,
    r.unit,
    d.numerator_amt,
    d.denominator_amt,
    d.month_cnt,
    case
        when d.divisor is null or d.dividend is null then d.lacking
        when d.value_e4 is null then 'out_of_range'
        when d.is_short then 'short_history'
        else 'ok'
    end as status
from divided as d
inner join scope as s
    on d.book = s.book
    and d.scope_id = s.scope_id
    and d.period_ym = s.period_ym
left join rule_metric as r
    on d.metric_id = r.metric_id
    and d.variant = r.variant
    and d.fund = r.fund
