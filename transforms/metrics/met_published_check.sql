-- grain: one printed figure that the published data themselves, or the metrics over them, tell again
with figure as (
    select
        scope_type, scope_id as region_code, scheme, period_type, period_ym, item,
        split_part(item, '/', 2) as fund,
        split_part(item, '/', 3) as measure,
        split_part(item, '/', 4) as variant,
        printed_value, printed_unit, is_quick, source_key,
        coalesce(amount, printed_value) as printed
    from rule_published_figure
    where split_part(item, '/', 2) <> 'memo'
),

metric as (
    select scope_id, fund, period_ym, metric_id, variant, value
    from met_metric
    where book = 'published'
),

-- a metric that was printed, and what the SQL makes of the final figures
metric_told as (
    select f.region_code, f.scheme, f.fund, f.period_ym, f.item, f.source_key, f.is_quick,
        f.printed_value, f.printed_unit, f.printed, 'metric' as compared_with, m.value as found
    from figure as f
    inner join metric as m
        on f.region_code || '-' || f.scheme = m.scope_id
        and f.fund = m.fund
        and f.period_ym = m.period_ym
        and f.measure = m.metric_id
        and f.variant = m.variant
),

-- a quick figure, and the final one of the same thing
final_told as (
    select q.region_code, q.scheme, q.fund, q.period_ym, q.item, q.source_key, q.is_quick,
        q.printed_value, q.printed_unit, q.printed, 'final', f.printed
    from figure as q
    inner join figure as f
        on q.region_code = f.region_code
        and q.period_type = f.period_type
        and q.period_ym = f.period_ym
        and q.item = f.item
        and not f.is_quick
    where q.is_quick and not starts_with(q.measure, 'M-')
),

-- a total, and the sum of the parts printed beside it
parts_told as (
    select t.region_code, t.scheme, t.fund, t.period_ym, t.item, t.source_key, t.is_quick,
        t.printed_value, t.printed_unit, t.printed, 'parts', sum(p.printed) as found
    from figure as t
    inner join figure as p
        on t.region_code = p.region_code
        and t.scheme = p.scheme
        and t.period_type = p.period_type
        and t.period_ym = p.period_ym
        and t.source_key = p.source_key
        and (
            (t.fund = p.fund and starts_with(p.measure, t.measure || '.'))
            or (
                t.scheme = '310' and t.fund = 'ALL' and p.fund in ('POOL', 'PA')
                and t.measure = p.measure and t.variant = p.variant
            )
        )
    where t.measure in ('income', 'expense', 'balance')
    group by t.region_code, t.scheme, t.fund, t.period_ym, t.item, t.source_key, t.is_quick,
        t.printed_value, t.printed_unit, t.printed
),

told as (
    select region_code, scheme, fund, period_ym, item, source_key, is_quick, printed_value,
        printed_unit, printed, compared_with, found
    from metric_told
    union all
    select * from final_told
    union all
    select * from parts_told
),

measured as (
    select region_code, scheme, fund, period_ym, item, source_key, is_quick, printed_value,
        printed_unit, printed, compared_with, found,
        round((found - printed) * 100 / abs(printed), 4) as difference_pct
    from told
)

select
    region_code, scheme, fund, period_ym, item, compared_with, source_key, is_quick,
    printed_value, printed_unit,
    printed::decimal(18, 4) as printed,
    found::decimal(18, 4) as found,
    (found - printed)::decimal(18, 4) as difference,
    difference_pct::decimal(18, 4) as difference_pct,
    -- below what the printed digits tell; as near as a quick figure is to the final one; or not
    case
        when abs(difference_pct) <= 0.05 then 'same'
        when abs(difference_pct) <= 0.5 then 'near'
        else 'differs'
    end as verdict
from measured
