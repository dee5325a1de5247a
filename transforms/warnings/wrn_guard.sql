-- grain: W-24: one ledger and fund in one month
with behind as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        income_amt, expense_amt, budget_amt,
        (median(case when expense_amt > 0 then expense_amt end) over (
            partition by book, series_id
            order by period_ym
            rows between 12 preceding and 1 preceding
        ))::decimal(18, 2) as median_amt
    from wrn_month
),

checked as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        expense_amt, median_amt,
        list_filter(
            [
                case when expense_amt is null or (expense_amt = 0 and income_amt = 0)
                    then '缺当月数据' end,
                case when expense_amt = 0 and income_amt <> 0 then '当月支出为零' end,
                case when expense_amt < 0 then '当月支出为负' end,
                case when coalesce(budget_amt, 0) <= 0 then '缺全年支出预算' end
            ],
            lambda failing: failing is not null
        ) as failings
    from behind
)

select
    book, 'W-24' as rule_id, '支出倍数' as measure, ledger_id, poolarea_no, insutype, fund,
    series_id, period_ym, period_start_date,
    -- a wrong unit makes a month too large or too small
    case
        when expense_amt > 0 and median_amt > 0
            then least(greatest(expense_amt / median_amt, median_amt / expense_amt), 1e13)
    end::decimal(18, 4) as value,
    abs(expense_amt - median_amt)::decimal(18, 2) as excess_amt,
    expense_amt as amount_amt,
    median_amt as base_amt,
    len(failings) > 0 as is_flagged,
    case
        when len(failings) > 0 then array_to_string(failings, '、')
        when expense_amt > median_amt then '当月支出是前12个月中位数的{value}倍'
        else '前12个月中位数是当月支出的{value}倍'
    end as detail_zh
from checked
