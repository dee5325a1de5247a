-- grain: one measure of one rule for one series in one month, as far as it can be judged
--   from_ym       first month it rests on: a grey month blocks a spending rule
--   run_no        an uninterrupted run does not go beyond it: the year, where the measure restarts
--   is_flagged    reaches the threshold without a value to compare
--   is_silent     reaches no threshold, whatever its value
--   gate_measure  measure of the same rule that has to reach a threshold first
--   arg, arg2     what the recomputation needs beside the series and the month
with gathered as (
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, mean_amt, amount_amt, base_amt, month_cnt
    from wrn_reserve
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, mean_amt, excess_amt, amount_amt, base_amt, month_cnt, detail_zh
    from wrn_monitor
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, progress_pct,
        from_ym, run_no, period_zh, detail_zh
    from wrn_spending
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, is_silent, detail_zh
    from wrn_growth
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, gate_measure,
        detail_zh
    from wrn_deficit
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt
    from wrn_run
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, base_amt, line_zh, point_zh,
        early_zh, range_zh, arg
    from wrn_depletion
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, base_amt, is_silent, arg
    from wrn_prepay
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, account_zh, detail_zh
    from wrn_discipline
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, mean_amt, excess_amt, amount_amt, base_amt
    from wrn_risk
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, from_ym, run_no,
        fixmedins_code, item_zh
    from wrn_institution
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, detail_zh
    from wrn_tie
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, base_amt, line_zh, arg, arg2
    from wrn_outlook
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, series_type, spending_class, fixmedins_code, item_zh, excess_amt,
        amount_amt, base_amt, is_flagged, detail_zh
    from wrn_guard
)

select
    book, rule_id, measure, series_type, ledger_id, poolarea_no, insutype, fund, spending_class,
    fixmedins_code, series_id, period_ym, period_start_date,
    last_day(period_start_date) as period_end_date,
    value, mean_amt, excess_amt, relative_pct, amount_amt, base_amt, month_cnt, progress_pct,
    coalesce(from_ym, period_ym)::integer as from_ym,
    coalesce(run_no, 0)::integer as run_no,
    coalesce(is_flagged, false) as is_flagged,
    coalesce(is_silent, false) as is_silent,
    gate_measure, period_zh, account_zh, item_zh, line_zh, point_zh, early_zh, range_zh,
    detail_zh, arg, arg2
from gathered
