-- grain: one cleared application of an institution, with its ledger
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
)

select
    c.source_sha,
    c.src_row,
    c.poolarea_no || '-' || i.scheme as ledger_id,
    c.poolarea_no,
    i.scheme,
    c.insutype,
    c.fee_clr_id,
    c.fixmedins_code,
    c.clr_type,
    c.clr_ym,
    c.fund_appy_sum,
    c.det_sumamt,
    c.dpst_sumamt,
    c.act_dfr_amt,
    c.acct_pay,
    c.pay_date
from clearing as c
inner join scheme as i on c.insutype = i.insutype
