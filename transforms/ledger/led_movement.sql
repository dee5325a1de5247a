-- grain: one account of one ledger with movements in one month, one book
select
    book, ledger_id, poolarea_no, insutype, period_ym, account_code,
    coalesce(sum(debit_amt - credit_amt) filter (is_opening), 0)::decimal(18, 2)
        as opening_net_amt,
    coalesce(sum(debit_amt) filter (not is_opening and not is_closing), 0)::decimal(18, 2)
        as debit_amt,
    coalesce(sum(credit_amt) filter (not is_opening and not is_closing), 0)::decimal(18, 2)
        as credit_amt,
    coalesce(sum(debit_amt) filter (is_closing), 0)::decimal(18, 2) as closing_debit_amt,
    coalesce(sum(credit_amt) filter (is_closing), 0)::decimal(18, 2) as closing_credit_amt,
    -- the month-end carry of pending money and its pull-back move it inside the books only
    coalesce(sum(credit_amt - debit_amt) filter (event_code in ('E88', 'E89')), 0)::decimal(18, 2)
        as carry_net_amt,
    -- net assets moved between funds, past income and expense
    coalesce(sum(credit_amt - debit_amt) filter (
        event_code in ('E87', 'E91', 'E92', 'E93')
    ), 0)::decimal(18, 2) as adjust_net_amt
from jrn_journal
group by book, ledger_id, poolarea_no, insutype, period_ym, account_code
