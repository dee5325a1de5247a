-- grain: one pending account of one book and ledger at a month end
-- check: T-20
-- severity: H
-- title: 建议账簿：每月末待转收入科目余额为零
-- guards: pending money that the month-end carry forgot would be told twice, in 46xx and in 300103
select
    l.ledger_id,
    l.period_ym,
    b.item_prefix || l.account_code as item,
    0::decimal(18, 2) as expected_amt,
    l.closing_amt as actual_amt
from fct_ledger_month as l
inner join jrn_book as b on l.book = b.book
where b.policy = 'B'
    and l.account_code in ('4601', '4602')
    and l.closing_stage = 'post'
