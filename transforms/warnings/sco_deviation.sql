-- grain: one series in one month: how far it stands from its own past, beside its peers'
with own as (
    select series_id, fund, month_start, log_micro,
        count(log_micro) over year_before as year_cnt,
        count(log_micro) over all_before as behind_cnt,
        -- half-way between the year's mean and the last six months': a level that has moved is
        -- soon the past
        case
            when count(log_micro) over year_before >= 6
                then round(
                    log_micro - (
                        avg(log_micro) over year_before
                        + coalesce(avg(log_micro) over half_year, avg(log_micro) over year_before)
                    ) / 2
                )
        end::bigint as own_micro
    from sco_month
    window
        year_before as (
            partition by series_id order by month_start rows between 12 preceding and 1 preceding
        ),
        half_year as (
            partition by series_id order by month_start rows between 6 preceding and 1 preceding
        ),
        all_before as (
            partition by series_id
            order by month_start
            rows between unbounded preceding and 1 preceding
        )
),

season as (
    select series_id, fund, month_start, behind_cnt, own_micro,
        case when year_cnt = 12 then own_micro end as ratio_micro,
        list_filter(
            [
                lag(case when year_cnt = 12 then own_micro end, 12) over by_month,
                lag(case when year_cnt = 12 then own_micro end, 24) over by_month,
                lag(case when year_cnt = 12 then own_micro end, 36) over by_month
            ],
            lambda ratio: ratio is not null
        ) as seasons
    from own
    window by_month as (partition by series_id order by month_start)
),

seasonal as (
    select series_id, fund, month_start, behind_cnt, own_micro,
        case when len(seasons) > 0 then round(ratio_micro - list_avg(seasons)) end::bigint
            as season_micro
    from season
)

select series_id, fund, month_start, behind_cnt,
    count(own_micro) over peers as peer_cnt,
    -- the peers' median of the same month is what price, calendar and season do to all
    round(own_micro - median(own_micro) over peers)::bigint as level_micro,
    round(season_micro - median(season_micro) over peers)::bigint as season_micro
from seasonal
window peers as (partition by fund, month_start)
