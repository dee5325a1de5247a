-- grain: one pending account of one book and ledger at a year end
-- check: T-19
-- severity: H
-- title: 年末待转科目余额为零（预分的账簿）
-- guards: the annual sheet has no row for pending money: what is left would unbalance it
select
    l.ledger_id,
    l.period_ym,
    b.item_prefix || l.account_code as item,
    0::decimal(18, 2) as expected_amt,
    l.closing_amt as actual_amt
from fct_ledger_month as l
inner join jrn_book as b on l.book = b.book
where b.policy in ('A1999', 'A2017')
    and l.account_code in ('4601', '4602')
    and l.closing_stage = 'post'
    and l.period_ym % 100 = 12
