-- grain: one row of one balance sheet after the ledger's first year
-- check: T-08
-- severity: H
-- title: 年初余额 = 上年期末余额，逐行
-- guards: an opening balance typed anew would cut the books in two
with sheet as (
    select book, ledger_id, period_type, period_ym, row_code, year_open_amt, close_amt
    from fct_balance_sheet
),

first_year as (
    select book, ledger_id, min(period_ym) // 100 as year
    from sheet
    group by book, ledger_id
)

select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || s.period_type || ' ' || s.row_code as item,
    p.close_amt as expected_amt,
    s.year_open_amt as actual_amt
from sheet as s
inner join jrn_book as b on s.book = b.book
inner join first_year as f
    on s.book = f.book
    and s.ledger_id = f.ledger_id
    and s.period_ym // 100 > f.year
left join sheet as p
    on s.book = p.book
    and s.ledger_id = p.ledger_id
    and s.period_type = p.period_type
    and s.row_code = p.row_code
    and p.period_ym = (s.period_ym // 100 - 1) * 100 + 12
