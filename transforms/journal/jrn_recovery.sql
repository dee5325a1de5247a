-- grain: one version of a recovery that posts
-- Same year and set off against a payment: no entry, the payment is already net.
with recovery as (
    select
        ledger_id, poolarea_no, scheme, recovery_id, return_date, bank_account, added_amt,
        case
            when retn_way = '1' and is_prior_year then 'SETOFF_PRIOR.' || pool_part
            when retn_way = '1' then null
            when is_prior_year then 'RECOVER_PRIOR.ALL'
            else 'RECOVER.' || pool_part
        end as posting_key
    from stg_recovery
)

select
    ledger_id, poolarea_no, scheme,
    'REC|' || recovery_id as voucher_key,
    return_date as posting_date,
    posting_key,
    bank_account,
    year(return_date) * 100 + month(return_date) as orig_period_ym,
    added_amt as amount,
    1::bigint as source_row_cnt
from recovery
where posting_key is not null
