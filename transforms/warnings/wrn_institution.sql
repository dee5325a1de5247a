-- grain: W-17: one institution with a budget of its own, of one ledger in one month
select
    book, 'W-17' as rule_id, '机构进度' as measure, ledger_id, poolarea_no, insutype,
    case insutype when '390' then 'NA' else 'POOL' end as fund,
    ledger_id || '-' || fixmedins_code as series_id,
    fixmedins_code,
    fixmedins_code as item_zh,
    period_ym, period_start_date,
    pace_pct as value,
    (ytd_amt - budget_amt * (period_ym % 100) / 12)::decimal(18, 2) as excess_amt,
    ((ytd_amt - budget_amt * (period_ym % 100) / 12) * 100 / budget_amt)::decimal(18, 4)
        as relative_pct,
    ytd_amt as amount_amt,
    budget_amt as base_amt,
    period_ym // 100 * 100 + 1 as from_ym,
    period_ym // 100 as run_no
from wrn_institution_base
-- the New Year moves between the first two months
where period_ym % 100 >= 3
