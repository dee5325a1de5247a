-- grain: one month of the books
select distinct
    period_ym,
    period_start_date,
    last_day(period_start_date) as period_end_date,
    year(period_start_date) as year,
    month(period_start_date) as month
from led_month
