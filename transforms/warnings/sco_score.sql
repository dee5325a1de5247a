-- grain: one series in one month that can be judged: its score and the excess behind it
with own_past as (
    select series_id, month_start, total_micro,
        count(total_micro) over two_years as total_cnt,
        quantile_cont(total_micro, 0.75) over two_years
            - quantile_cont(total_micro, 0.25) over two_years as total_iqr,
        sum(total_micro) over two_years as total_sum,
        sum(total_micro * total_micro) over two_years as total_square_sum
    from sco_total
    window two_years as (
        partition by series_id order by month_start rows between 24 preceding and 1 preceding
    )
),

own as (
    select series_id, month_start, total_micro,
        case
            when total_cnt >= 6
                then greatest(
                    5000,
                    total_iqr / 1.349,
                    0.6 * sqrt(
                        (total_square_sum * total_cnt - total_sum * total_sum)::double
                        / (total_cnt * (total_cnt - 1))
                    )
                )
        end as total_scale
    from own_past
),

joined as (
    select m.series_id, m.region, m.fund, m.month_start, m.clean_amt, d.behind_cnt, d.peer_cnt,
        d.peer_cnt < c.min_peers as is_alone,
        d.level_micro, d.season_micro, o.total_micro, s.level_scale, s.season_scale, o.total_scale
    from sco_month as m
    inner join sco_limit as c on m.month_start = c.month_start
    inner join sco_deviation as d
        on m.series_id = d.series_id and m.month_start = d.month_start
    inner join sco_scale as s
        on m.series_id = s.series_id and m.month_start = s.month_start
    inner join own as o
        on m.series_id = o.series_id and m.month_start = o.month_start
    where d.behind_cnt >= c.min_months
),

-- without enough peers only the own past is left
scored as (
    select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
        case
            when is_alone then total_micro
            when season_micro is null then level_micro
            else (level_micro + season_micro) / 2
        end as excess_micro,
        case
            when is_alone then total_micro / total_scale
            when season_micro is null then level_micro / level_scale
            else (level_micro / level_scale + season_micro / season_scale) / 2
        end as score
    from joined
)

select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
    greatest(least(score, 1e9), -1e9)::decimal(18, 4) as score,
    ((exp(least(excess_micro, 20000000) / 1000000) - 1) * 100)::decimal(18, 4) as excess_pct,
    -- against what the month would have been; nothing where it is below that
    (clean_amt::double * (1 - exp(-greatest(excess_micro, 0) / 1000000)))::decimal(18, 2)
        as excess_amt
from scored
where score is not null
