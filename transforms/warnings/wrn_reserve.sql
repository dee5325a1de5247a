-- grain: W-01, W-02 and W-10: one ledger and fund in one month
select
    book, 'W-01' as rule_id, 'M-06/R12' as measure, ledger_id, poolarea_no, insutype, fund,
    series_id, period_ym, period_start_date,
    reserve_months as value,
    reserve_mean_amt as mean_amt,
    reserve_amt as amount_amt,
    reserve_mean_amt as base_amt,
    reserve_month_cnt as month_cnt
from wrn_month
-- never on one month: a quarter at least
where reserve_months is not null and reserve_month_cnt >= 3
union all
select
    book, 'W-02', 'M-06/R12', ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    period_start_date,
    reserve_months,
    reserve_mean_amt,
    reserve_amt,
    reserve_mean_amt,
    reserve_month_cnt
from wrn_month
-- a year of spending: half a year of it may be the cheap half
where insutype = '310' and reserve_months is not null and reserve_month_cnt = 12
union all
select
    book, 'W-10', 'M-07/R12', ledger_id, poolarea_no, insutype, 'ALL', ledger_id || '-ALL', period_ym,
    period_start_date,
    cash_months,
    cash_mean_amt,
    cash_amt,
    cash_mean_amt,
    cash_month_cnt
from wrn_month
where cash_months is not null and cash_month_cnt >= 3
