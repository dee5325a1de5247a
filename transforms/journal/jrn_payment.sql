-- grain: one payment order to an institution, with the clearing row it pays
with payment as (
    select source_sha, src_row, ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date,
        amt, fee_clr_id
    from stg_transfer
    where posting_source = 'clearing'
        and leg = posting_leg
        and coalesce(dfr_souc, '201') <> '103'
),

cleared as (
    select ledger_id, fee_clr_id, insutype, fixmedins_code, clr_type, clr_ym, act_dfr_amt,
        acct_pay
    from stg_clearing
)

select
    p.source_sha,
    p.src_row,
    p.ledger_id,
    p.poolarea_no,
    p.scheme,
    p.traf_sn,
    p.bank_account,
    p.acen_date,
    p.amt,
    c.fee_clr_id,
    c.insutype,
    c.fixmedins_code,
    c.clr_type,
    c.clr_ym,
    c.act_dfr_amt as pool_amt,
    c.acct_pay as pa_amt
from payment as p
left join cleared as c
    on p.fee_clr_id = c.fee_clr_id
    and p.ledger_id = c.ledger_id
