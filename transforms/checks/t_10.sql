-- grain: one ledger and month
-- check: T-10
-- severity: S
-- title: 收入户、国库月末余额为零
-- guards: money left outside the fiscal account breaks 收支两条线
select
    ledger_id,
    period_ym,
    row_code as item,
    0::decimal(18, 2) as expected_amt,
    close_amt as actual_amt
from fct_balance_sheet
where book in (select book from jrn_book where is_statutory)
    and period_type = 'M' and row_code in ('A2', 'A5')
