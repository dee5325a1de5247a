-- grain: one fund in one month: what is common to its series, beside its own past and spread
with common as (
    select fund, month_start,
        count(total_micro) as peer_cnt,
        round(median(ratio_micro))::bigint as ratio_micro,
        round(median(total_micro))::bigint as total_micro
    from sco_total
    group by fund, month_start
),

past as (
    select fund, month_start, peer_cnt, ratio_micro, total_micro,
        count(ratio_micro) over year_before as ratio_cnt,
        count(total_micro) over year_before as total_cnt,
        median(ratio_micro) over year_before as ratio_median,
        median(total_micro) over year_before as total_median,
        quantile_cont(ratio_micro, 0.75) over year_before
            - quantile_cont(ratio_micro, 0.25) over year_before as ratio_iqr,
        quantile_cont(total_micro, 0.75) over year_before
            - quantile_cont(total_micro, 0.25) over year_before as total_iqr,
        sum(ratio_micro) over year_before as ratio_sum,
        sum(ratio_micro * ratio_micro) over year_before as ratio_square_sum,
        sum(total_micro) over year_before as total_sum,
        sum(total_micro * total_micro) over year_before as total_square_sum
    from common
    window year_before as (
        partition by fund order by month_start rows between 12 preceding and 1 preceding
    )
),

scaled as (
    select fund, month_start, peer_cnt,
        round(ratio_micro - ratio_median)::bigint as first_micro,
        round(total_micro - case when total_cnt >= 6 then total_median else 0 end)::bigint
            as second_micro,
        round(greatest(
            5000,
            ratio_iqr / 1.349,
            0.6 * sqrt(
                (ratio_square_sum * ratio_cnt - ratio_sum * ratio_sum)::double
                / (ratio_cnt * (ratio_cnt - 1))
            )
        ))::bigint as first_scale,
        case
            when total_cnt >= 6
                then round(greatest(
                    5000,
                    total_iqr / 1.349,
                    0.6 * sqrt(
                        (total_square_sum * total_cnt - total_sum * total_sum)::double
                        / (total_cnt * (total_cnt - 1))
                    )
                ))
        end::bigint as second_scale
    from past
    where ratio_cnt >= 6 and total_micro is not null
)

-- while the seasonal deviation has no past of its own, it is measured by the ratio's
select fund, month_start, peer_cnt, first_micro, first_scale, second_micro,
    coalesce(second_scale, first_scale) as second_scale
from scaled
