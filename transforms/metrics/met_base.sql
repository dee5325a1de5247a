-- grain: one fund of one scope in one month of the books
with flow as (
    select
        i.book, i.ledger_id, i.insutype, i.period_ym, i.period_start_date,
        sum(i.month_amt) filter (i.row_code = '1') as pool_income_amt,
        sum(i.month_amt) filter (i.insutype = '310' and i.row_code = '2') as pa_income_amt,
        sum(i.month_amt) filter (i.insutype = '310' and i.row_code = '5.3') as pend_income_amt,
        sum(i.month_amt) filter (i.insutype || i.row_code in ('3103', '3902'))
            as pool_expense_amt,
        sum(i.month_amt) filter (i.insutype = '310' and i.row_code = '4') as pa_expense_amt,
        -- 上解上级、补助下级: money within the system, no spending on benefits
        sum(i.month_amt) filter (
            i.insutype || i.row_code in ('3103.3', '3103.4', '3902.3', '3902.4')
        ) as pool_level_amt,
        sum(i.month_amt) filter (i.insutype || i.row_code in ('3104.3', '3104.4'))
            as pa_level_amt
    from stm_income_statement as i
    -- what is measured and warned of is the book that is filed
    where i.book in (select book from jrn_book where is_statutory)
        and i.period_type = 'M'
    group by i.book, i.ledger_id, i.insutype, i.period_ym, i.period_start_date
),

stock as (
    select
        book, ledger_id, period_ym,
        sum(close_amt) filter (insutype || row_code in ('310N1a', '390N9')) as pool_balance_amt,
        sum(close_amt) filter (row_code = 'N1b') as pa_balance_amt,
        sum(close_amt) filter (row_code = 'N1c') as pend_balance_amt,
        sum(close_amt) filter (row_code = 'N9') as all_balance_amt,
        sum(close_amt) filter (row_code in ('A3', 'A4')) as cash_amt
    from stm_balance_sheet
    where period_type = 'M'
    group by book, ledger_id, period_ym
),

advance as (
    -- residents' premiums for the next benefit year, booked as income of the year of receipt
    select book, ledger_id, period_ym, sum(credit_amt - debit_amt) as advance_amt
    from jrn_journal
    where event_code = 'E05' and starts_with(account_code, '4001')
    group by book, ledger_id, period_ym
),

ledger_month as (
    select
        f.book, f.ledger_id, f.insutype, f.period_ym, f.period_start_date,
        f.pool_income_amt, f.pool_expense_amt, f.pool_level_amt, s.pool_balance_amt,
        f.pa_income_amt, f.pa_expense_amt, f.pa_level_amt, s.pa_balance_amt,
        f.pend_income_amt, s.pend_balance_amt, s.all_balance_amt, s.cash_amt,
        -- the next benefit year begins in January: nothing is carried over the year end
        sum(coalesce(a.advance_amt, 0)) over (
            partition by f.book, f.ledger_id, f.period_ym // 100
            order by f.period_ym
        ) as advance_amt
    from flow as f
    inner join stock as s
        on f.book = s.book
        and f.ledger_id = s.ledger_id
        and f.period_ym = s.period_ym
    left join advance as a
        on f.book = a.book
        and f.ledger_id = a.ledger_id
        and f.period_ym = a.period_ym
),

fund_month as (
    select book, ledger_id, insutype, period_ym, period_start_date,
        case insutype when '390' then 'NA' else 'POOL' end as fund,
        pool_income_amt as income_amt,
        pool_expense_amt as expense_amt,
        pool_expense_amt - pool_level_amt as outlay_amt,
        pool_balance_amt as balance_amt,
        advance_amt,
        case insutype when '390' then cash_amt end as cash_amt
    from ledger_month
    union all
    select book, ledger_id, insutype, period_ym, period_start_date, 'PA', pa_income_amt,
        pa_expense_amt, pa_expense_amt - pa_level_amt, pa_balance_amt, 0, null
    from ledger_month
    where insutype = '310'
    union all
    select book, ledger_id, insutype, period_ym, period_start_date, 'PEND', pend_income_amt, 0, 0,
        pend_balance_amt, 0, null
    from ledger_month
    where insutype = '310'
    union all
    select book, ledger_id, insutype, period_ym, period_start_date, 'ALL',
        pool_income_amt + pa_income_amt + pend_income_amt,
        pool_expense_amt + pa_expense_amt,
        pool_expense_amt - pool_level_amt + pa_expense_amt - pa_level_amt,
        all_balance_amt, advance_amt, cash_amt
    from ledger_month
    where insutype = '310'
),

scoped as (
    select m.book, m.scope_type, m.scope_id, m.ledger_id, m.poolarea_no, m.insutype,
        f.period_ym, f.period_start_date, f.fund,
        f.income_amt, f.expense_amt, f.outlay_amt, f.balance_amt, f.advance_amt, f.cash_amt
    from fund_month as f
    inner join met_member as m
        on f.book = m.book
        and f.ledger_id = m.member_ledger_id
        and f.insutype = m.insutype
    union all
    -- M-03: where both schemes are told together, all of the residents' fund is 统筹
    select m.book, m.scope_type, m.scope_id, m.ledger_id, m.poolarea_no, m.insutype,
        f.period_ym, f.period_start_date,
        unnest(case f.fund when 'NA' then ['POOL', 'ALL'] else [f.fund] end),
        f.income_amt, f.expense_amt, f.outlay_amt, f.balance_amt, f.advance_amt, f.cash_amt
    from fund_month as f
    inner join met_member as m
        on f.book = m.book
        and f.ledger_id = m.member_ledger_id
        and m.insutype = 'ALL'
)

select
    book, scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
    period_start_date,
    count(*)::bigint as ledger_cnt,
    sum(income_amt)::decimal(18, 2) as income_amt,
    sum(expense_amt)::decimal(18, 2) as expense_amt,
    sum(outlay_amt)::decimal(18, 2) as outlay_amt,
    sum(balance_amt)::decimal(18, 2) as balance_amt,
    sum(advance_amt)::decimal(18, 2) as advance_amt,
    case when fund in ('ALL', 'NA') then sum(cash_amt)::decimal(18, 2) end as cash_amt
from scoped
group by book, scope_type, scope_id, ledger_id, poolarea_no, insutype, fund, period_ym,
    period_start_date
