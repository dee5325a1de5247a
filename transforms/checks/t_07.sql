-- grain: one row of one monthly income statement
-- check: T-07
-- severity: H
-- title: 本年累计数 = 各月本月数之和
-- guards: a month restated alone would leave the year to date behind
with month as (
    select book, ledger_id, period_ym, row_code, month_amt, ytd_amt
    from fct_income_statement
    where period_type = 'M'
),

summed as (
    select t.book, t.ledger_id, t.period_ym, t.row_code,
        sum(m.month_amt)::decimal(18, 2) as months_amt
    from month as t
    inner join month as m
        on t.book = m.book
        and t.ledger_id = m.ledger_id
        and t.row_code = m.row_code
        and m.period_ym between t.period_ym // 100 * 100 + 1 and t.period_ym
    group by t.book, t.ledger_id, t.period_ym, t.row_code
)

select m.ledger_id, m.period_ym, b.item_prefix || m.row_code as item, s.months_amt as expected_amt,
    m.ytd_amt as actual_amt
from month as m
inner join jrn_book as b on m.book = b.book
left join summed as s
    on m.book = s.book
    and m.ledger_id = s.ledger_id
    and m.period_ym = s.period_ym
    and m.row_code = s.row_code
