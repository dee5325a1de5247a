-- grain: W-08: one ledger and fund in one month, seasons taken out
with month as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        period_ym % 100 as month_no, r12_income_amt, r12_month_cnt, expense_amt, expected_amt,
        budget_amt, has_season,
        count(expense_amt) over quarter as quarter_cnt,
        sum(expense_amt) over quarter as quarter_expense_amt,
        sum(expected_amt) over quarter as quarter_expected_amt
    from wrn_month
    window quarter as (
        partition by book, series_id order by period_ym rows between 2 preceding and current row
    )
),

-- January to March are one: the New Year moves, and payment follows care by a month
pooled as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        r12_income_amt, budget_amt,
        case month_no when 3 then 3 else 1 end as width,
        case month_no when 3 then quarter_expense_amt else expense_amt end as spent_amt,
        case month_no when 3 then quarter_expected_amt else expected_amt end as planned_amt
    from month
    where has_season and r12_month_cnt = 12 and month_no > 2 and budget_amt > 0
        and expense_amt is not null and (month_no > 3 or quarter_cnt = 3)
),

-- twelve months' income spread evenly against spending freed of its season
adjusted as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        r12_income_amt, width,
        -- rounded to fen where the run is added up, not before
        (r12_income_amt / 12 * width)::decimal(38, 8) as income_amt,
        (spent_amt * budget_amt / (12 * planned_amt) * width)::decimal(38, 8) as expense_amt,
        r12_income_amt / 12 - spent_amt * budget_amt / (12 * planned_amt) < 0 as is_deficit
    from pooled
    where planned_amt > 0
),

island as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        r12_income_amt, width, income_amt, expense_amt, is_deficit,
        count(*) filter (not is_deficit) over (
            partition by book, series_id order by period_ym
        ) as surplus_cnt
    from adjusted
),

counted as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        r12_income_amt, is_deficit,
        sum(case when is_deficit then width else 0 end) over run as deficit_cnt,
        sum(case when is_deficit then income_amt else 0 end) over run as run_income_amt,
        sum(case when is_deficit then expense_amt else 0 end) over run as run_expense_amt
    from island
    window run as (
        partition by book, series_id, surplus_cnt order by period_ym
    )
)

select
    book, 'W-08' as rule_id, '连续赤字月数' as measure, ledger_id, poolarea_no, insutype, fund,
    series_id, period_ym, period_start_date,
    case when is_deficit then deficit_cnt else 0 end::decimal(18, 4) as value,
    (run_expense_amt - run_income_amt)::decimal(18, 2) as excess_amt,
    case
        when r12_income_amt > 0
            then least((run_expense_amt - run_income_amt) * 100 / r12_income_amt, 1e13)
        else 100
    end::decimal(18, 4) as relative_pct,
    run_expense_amt::decimal(18, 2) as amount_amt,
    run_income_amt::decimal(18, 2) as base_amt
from counted
