-- grain: one series in one month, from its first month to the last of the panel; gaps are rows
with told as (
    select series_id, month_start,
        min(region) as region,
        min(fund) as fund,
        count(*)::integer as row_cnt,
        case when count(*) = 1 then min(amount) end::decimal(18, 2) as amount
    from score_panel
    group by series_id, month_start
),

span as (
    select series_id, min(region) as region, min(fund) as fund, min(month_start) as first_month
    from told
    group by series_id
),

slot as (
    select s.series_id, s.region, s.fund, c.month_start
    from span as s
    inner join sco_limit as c on s.first_month <= c.month_start
),

filled as (
    select s.series_id, s.region, s.fund, s.month_start,
        coalesce(t.row_cnt, 0) as row_cnt,
        t.amount,
        case when t.amount > 0 then t.amount end as positive_amt
    from slot as s
    left join told as t on s.series_id = t.series_id and s.month_start = t.month_start
),

behind as (
    select series_id, region, fund, month_start, row_cnt, amount, positive_amt,
        count(positive_amt) over year_before as behind_cnt,
        (median(positive_amt) over year_before)::decimal(18, 2) as median_amt
    from filled
    window year_before as (
        partition by series_id
        order by month_start
        rows between 12 preceding and 1 preceding
    )
),

-- a wrong unit makes a month too large or too small; one such month does not move the median
checked as (
    select b.series_id, b.region, b.fund, b.month_start, b.row_cnt, b.amount, b.median_amt,
        b.positive_amt,
        coalesce(
            b.behind_cnt >= 3 and (
                b.positive_amt / b.median_amt >= c.unit_ratio
                or b.median_amt / b.positive_amt >= c.unit_ratio
            ),
            false
        ) as is_wrong_unit
    from behind as b
    inner join sco_limit as c on b.month_start = c.month_start
)

select series_id, region, fund, month_start, row_cnt, amount, median_amt, is_wrong_unit,
    -- the amount that may be judged, and its logarithm in millionths: sums of integers are exact
    case when not is_wrong_unit then positive_amt end::decimal(18, 2) as clean_amt,
    case when not is_wrong_unit then round(ln(positive_amt::double) * 1000000) end::bigint
        as log_micro
from checked
