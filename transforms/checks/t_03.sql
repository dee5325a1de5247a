-- grain: one balance sheet
-- check: T-03
-- severity: H
-- title: 资产总计 = 负债与净资产总计
-- guards: a row left out of the layout would leave the sheet lopsided
select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || s.period_type as item,
    max(s.close_amt) filter (s.row_code = 'A9') as expected_amt,
    max(s.close_amt) filter (s.row_code = 'T9') as actual_amt
from fct_balance_sheet as s
inner join jrn_book as b on s.book = b.book
group by b.item_prefix, s.ledger_id, s.period_ym, s.period_type
