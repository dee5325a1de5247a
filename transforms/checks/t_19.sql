-- grain: one pending account of one ledger at a year end
-- check: T-19
-- severity: H
-- title: 年末待转科目余额为零
-- guards: the annual sheet has no row for pending money: what is left would unbalance it
select
    ledger_id,
    period_ym,
    account_code as item,
    0::decimal(18, 2) as expected_amt,
    closing_amt as actual_amt
from fct_ledger_month
where account_code in ('4601', '4602')
    and closing_stage = 'post'
    and period_ym % 100 = 12
