-- grain: one fund of one scope over one window (M, YTD, R12, CAL, CUM) that ends with a month
with rolling as (
    select
        book, scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
        period_start_date, ledger_cnt, income_amt, expense_amt, outlay_amt, balance_amt,
        advance_amt, cash_amt,
        count(*) over ytd as ytd_month_cnt,
        sum(ledger_cnt) over ytd as ytd_ledger_month_cnt,
        sum(income_amt) over ytd as ytd_income_amt,
        sum(expense_amt) over ytd as ytd_expense_amt,
        sum(outlay_amt) over ytd as ytd_outlay_amt,
        count(*) over r12 as r12_month_cnt,
        sum(ledger_cnt) over r12 as r12_ledger_month_cnt,
        sum(income_amt) over r12 as r12_income_amt,
        sum(expense_amt) over r12 as r12_expense_amt,
        sum(outlay_amt) over r12 as r12_outlay_amt
    from met_base
    window
        ytd as (
            partition by book, scope_id, fund, period_ym // 100
            order by period_ym
        ),
        r12 as (
            partition by book, scope_id, fund
            order by period_ym
            rows between 11 preceding and current row
        )
),

measured as (
    select book, 'books' as origin, scope_type, scope_id, ledger_id, poolarea_no, insutype, fund,
        period_ym, period_start_date, 'M' as variant, ledger_cnt, 1 as month_cnt,
        false as is_short, income_amt, expense_amt, outlay_amt, balance_amt, advance_amt, cash_amt
    from rolling
    union all
    select book, 'books', scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
        period_start_date,
        unnest(case period_ym % 100 when 12 then ['YTD', 'CAL'] else ['YTD'] end),
        ledger_cnt, ytd_month_cnt,
        -- a ledger that joined within the window makes it short, too
        ytd_ledger_month_cnt < ledger_cnt * (period_ym % 100),
        ytd_income_amt, ytd_expense_amt, ytd_outlay_amt, balance_amt, advance_amt, cash_amt
    from rolling
    union all
    select book, 'books', scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
        period_start_date, 'R12', ledger_cnt, r12_month_cnt,
        r12_ledger_month_cnt < ledger_cnt * 12,
        r12_income_amt, r12_expense_amt, r12_outlay_amt, balance_amt, advance_amt, cash_amt
    from rolling
    union all
    select book, 'published', scope_type, scope_id, null, null, insutype, fund, period_ym,
        make_date(period_ym // 100, period_ym % 100, 1), variant, 1, month_cnt, false,
        income_amt, expense_amt, expense_amt, balance_amt, 0, null
    from met_published
)

select
    book, origin, scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
    period_start_date, variant,
    ledger_cnt::bigint as ledger_cnt,
    month_cnt::bigint as month_cnt,
    is_short,
    income_amt::decimal(18, 2) as income_amt,
    expense_amt::decimal(18, 2) as expense_amt,
    -- spending without 上解上级 and 补助下级
    outlay_amt::decimal(18, 2) as outlay_amt,
    (income_amt - expense_amt)::decimal(18, 2) as net_amt,
    balance_amt,
    -- what is there for spending: without premiums of a benefit year that has not begun
    (balance_amt - advance_amt)::decimal(18, 2) as reserve_amt,
    cash_amt
from measured
