-- grain: one part of one bank movement that posts by itself
with movement as (
    select
        ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, amt, leg, key_suffix,
        init_traf_sn, traf_item, named_item, named_amt, cntp_code,
        case
            -- money on the wrong side of the item's meaning: no rule has this key, J-01 tells it
            when posting_leg not in ('ANY', leg) then traf_item || '.' || leg
            when key_suffix = 'ACCT' then traf_item || '.' || hif_acct_type
            when key_suffix in ('FUND', 'PART') then traf_item || '.' || fund
            when key_suffix = 'LEG' then traf_item || '.' || leg
            when key_suffix = 'SOUC' then traf_item || '.' || dfr_souc
            when key_suffix = 'ORIG'
                then coalesce('RETURN.' || named_item || '.' || coalesce(dfr_souc, 'ALL'),
                    traf_item || '.UNKNOWN')
            else traf_item || '.ALL'
        end as posting_key
    from stg_transfer
    where posting_source = 'fund_transfers'
        and (is_external or posting_leg in ('ANY', leg))
),

-- bonds and loans: what names its purchase or borrowing gives back the principal first, and what
-- is left is interest; without a name all of it is principal
running as (
    select
        *,
        sum(amt) over (
            partition by ledger_id, traf_item, coalesce(init_traf_sn, traf_sn)
            order by acen_date, traf_sn
            rows between unbounded preceding and current row
        )::decimal(18, 2) as cumulated_amt
    from movement
    where key_suffix is not distinct from 'PART'
),

principal as (
    select
        *,
        case
            when init_traf_sn is null then amt
            else least(cumulated_amt, named_amt) - least(cumulated_amt - amt, named_amt)
        end::decimal(18, 2) as principal_amt
    from running
),

-- interest of earlier months: a book on accrual basis has it already
accrued as (
    select ledger_id, traf_sn, sum(accrued_amt)::decimal(18, 2) as accrued_amt
    from stg_interest_share
    where exists (select 1 from jrn_book where is_accrual)
    group by ledger_id, traf_sn
),

part as (
    select m.ledger_id, m.poolarea_no, m.scheme, m.traf_sn, m.bank_account, m.acen_date,
        m.posting_key, m.amt - coalesce(a.accrued_amt, 0) as amt, m.cntp_code
    from movement as m
    left join accrued as a
        on m.ledger_id = a.ledger_id
        and m.traf_sn = a.traf_sn
    where m.key_suffix is distinct from 'PART'
    union all
    select m.ledger_id, m.poolarea_no, m.scheme, m.traf_sn, m.bank_account, m.acen_date,
        m.posting_key || '@ACCRUED', a.accrued_amt, m.cntp_code
    from movement as m
    inner join accrued as a
        on m.ledger_id = a.ledger_id
        and m.traf_sn = a.traf_sn
    where m.key_suffix is distinct from 'PART'
    union all
    select ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date,
        case
            when init_traf_sn is null or named_item is not null then traf_item || '.PRINCIPAL'
            else traf_item || '.UNKNOWN'
        end,
        coalesce(principal_amt, amt), cntp_code
    from principal
    union all
    select ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date,
        traf_item || '.INTEREST', amt - principal_amt, cntp_code
    from principal
)

select
    ledger_id, poolarea_no, scheme,
    'BANK|' || traf_sn as voucher_key,
    acen_date as posting_date,
    posting_key,
    bank_account,
    cntp_code,
    year(acen_date) * 100 + month(acen_date) as orig_period_ym,
    amt::decimal(18, 2) as amount,
    1::bigint as source_row_cnt
from part
where amt <> 0
