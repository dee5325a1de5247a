-- grain: one bank movement that posts by itself
with movement as (
    select
        ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, amt,
        case key_suffix
            when 'ACCT' then traf_item || '.' || hif_acct_type
            when 'FUND' then traf_item || '.' || fund
            else traf_item || '.ALL'
        end as posting_key
    from stg_transfer
    where posting_source = 'fund_transfers'
        and leg = posting_leg
    union all
    -- 生育津贴 is in no settlement table: the payment order itself posts
    select ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, amt,
        'MATERNITY_ALLOWANCE.ALL'
    from stg_transfer
    where traf_item = 'DFR_OUT'
        and leg = posting_leg
        and dfr_souc = '103'
)

select
    ledger_id, poolarea_no, scheme,
    'BANK|' || traf_sn as voucher_key,
    acen_date as posting_date,
    posting_key,
    bank_account,
    year(acen_date) * 100 + month(acen_date) as orig_period_ym,
    amt as amount,
    1::bigint as source_row_cnt
from movement
