-- grain: one balance sheet
-- check: T-03
-- severity: H
-- title: 资产总计 = 负债与净资产总计
-- guards: a row left out of the layout would leave the sheet lopsided
select
    ledger_id,
    period_ym,
    period_type as item,
    max(close_amt) filter (row_code = 'A9') as expected_amt,
    max(close_amt) filter (row_code = 'T9') as actual_amt
from fct_balance_sheet
group by ledger_id, period_ym, period_type
