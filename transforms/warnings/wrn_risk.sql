-- grain: W-16: one ledger that keeps a risk fund in one month and measure
select
    book, 'W-16' as rule_id, '风险基金占比' as measure, ledger_id, poolarea_no, insutype,
    'NA' as fund,
    ledger_id || '-3101' as series_id,
    period_ym, period_start_date,
    (balance_amt * 100 / raised_amt)::decimal(18, 4) as value,
    -- one point of the ratio in yuan
    (raised_amt / 100)::decimal(18, 2) as mean_amt,
    null::decimal(18, 2) as excess_amt,
    balance_amt as amount_amt,
    raised_amt as base_amt
from wrn_risk_base
-- the fund is filled at the year end
where period_ym % 100 = 12 and raised_amt > 0
union all
select
    book, 'W-16', '未补足月数', ledger_id, poolarea_no, insutype, 'NA', ledger_id || '-3101',
    period_ym, period_start_date,
    short_month_cnt::decimal(18, 4),
    null,
    (highest_amt - balance_amt)::decimal(18, 2),
    balance_amt,
    highest_amt
from wrn_risk_base
union all
select
    book, 'W-16', '动用占可动用', ledger_id, poolarea_no, insutype, 'NA', ledger_id || '-3101',
    period_ym, period_start_date,
    case
        when used_amt = 0 then 0
        when entitled_amt > 0 then least(used_amt * 100 / entitled_amt, 999999)
        else 999999
    end::decimal(18, 4),
    null,
    (used_amt - entitled_amt)::decimal(18, 2),
    used_amt,
    entitled_amt
from wrn_risk_base
