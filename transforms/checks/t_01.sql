-- grain: one voucher
-- check: T-01
-- severity: H
-- title: 每张凭证借贷平衡、单一账套、单一月份
-- guards: an unbalanced voucher would pass unseen into every later sum
select
    min(ledger_id) as ledger_id,
    min(period_ym)::integer as period_ym,
    voucher_id as item,
    sum(debit_amt)::decimal(18, 2) as expected_amt,
    -- a voucher over two ledgers or two months can never equal its debit side
    case
        when count(distinct ledger_id) = 1 and count(distinct period_ym) = 1
            then sum(credit_amt)::decimal(18, 2)
    end as actual_amt
from fct_journal
group by voucher_id
