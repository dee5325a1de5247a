-- grain: one balance sheet of scheme 310
-- check: T-06
-- severity: H
-- title: 一般基金结余 = 统筹 + 个人账户 + 待转
-- guards: the literal form leaves pending money out of the main row in months 1 to 11
select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || s.period_type as item,
    max(s.close_amt) filter (s.row_code = 'N1') as expected_amt,
    sum(s.close_amt) filter (s.row_code in ('N1a', 'N1b', 'N1c'))::decimal(18, 2) as actual_amt
from fct_balance_sheet as s
inner join jrn_book as b on s.book = b.book
where s.insutype = '310'
group by b.item_prefix, s.ledger_id, s.period_ym, s.period_type
