-- grain: one fund of one book, ledger and month
-- check: T-05
-- severity: H
-- title: 分基金滚动：期末 = 期初 + 本期结余 + 净资产直接调整（统筹、个人账户、待转）
-- guards: money moved between funds would cancel out in the total
with fund as (
    select
        book, ledger_id, period_ym, row_code, close_amt, year_open_amt,
        lag(close_amt) over (partition by book, ledger_id, row_code order by period_ym)
            as previous_amt
    from fct_balance_sheet
    where period_type = 'M' and row_code in ('N1a', 'N1b', 'N1c', 'N1')
        and (insutype = '390') = (row_code = 'N1')
),

surplus as (
    select
        book, ledger_id, period_ym, month_amt,
        case
            when insutype = '390' and row_code = '3' then 'N1'
            when insutype = '310' and row_code = '5.1' then 'N1a'
            when insutype = '310' and row_code = '5.2' then 'N1b'
            when insutype = '310' and row_code = '5.3' then 'N1c'
        end as fund_row
    from fct_income_statement
    where period_type = 'M'
),

-- past income and expense: the difference to a presplit, personal-account differences, risk fund
adjusted as (
    select book, ledger_id, period_ym,
        case
            when insutype = '390' then 'N1'
            when account_code = '300101' then 'N1a'
            when account_code = '300102' then 'N1b'
            else 'N1c'
        end as fund_row,
        sum(credit_amt - debit_amt) as adjust_amt
    from fct_journal
    where event_code in ('E77', 'E78', 'E87', 'E91', 'E92', 'E93')
        and starts_with(account_code, '3001')
    group by book, ledger_id, period_ym, fund_row
)

select
    f.ledger_id,
    f.period_ym,
    b.item_prefix || f.row_code as item,
    (coalesce(f.previous_amt, f.year_open_amt) + s.month_amt + coalesce(a.adjust_amt, 0))
        ::decimal(18, 2) as expected_amt,
    f.close_amt as actual_amt
from fund as f
inner join jrn_book as b on f.book = b.book
left join surplus as s
    on f.book = s.book
    and f.ledger_id = s.ledger_id
    and f.period_ym = s.period_ym
    and f.row_code = s.fund_row
left join adjusted as a
    on f.book = a.book
    and f.ledger_id = a.ledger_id
    and f.period_ym = a.period_ym
    and f.row_code = a.fund_row
