-- grain: one recovery that brought money back, with bank account, date and original benefit part
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

returned as (
    select
        r.source_sha, r.src_row, r.det_id, r.insutype, r.poolarea_no, r.setl_id, r.retn_way,
        r.act_retn_date, r.act_retn_amt, r.traf_sn,
        coalesce(r.ocur_ym // 100, year(r.crtf_date)) as occurred_year,
        i.scheme
    from recoveries as r
    inner join scheme as i on r.insutype = i.insutype
    -- 30 预付金抵扣 and 40 预留金暂扣 are not recoveries
    where r.act_retn_amt <> 0
        and r.det_type not in ('30', '40')
),

settlement_part as (
    select setl_id, scheme, min(pool_part) as pool_part
    from stg_settlement
    group by setl_id, scheme
),

bank as (
    select traf_sn, min(bank_account) as bank_account, min(acen_date) as acen_date
    from stg_transfer
    group by traf_sn
)

select
    r.source_sha,
    r.src_row,
    r.poolarea_no || '-' || r.scheme as ledger_id,
    r.poolarea_no,
    r.scheme,
    r.det_id,
    r.retn_way,
    coalesce(b.acen_date, r.act_retn_date) as return_date,
    b.bank_account,
    r.act_retn_amt,
    r.occurred_year < year(coalesce(b.acen_date, r.act_retn_date)) as is_prior_year,
    -- a recovery that names no settlement goes to inpatient, the class most audited [D]
    coalesce(s.pool_part, 'POOL_INPATIENT') as pool_part
from returned as r
left join settlement_part as s
    on r.setl_id = s.setl_id
    and r.scheme = s.scheme
left join bank as b on r.traf_sn = b.traf_sn
