-- grain: one row of one income statement
-- view
select book, ledger_id, poolarea_no, insutype, period_type, period_ym, period_start_date,
    row_code, row_order, row_name, month_amt, ytd_amt, prior_year_amt, form_amt
from stm_income_statement
