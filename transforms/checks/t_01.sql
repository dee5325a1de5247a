-- grain: one voucher of one book
-- check: T-01
-- severity: H
-- title: 每张凭证借贷平衡、单一账套、单一月份
-- guards: an unbalanced voucher would pass unseen into every later sum
select
    min(j.ledger_id) as ledger_id,
    min(j.period_ym)::integer as period_ym,
    any_value(b.item_prefix) || j.voucher_id as item,
    sum(j.debit_amt)::decimal(18, 2) as expected_amt,
    -- a voucher over two ledgers or two months can never equal its debit side
    case
        when min(j.ledger_id) = max(j.ledger_id) and min(j.period_ym) = max(j.period_ym)
            then sum(j.credit_amt)::decimal(18, 2)
    end as actual_amt
from fct_journal as j
inner join jrn_book as b on j.book = b.book
group by j.book, j.voucher_id
