-- grain: one balance sheet of scheme 310
-- check: T-06
-- severity: H
-- title: 一般基金结余 = 统筹 + 个人账户 + 待转
-- guards: the literal form leaves pending money out of the main row in months 1 to 11
select
    ledger_id,
    period_ym,
    period_type as item,
    max(close_amt) filter (row_code = 'N1') as expected_amt,
    sum(close_amt) filter (row_code in ('N1a', 'N1b', 'N1c'))::decimal(18, 2) as actual_amt
from fct_balance_sheet
where insutype = '310'
group by ledger_id, period_ym, period_type
