-- grain: one row of one balance sheet
-- view
select book, ledger_id, poolarea_no, insutype, period_type, period_ym, period_start_date,
    row_code, row_order, row_name, year_open_amt, close_amt
from stm_balance_sheet
