-- grain: one row of one monthly income statement
-- check: T-07
-- severity: H
-- title: 本年累计数 = 各月本月数之和
-- guards: a month restated alone would leave the year to date behind
with month as (
    select book, ledger_id, period_ym, row_code, month_amt, ytd_amt,
        sum(month_amt) over (
            partition by book, ledger_id, row_code, period_ym // 100
            order by period_ym
        )::decimal(18, 2) as months_amt
    from fct_income_statement
    where period_type = 'M'
)

select m.ledger_id, m.period_ym, b.item_prefix || m.row_code as item, m.months_amt as expected_amt,
    m.ytd_amt as actual_amt
from month as m
inner join jrn_book as b on m.book = b.book
