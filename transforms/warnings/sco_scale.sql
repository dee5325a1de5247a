-- grain: one series in one month: how far its deviations spread, months before it only
with past as (
    select series_id, fund, month_start,
        level_micro, season_micro,
        count(level_micro) over two_years as level_cnt,
        count(season_micro) over two_years as season_cnt,
        quantile_cont(level_micro, 0.75) over two_years
            - quantile_cont(level_micro, 0.25) over two_years as level_iqr,
        quantile_cont(season_micro, 0.75) over two_years
            - quantile_cont(season_micro, 0.25) over two_years as season_iqr,
        sum(level_micro) over two_years as level_sum,
        sum(level_micro * level_micro) over two_years as level_square_sum,
        sum(season_micro) over two_years as season_sum,
        sum(season_micro * season_micro) over two_years as season_square_sum
    from sco_deviation
    window two_years as (
        partition by series_id order by month_start rows between 24 preceding and 1 preceding
    )
),

-- robust, but not blind to what a quarter of the months does
own as (
    select series_id, fund, month_start, level_micro, season_micro, level_cnt, season_cnt,
        case
            when level_cnt >= 6
                then greatest(
                    level_iqr / 1.349,
                    0.6 * sqrt(
                        (level_square_sum * level_cnt - level_sum * level_sum)::double
                        / (level_cnt * (level_cnt - 1))
                    )
                )
        end as level_spread,
        case
            when season_cnt >= 6
                then greatest(
                    season_iqr / 1.349,
                    0.6 * sqrt(
                        (season_square_sum * season_cnt - season_sum * season_sum)::double
                        / (season_cnt * (season_cnt - 1))
                    )
                )
        end as season_spread
    from past
),

peer as (
    select series_id, month_start, level_cnt, season_cnt, level_spread, season_spread,
        median(level_spread * level_spread) over peers as level_peer,
        median(season_spread * season_spread) over peers as season_peer,
        (quantile_cont(level_micro, 0.75) over peers
            - quantile_cont(level_micro, 0.25) over peers) / 1.349 as level_across,
        (quantile_cont(season_micro, 0.75) over peers
            - quantile_cont(season_micro, 0.25) over peers) / 1.349 as season_across
    from own
    window peers as (partition by fund, month_start)
)

-- drawn towards the peers' as if they were twelve months of history; never below half a percent
select series_id, month_start,
    round(greatest(
        5000,
        case
            when level_spread is null then level_across
            else sqrt(
                (level_cnt * level_spread * level_spread + 12 * level_peer) / (level_cnt + 12)
            )
        end
    ))::bigint as level_scale,
    round(greatest(
        5000,
        case
            when season_spread is null then season_across
            else sqrt(
                (season_cnt * season_spread * season_spread + 12 * season_peer)
                / (season_cnt + 12)
            )
        end
    ))::bigint as season_scale
from peer
