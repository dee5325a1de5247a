-- grain: one book, ledger and month
-- check: T-04
-- severity: H
-- title: 净资产期末 = 期初 + 本期基金结余
-- guards: income or expense booked straight to net assets would not show in the 收支表
with net_asset as (
    select
        book, ledger_id, period_ym, close_amt, year_open_amt,
        lag(close_amt) over (partition by book, ledger_id order by period_ym) as previous_amt
    from fct_balance_sheet
    where period_type = 'M' and row_code = 'N9'
),

surplus as (
    select book, ledger_id, period_ym, month_amt
    from fct_income_statement
    where period_type = 'M'
        and ((insutype = '310' and row_code = '5') or (insutype = '390' and row_code = '3'))
)

select
    n.ledger_id,
    n.period_ym,
    b.item_prefix || 'N9' as item,
    (coalesce(n.previous_amt, n.year_open_amt) + s.month_amt)::decimal(18, 2) as expected_amt,
    n.close_amt as actual_amt
from net_asset as n
inner join jrn_book as b on n.book = b.book
left join surplus as s
    on n.book = s.book
    and n.ledger_id = s.ledger_id
    and n.period_ym = s.period_ym
