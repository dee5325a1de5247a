-- grain: one valid line of a bank statement, with its ledger, bank account and posting source
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
    select traf_item, posting_source, posting_leg, key_suffix, pay_prefix, counterparty,
        is_external
    from rule_traf_item
),

souc as (
    select dfr_souc, posting_source, pay_prefix, counterparty
    from rule_dfr_souc
),

fund_code as (
    select fund_code, fund
    from rule_fund_code
),

moved as (
    select source_sha, src_row, event_ym, poolarea_no, insutype, traf_sn, init_traf_sn, traf_item,
        hif_acct_type, incexpd_dirc, acen_date, amt, balc, fund_code, dfr_souc, fee_clr_id, docno,
        fixmedins_code, dfr_obj_code_hash, cntp_admdvs, approval_id
    from fund_transfers
    -- F = cancelled before it moved money; 1/2 in transit, 9 failed: no cash moved either
    where fin_vali_flag <> 'F'
        and coalesce(fin_dspo_flag, '4') = '4'
),

-- the line that a line names: what was bought, borrowed, or paid and came back
named as (
    select poolarea_no, traf_sn, min(traf_item) as traf_item, min(amt) as amt,
        min(dfr_souc) as dfr_souc, min(fee_clr_id) as fee_clr_id, min(docno) as docno
    from moved
    group by poolarea_no, traf_sn
),

itemed as (
    select
        t.source_sha, t.src_row, t.event_ym, t.poolarea_no, t.insutype, t.traf_sn, t.init_traf_sn,
        t.traf_item, t.hif_acct_type, t.incexpd_dirc, t.acen_date, t.amt, t.balc, t.fund_code,
        t.fixmedins_code, t.dfr_obj_code_hash, t.cntp_admdvs, t.approval_id,
        m.posting_source, m.posting_leg, m.key_suffix, m.pay_prefix, m.counterparty,
        m.is_external,
        m.key_suffix is not distinct from 'ORIG' as is_return,
        n.traf_item as named_item,
        n.amt as named_amt,
        case
            when m.key_suffix = 'ORIG' and n.traf_item = 'DFR_OUT' then coalesce(n.dfr_souc, '201')
            when m.key_suffix = 'SOUC' then coalesce(t.dfr_souc, '201')
        end as dfr_souc,
        -- money that comes back goes to the clearing row that the order paid
        case when m.key_suffix = 'ORIG' then n.fee_clr_id else t.fee_clr_id end as fee_clr_id,
        case when m.key_suffix = 'ORIG' then n.docno else t.docno end as docno
    from moved as t
    inner join item as m on t.traf_item = m.traf_item
    left join named as n
        on t.poolarea_no = n.poolarea_no
        and t.init_traf_sn = n.traf_sn
)

select
    t.source_sha,
    t.src_row,
    t.event_ym,
    t.poolarea_no || '-' || i.scheme as ledger_id,
    t.poolarea_no,
    i.scheme,
    t.traf_sn,
    t.init_traf_sn,
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
    t.docno,
    t.named_item,
    t.named_amt,
    t.approval_id,
    coalesce(s.posting_source, o.posting_source, t.posting_source) as posting_source,
    t.posting_leg,
    t.key_suffix,
    case when t.is_return then 'RETURN' else coalesce(s.pay_prefix, t.pay_prefix) end
        as pay_prefix,
    case
        when coalesce(s.counterparty, t.counterparty) = 'REGION' then t.cntp_admdvs
        when coalesce(s.counterparty, t.counterparty) in ('INST', 'OBJ')
            then coalesce(t.fixmedins_code, t.dfr_obj_code_hash)
    end as cntp_code,
    t.is_external
from itemed as t
inner join scheme as i on t.insutype = i.insutype
inner join bank as b on t.hif_acct_type = b.hif_acct_type
left join fund_code as f on t.fund_code = f.fund_code
left join souc as s on t.dfr_souc = s.dfr_souc
-- a returned line other than a payment order posts as its original did
left join item as o
    on t.is_return
    and t.named_item = o.traf_item
