-- grain: one month of the panel, with the limits in force at its end
with bound as (
    select min(month_start) as first_month, max(month_start) as last_month
    from score_panel
),

month as (
    select
        unnest(generate_series(first_month, last_month, interval 1 month))::date as month_start
    from bound
    where first_month is not null
),

limit_row as (
    select limit_id, value, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_score
)

select
    m.month_start,
    max(r.value) filter (r.limit_id = 'min_peers') as min_peers,
    max(r.value) filter (r.limit_id = 'min_months') as min_months,
    max(r.value) filter (r.limit_id = 'unit_ratio') as unit_ratio,
    max(r.value) filter (r.limit_id = 'blue_score') as blue_score,
    max(r.value) filter (r.limit_id = 'yellow_score') as yellow_score,
    max(r.value) filter (r.limit_id = 'confirm_score') as confirm_score,
    max(r.value) filter (r.limit_id = 'orange_excess') as orange_excess,
    max(r.value) filter (r.limit_id = 'close_score') as close_score,
    max(r.value) filter (r.limit_id = 'relative_floor') as relative_floor,
    max(r.value) filter (r.limit_id = 'absolute_floor') as absolute_floor,
    max(r.value) filter (r.limit_id = 'few_peers_add') as few_peers_add,
    max(r.value) filter (r.limit_id = 'uncapped_months') as uncapped_months,
    max(r.value) filter (r.limit_id = 'shock_score') as shock_score,
    max(r.value) filter (r.limit_id = 'shock_confirm') as shock_confirm,
    max(r.value) filter (r.limit_id = 'shock_floor') as shock_floor,
    max(r.value) filter (r.limit_id = 'shock_orange') as shock_orange
from month as m
left join limit_row as r
    on last_day(m.month_start) between r.valid_from and r.valid_to
group by m.month_start
