-- grain: one pair of accounts of which one is a bank account, of one ledger in one month
select ledger_id, poolarea_no, insutype, period_ym, period_start_date, account_code,
    debit_account, credit_account, is_allowed, entry_cnt, entry_amt
from wrn_pair
