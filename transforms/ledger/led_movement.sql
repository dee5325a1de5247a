-- grain: one account of one ledger with movements in one month
select
    book, ledger_id, poolarea_no, insutype, period_ym, account_code,
    coalesce(sum(debit_amt - credit_amt) filter (is_opening), 0)::decimal(18, 2)
        as opening_net_amt,
    coalesce(sum(debit_amt) filter (not is_opening and not is_closing), 0)::decimal(18, 2)
        as debit_amt,
    coalesce(sum(credit_amt) filter (not is_opening and not is_closing), 0)::decimal(18, 2)
        as credit_amt,
    coalesce(sum(debit_amt) filter (is_closing), 0)::decimal(18, 2) as closing_debit_amt,
    coalesce(sum(credit_amt) filter (is_closing), 0)::decimal(18, 2) as closing_credit_amt
from jrn_journal
group by book, ledger_id, poolarea_no, insutype, period_ym, account_code
