-- grain: one series in one month: its own deviation and how far those of two years before it spread
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
)

select series_id, month_start, total_micro,
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
    end::bigint as total_scale
from own_past
