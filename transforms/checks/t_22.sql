-- grain: one month's balance sheet of a book with a pending fund
-- check: T-22
-- severity: H
-- title: 建议账簿：待转基金期末 = 期初 + 收支表待转基金 + 个人账户差额调整
-- guards: the sheet and the statement take 待转基金 from different lines
with sheet as (
    select book, ledger_id, period_ym, close_amt,
        coalesce(
            lag(close_amt) over (partition by book, ledger_id order by period_ym), year_open_amt
        ) as begin_amt
    from fct_balance_sheet
    where period_type = 'M' and row_code = 'N1c'
),

statement as (
    select book, ledger_id, period_ym, month_amt
    from fct_income_statement
    where period_type = 'M' and row_code = '5.3'
),

adjustment as (
    select book, ledger_id, period_ym, sum(credit_amt - debit_amt)::decimal(18, 2) as adjust_amt
    from fct_journal
    where account_code = '30010303' and not is_opening
    group by book, ledger_id, period_ym
)

select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || 'N1c' as item,
    (s.begin_amt + t.month_amt + coalesce(a.adjust_amt, 0))::decimal(18, 2) as expected_amt,
    s.close_amt as actual_amt
from sheet as s
inner join jrn_book as b on s.book = b.book
left join statement as t
    on s.book = t.book
    and s.ledger_id = t.ledger_id
    and s.period_ym = t.period_ym
left join adjustment as a
    on s.book = a.book
    and s.ledger_id = a.ledger_id
    and s.period_ym = a.period_ym
where b.policy = 'B'
