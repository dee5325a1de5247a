-- grain: one series in one month, judged on its own: January and February are one, told in February
with lagged as (
    select series_id, fund, month_start, month(month_start) as month_no, log_micro, clean_amt,
        lag(clean_amt) over by_month as amount_before,
        lead(clean_amt) over by_month as amount_after
    from sco_month
    window by_month as (partition by series_id order by month_start)
),

-- the New Year moves between the two months; January reads February, so it is not judged itself
pooled as (
    select series_id, fund, month_start, month_no,
        case month_no
            when 1 then round(ln((clean_amt + amount_after)::double / 2) * 1000000)
            when 2 then round(ln((clean_amt + amount_before)::double / 2) * 1000000)
            else log_micro
        end::bigint as log_micro
    from lagged
),

-- against the twelve months before, half-way to the last six of them; before January, where both
-- are judged together
ratio as (
    select series_id, fund, month_start, month_no,
        case
            when month_no = 1 then null
            when month_no = 2 and count(log_micro) over without_january = 12
                then round(
                    log_micro - (
                        avg(log_micro) over without_january
                        + avg(log_micro) over half_without_january
                    ) / 2
                )
            when month_no > 2 and count(log_micro) over year_before = 12
                then round(
                    log_micro - (
                        avg(log_micro) over year_before + avg(log_micro) over half_year
                    ) / 2
                )
        end::bigint as ratio_micro
    from pooled
    window
        year_before as (
            partition by series_id order by month_start rows between 12 preceding and 1 preceding
        ),
        without_january as (
            partition by series_id order by month_start rows between 13 preceding and 2 preceding
        ),
        half_year as (
            partition by series_id order by month_start rows between 6 preceding and 1 preceding
        ),
        half_without_january as (
            partition by series_id order by month_start rows between 7 preceding and 2 preceding
        )
),

season as (
    select series_id, fund, month_start, month_no, ratio_micro,
        list_filter(
            [
                lag(ratio_micro, 12) over by_month,
                lag(ratio_micro, 24) over by_month,
                lag(ratio_micro, 36) over by_month
            ],
            lambda ratio: ratio is not null
        ) as seasons
    from ratio
    window by_month as (partition by series_id order by month_start)
)

select series_id, fund, month_start, month_no = 1 as waits_for_february, ratio_micro,
    case when len(seasons) > 0 then round(ratio_micro - list_avg(seasons)) end::bigint
        as total_micro
from season
