-- grain: W-04 and W-05: one ledger and fund in one month and measure
with month as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        period_ym % 100 as month_no,
        index_value, budgeted_expense_amt, expected_amt, budget_amt, budgeted_ytd_amt,
        progress_pct, deviation_pct, has_season,
        -- beyond the seasonal share of the year; beyond m/12 where no season is known yet
        (case
            when has_season then ahead_amt
            else budgeted_ytd_amt - budget_amt * (period_ym % 100) / 12
        end)::decimal(18, 2) as ahead_amt,
        period_start_date - interval 2 month
            = first_value(period_start_date) over quarter as is_whole,
        sum(budgeted_expense_amt) over quarter as quarter_expense_amt,
        sum(expected_amt) over quarter as quarter_expected_amt
    from wrn_month
    where budget_amt > 0
    window quarter as (
        partition by book, series_id
        order by period_ym
        rows between 2 preceding and current row
    )
),

-- The New Year moves between January and February, and payment follows care by a month: the
-- trough of the books lies in February or in March. The three months are judged together in March.
pooled as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        month_no, index_value, budget_amt,
        case month_no
            when 3 then quarter_expense_amt
            else budgeted_expense_amt
        end::decimal(18, 2) as actual_amt,
        case month_no when 3 then quarter_expected_amt else expected_amt end::decimal(18, 2)
            as planned_amt
    from month
    where has_season and (month_no > 3 or (month_no = 3 and is_whole))
)

select
    book, 'W-04' as rule_id, 'M-12/M' as measure, ledger_id, poolarea_no, insutype, fund,
    series_id, period_ym, period_start_date,
    case month_no when 3 then actual_amt / planned_amt else index_value end::decimal(18, 4)
        as value,
    (actual_amt - planned_amt)::decimal(18, 2) as excess_amt,
    ((actual_amt - planned_amt) * 100 / budget_amt)::decimal(18, 4) as relative_pct,
    actual_amt as amount_amt,
    planned_amt as base_amt,
    null::decimal(18, 4) as progress_pct,
    case month_no when 3 then period_ym - 2 else period_ym end as from_ym,
    0 as run_no,
    case month_no when 3 then period_ym // 100 || '年1—3月' end as period_zh,
    case month_no when 3 then '（春节月份合并判断）' end as detail_zh
from pooled
where actual_amt is not null and planned_amt > 0
union all
select
    book, 'W-05', 'M-11/DEV', ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    period_start_date,
    deviation_pct,
    ahead_amt,
    (ahead_amt * 100 / budget_amt)::decimal(18, 4),
    budgeted_ytd_amt,
    budget_amt,
    progress_pct,
    period_ym,
    period_ym // 100,
    null,
    null
from month
-- January is judged together with February, once that has closed
where has_season and deviation_pct is not null and month_no > 1
union all
select
    book, 'W-05', 'M-11/YTD', ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    period_start_date,
    progress_pct,
    ahead_amt,
    (ahead_amt * 100 / budget_amt)::decimal(18, 4),
    budgeted_ytd_amt,
    budget_amt,
    progress_pct,
    period_ym,
    period_ym // 100,
    null,
    null
from month
-- in December the budget may be used up
where progress_pct is not null and month_no < 12
