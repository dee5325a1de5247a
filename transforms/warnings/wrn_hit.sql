-- grain: one level that a measure reaches in one month, floors passed; grey months not yet out
with compared as (
    select
        s.book, s.rule_id, s.measure, s.series_id, s.period_ym, s.gate_measure,
        t.scheme, t.level, t.level_order, t.valid_from, t.relative_floor, t.absolute_floor_amt,
        s.relative_pct,
        coalesce(s.excess_amt, abs(t.threshold - s.value) * s.mean_amt)::decimal(18, 2)
            as excess_amt
    from wrn_signal as s
    inner join rule_warning as t
        on s.rule_id = t.rule_id
        and s.measure = t.measure
        and t.scheme in (s.insutype, 'ALL')
        and s.period_end_date between t.valid_from and coalesce(t.valid_to, date '9999-12-31')
    where not s.is_silent and (
        s.is_flagged
        or case t.comparison
            when '<' then s.value < t.threshold
            when '<=' then s.value <= t.threshold
            when '>' then s.value > t.threshold
            when '>=' then s.value >= t.threshold
        end
    )
),

floored as (
    select book, rule_id, measure, series_id, period_ym, gate_measure, scheme, level,
        level_order, valid_from, excess_amt
    from compared
    -- a floor without a figure to hold against it does not silence
    where coalesce(relative_pct >= relative_floor, true)
        and coalesce(excess_amt >= absolute_floor_amt, true)
)

select f.book, f.rule_id, f.measure, f.series_id, f.period_ym, f.scheme, f.level, f.level_order,
    f.valid_from, f.excess_amt
from floored as f
where f.gate_measure is null
    or exists (
        select 1 from floored as g
        where g.book = f.book and g.rule_id = f.rule_id and g.series_id = f.series_id
            and g.period_ym = f.period_ym and g.measure = f.gate_measure
    )
