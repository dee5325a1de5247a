-- grain: one series in one month: what the score judges in production
select
    series_id,
    poolarea_no as region,
    peer_group as fund,
    make_date(period_ym // 100, period_ym % 100, 1) as month_start,
    amount
from wrn_panel
