-- grain: one fund of one ledger, one base month and one month from it on
select
    book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    make_date(period_ym // 100, period_ym % 100, 1) as period_start_date,
    horizon_cnt::bigint as horizon_cnt,
    target_ym, income_basis, income_amt, other_net_amt, outlay_amt, mean_outlay_amt,
    reserve_amt, reserve_early_amt, reserve_late_amt,
    case
        when mean_outlay_amt > 0
            then greatest(least(reserve_amt / mean_outlay_amt, 1e13), -1e13)
    end::decimal(18, 4) as payable_months
from forecast_path
