-- grain: one valid line of a bank statement, with its ledger, bank account and signed amount
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

bank as (
    select hif_acct_type, account_code
    from rule_bank_account
),

item as (
    select traf_item, posting_source, posting_leg, key_suffix, is_external
    from rule_traf_item
),

fund_code as (
    select fund_code, fund
    from rule_fund_code
)

select
    t.source_sha,
    t.src_row,
    t.event_ym,
    t.poolarea_no || '-' || i.scheme as ledger_id,
    t.poolarea_no,
    i.scheme,
    t.traf_sn,
    t.traf_item,
    t.hif_acct_type,
    b.account_code as bank_account,
    case t.incexpd_dirc when '1' then 'IN' else 'OUT' end as leg,
    t.acen_date,
    t.amt,
    (case t.incexpd_dirc when '1' then t.amt else -t.amt end)::decimal(18, 2) as signed_amt,
    t.balc,
    -- attribution: as told by the bank row; an untold one is pending in 310, has one fund in 390
    case
        when i.scheme = '390' then 'NA'
        else coalesce(f.fund, 'PEND')
    end as fund,
    t.dfr_souc,
    t.fee_clr_id,
    m.posting_source,
    m.posting_leg,
    m.key_suffix,
    m.is_external
from fund_transfers as t
inner join scheme as i on t.insutype = i.insutype
inner join bank as b on t.hif_acct_type = b.hif_acct_type
inner join item as m on t.traf_item = m.traf_item
left join fund_code as f on t.fund_code = f.fund_code
-- F = cancelled before it moved money; 1/2 in transit, 9 failed: no cash moved either
where t.fin_vali_flag <> 'F'
    and coalesce(t.fin_dspo_flag, '4') = '4'
