-- grain: one voucher line of one book
-- view
select
    book, ledger_id, poolarea_no, insutype, period_ym,
    period_start_date, posting_date, event_date, voucher_id, voucher_no, line_no, event_code,
    event_id, rule_id, account_code, fund, debit_amt, credit_amt, is_closing, is_opening,
    orig_period_ym, source_row_cnt, summary
from jrn_journal
