-- grain: one monthly or annual income statement of a book with a pending fund
-- check: T-21
-- severity: H
-- title: 建议账簿：收支表待转基金 = 待转保险费收入 + 待转利息收入
-- guards: what 300103 gained and what 46xx received are two sets of lines: a carry that is not the receipts shows here
select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || s.period_type as item,
    sum(s.ytd_amt) filter (s.row_code in ('5.3.1', '5.3.2'))::decimal(18, 2) as expected_amt,
    max(s.ytd_amt) filter (s.row_code = '5.3') as actual_amt
from fct_income_statement as s
inner join jrn_book as b on s.book = b.book
where b.policy = 'B' and s.insutype = '310'
group by b.item_prefix, s.ledger_id, s.period_ym, s.period_type
