-- grain: one series in one month with enough history: the deviations its score is made of
with joined as (
    select m.series_id, m.region, m.fund, m.month_start, m.clean_amt, d.behind_cnt, d.peer_cnt,
        d.peer_cnt < c.min_peers as is_alone,
        d.level_micro, d.season_micro, o.total_micro, s.level_scale, s.season_scale, o.total_scale
    from sco_month as m
    inner join sco_limit as c on m.month_start = c.month_start
    inner join sco_deviation as d
        on m.series_id = d.series_id and m.month_start = d.month_start
    inner join sco_scale as s
        on m.series_id = s.series_id and m.month_start = s.month_start
    inner join sco_total_scale as o
        on m.series_id = o.series_id and m.month_start = o.month_start
    where d.behind_cnt >= c.min_months
),

-- without enough peers only the own past is left
parted as (
    select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
        case when is_alone then total_micro else level_micro end as first_micro,
        case when is_alone then total_scale else level_scale end as first_scale,
        case when not is_alone then season_micro end as second_micro,
        case when not is_alone and season_micro is not null then season_scale end as second_scale
    from joined
)

select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
    first_micro, first_scale, second_micro, second_scale,
    -- of the two the steadier counts for more: weights 1 / scale²
    case
        when second_micro is null then first_micro::double
        else (
            first_micro * (second_scale::double * second_scale)
            + second_micro * (first_scale::double * first_scale)
        ) / (second_scale::double * second_scale + first_scale::double * first_scale)
    end as excess_micro
from parted
