-- grain: one book, ledger, month and closing stage
-- check: T-02
-- severity: H
-- title: 试算平衡：借方余额合计 = 贷方余额合计
-- guards: an account missing from the ledger would break only the statement that uses it
with balance as (
    select k.item_prefix, l.ledger_id, l.period_ym, l.closing_stage, a.normal_side, l.closing_amt
    from fct_ledger_month as l
    inner join jrn_book as k on l.book = k.book
    inner join dim_account as a
        on l.insutype = a.insutype
        and l.account_code = a.account_code
)

select
    ledger_id,
    period_ym,
    item_prefix || closing_stage as item,
    coalesce(sum(closing_amt) filter (normal_side = 'D'), 0)::decimal(18, 2) as expected_amt,
    coalesce(sum(closing_amt) filter (normal_side = 'C'), 0)::decimal(18, 2) as actual_amt
from balance
group by item_prefix, ledger_id, period_ym, closing_stage
