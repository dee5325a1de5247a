-- grain: one institution that appears in settlements or clearing
with seen as (
    select fixmedins_code, poolarea_no, event_ym as seen_ym
    from stg_settlement
    union all
    select fixmedins_code, poolarea_no, clr_ym
    from stg_clearing
),

counted as (
    select fixmedins_code, poolarea_no, count(*)::bigint as row_cnt,
        min(seen_ym) as first_ym, max(seen_ym) as last_ym
    from seen
    group by fixmedins_code, poolarea_no
)

select
    fixmedins_code,
    case left(fixmedins_code, 1) when 'H' then 'hospital' when 'P' then 'pharmacy' else 'other' end
        as institution_type,
    first(poolarea_no order by row_cnt desc, poolarea_no) as poolarea_no,
    min(first_ym) as first_ym,
    max(last_ym) as last_ym
from counted
group by fixmedins_code
