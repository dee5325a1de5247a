-- grain: money recovered of one institution, or of persons or employers, of one ledger in one year
select
    ledger_id, poolarea_no, insutype,
    ((period_ym // 100) * 100 + 12)::integer as period_ym,
    make_date(period_ym // 100, 12, 1) as period_start_date,
    obj_type, fixmedins_code,
    sum(row_cnt)::bigint as row_cnt,
    sum(same_year_amt)::decimal(18, 2) as same_year_amt,
    sum(prior_year_amt)::decimal(18, 2) as prior_year_amt,
    sum(setoff_amt)::decimal(18, 2) as setoff_amt,
    sum(recovered_amt)::decimal(18, 2) as recovered_amt
from met_recovery
cross join param_run
where period_ym <= through_ym
group by ledger_id, poolarea_no, insutype, period_ym // 100, obj_type, fixmedins_code
