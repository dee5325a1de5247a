-- grain: one metric, variant and fund of one scope in one month
-- view
select book, origin, scope_type, scope_id, ledger_id, poolarea_no, insutype, period_ym,
    period_start_date, metric_id, variant, fund, metric_name, value, unit, numerator_amt,
    denominator_amt, month_cnt, status
from met_metric
