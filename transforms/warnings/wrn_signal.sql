-- grain: one measure of one rule for one series in one month, as far as it can be judged
--   from_ym       first month it rests on: a grey month blocks a spending rule
--   run_no        an uninterrupted run does not go beyond it: the year, where the measure restarts
--   is_flagged    reaches the threshold without a value to compare
--   gate_measure  measure of the same rule that has to reach a threshold first
with gathered as (
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, mean_amt, amount_amt, base_amt, month_cnt
    from wrn_reserve
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, progress_pct,
        from_ym, run_no, period_zh, detail_zh
    from wrn_spending
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, relative_pct, amount_amt, base_amt, gate_measure,
        detail_zh
    from wrn_deficit
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, account_zh, detail_zh
    from wrn_discipline
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, detail_zh
    from wrn_tie
    union all by name
    select book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
        period_start_date, value, excess_amt, amount_amt, base_amt, is_flagged, detail_zh
    from wrn_guard
)

select
    book, rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    period_start_date,
    last_day(period_start_date) as period_end_date,
    value, mean_amt, excess_amt, relative_pct, amount_amt, base_amt, month_cnt, progress_pct,
    coalesce(from_ym, period_ym)::integer as from_ym,
    coalesce(run_no, 0)::integer as run_no,
    coalesce(is_flagged, false) as is_flagged,
    gate_measure, period_zh, account_zh, detail_zh
from gathered
