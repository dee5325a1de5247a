-- grain: one ledger and fund (310 统筹, 390 all) in one month: what reserve and spending rules read
with metric as (
    select book, ledger_id, poolarea_no, insutype, period_ym,
        metric_id || '/' || variant as figure, value, numerator_amt, denominator_amt, month_cnt
    from met_metric
    where origin = 'books' and scope_type = 'ledger'
        and (
            fund = case insutype when '390' then 'NA' else 'POOL' end
            -- cash is not kept apart by fund
            or (metric_id = 'M-07' and fund in ('ALL', 'NA'))
        )
),

wide as (
    select book, ledger_id, poolarea_no, insutype, period_ym,
        max(value) filter (figure = 'M-06/R12') as reserve_months,
        max(numerator_amt) filter (figure = 'M-06/R12') as reserve_amt,
        max(denominator_amt) filter (figure = 'M-06/R12') as reserve_outlay_amt,
        max(month_cnt) filter (figure = 'M-06/R12') as reserve_month_cnt,
        max(value) filter (figure = 'M-07/R12') as cash_months,
        max(numerator_amt) filter (figure = 'M-07/R12') as cash_amt,
        max(denominator_amt) filter (figure = 'M-07/R12') as cash_outlay_amt,
        max(month_cnt) filter (figure = 'M-07/R12') as cash_month_cnt,
        max(numerator_amt) filter (figure = 'M-04/YTD') as ytd_net_amt,
        max(denominator_amt) filter (figure = 'M-04/YTD') as ytd_income_amt,
        max(numerator_amt) filter (figure = 'M-04/R12') as r12_net_amt,
        max(denominator_amt) filter (figure = 'M-04/R12') as r12_income_amt,
        max(month_cnt) filter (figure = 'M-04/R12') as r12_month_cnt,
        max(value) filter (figure = 'M-12/M') as index_value,
        max(numerator_amt) filter (figure = 'M-12/M') as budgeted_expense_amt,
        max(denominator_amt) filter (figure = 'M-12/M') as expected_amt,
        max(value) filter (figure = 'M-11/YTD') as progress_pct,
        max(numerator_amt) filter (figure = 'M-11/YTD') as budgeted_ytd_amt,
        max(denominator_amt) filter (figure = 'M-11/YTD') as budget_amt,
        max(value) filter (figure = 'M-11/DEV') as deviation_pct,
        max(numerator_amt) filter (figure = 'M-11/DEV') as ahead_amt
    from metric
    group by book, ledger_id, poolarea_no, insutype, period_ym
),

last_month as (
    select book, max(period_ym) as last_ym
    from wide
    group by book
),

first_month as (
    select book, ledger_id, poolarea_no, insutype, min(period_ym) as first_ym
    from wide
    group by book, ledger_id, poolarea_no, insutype
),

-- every month from the first on: one without figures is a finding, not a gap
calendar as (
    select f.book, f.ledger_id, f.poolarea_no, f.insutype, f.first_ym,
        unnest(generate_series(
            make_date(f.first_ym // 100, f.first_ym % 100, 1)::timestamp,
            make_date(l.last_ym // 100, l.last_ym % 100, 1)::timestamp,
            interval 1 month
        ))::date as period_start_date
    from first_month as f
    inner join last_month as l on f.book = l.book
),

told as (
    select c.book, c.ledger_id, c.poolarea_no, c.insutype, c.period_start_date,
        (year(c.period_start_date) * 100 + month(c.period_start_date))::integer as period_ym,
        w.reserve_months, w.reserve_amt, w.reserve_outlay_amt, w.reserve_month_cnt,
        w.cash_months, w.cash_amt, w.cash_outlay_amt, w.cash_month_cnt,
        w.ytd_net_amt, w.ytd_income_amt, w.r12_net_amt, w.r12_income_amt, w.r12_month_cnt,
        w.index_value, w.budgeted_expense_amt, w.expected_amt, w.progress_pct,
        w.budgeted_ytd_amt, w.budget_amt, w.deviation_pct, w.ahead_amt,
        -- the year so far before this month: nothing in January and in the ledger's first month
        case
            when month(c.period_start_date) = 1 or c.first_ym = w.period_ym then 0
            else lag(w.ytd_income_amt) over series
        end as before_income_amt,
        case
            when month(c.period_start_date) = 1 or c.first_ym = w.period_ym then 0
            else lag(w.ytd_income_amt - w.ytd_net_amt) over series
        end as before_expense_amt
    from calendar as c
    left join wide as w
        on c.book = w.book
        and c.ledger_id = w.ledger_id
        and year(c.period_start_date) * 100 + month(c.period_start_date) = w.period_ym
    window series as (partition by c.book, c.ledger_id order by c.period_start_date)
),

-- a seasonal weight needs one whole year before the month's own
whole_year as (
    select book, ledger_id, period_ym // 100 + 1 as year
    from told
    where period_ym % 100 = 12 and r12_month_cnt = 12
)

select
    t.book, t.ledger_id, t.poolarea_no, t.insutype,
    case t.insutype when '390' then 'NA' else 'POOL' end as fund,
    t.ledger_id || case t.insutype when '390' then '-NA' else '-POOL' end as series_id,
    t.period_ym, t.period_start_date,
    t.reserve_months, t.reserve_amt, t.reserve_month_cnt,
    (t.reserve_outlay_amt / t.reserve_month_cnt)::decimal(18, 2) as reserve_mean_amt,
    t.cash_months, t.cash_amt, t.cash_month_cnt,
    (t.cash_outlay_amt / t.cash_month_cnt)::decimal(18, 2) as cash_mean_amt,
    (t.ytd_income_amt - t.before_income_amt)::decimal(18, 2) as income_amt,
    (t.ytd_income_amt - t.ytd_net_amt - t.before_expense_amt)::decimal(18, 2) as expense_amt,
    t.ytd_income_amt, t.ytd_net_amt, t.r12_income_amt, t.r12_net_amt, t.r12_month_cnt,
    t.index_value, t.budgeted_expense_amt, t.expected_amt, t.progress_pct, t.budgeted_ytd_amt,
    t.budget_amt, t.deviation_pct, t.ahead_amt,
    w.year is not null as has_season
from told as t
left join whole_year as w
    on t.book = w.book
    and t.ledger_id = w.ledger_id
    and t.period_ym // 100 = w.year
