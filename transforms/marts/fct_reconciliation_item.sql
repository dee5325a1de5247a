-- grain: one day of one link and ledger on which the two sides differ
select
    ledger_id, poolarea_no, insutype, period_ym,
    make_date(period_ym // 100, period_ym % 100, 1) as period_start_date,
    link, day as item_date, left_amt, right_amt, diff_amt
from met_reconcile_day
where diff_amt <> 0
