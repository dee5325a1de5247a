-- grain: one version of a recovery that brought money back, or of a prepayment set off
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

-- act_retn_amt is cumulative: every version delivered posts what it adds to the one before
version as (
    select
        r.source_sha, r.src_row, r.det_id, r.insutype, r.poolarea_no, r.setl_id, r.retn_way,
        r.obj_type, r.fixmedins_code, r.clr_ym,
        r.act_retn_date, r.traf_sn, r.updt_time,
        (r.act_retn_amt - coalesce(lag(r.act_retn_amt) over (
            partition by r.det_id order by r.updt_time, r.source_sha, r.src_row
        ), 0))::decimal(18, 2) as added_amt,
        row_number() over (
            partition by r.det_id order by r.updt_time, r.source_sha, r.src_row
        ) as version_no,
        coalesce(r.ocur_ym // 100, year(r.crtf_date)) as occurred_year,
        -- 30 预付金抵扣: no recovery, it clears an advance
        r.det_type = '30' as is_prepayment,
        i.scheme
    from recoveries as r
    inner join scheme as i on r.insutype = i.insutype
    -- 40 预留金暂扣 is unpaid, so unbooked
    where r.det_type <> '40'
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
    r.det_id || '|' || r.version_no::varchar as recovery_id,
    r.is_prepayment,
    r.obj_type,
    r.fixmedins_code,
    r.clr_ym,
    r.retn_way,
    coalesce(b.acen_date, r.act_retn_date) as return_date,
    -- way 3 names no bank row: the expenditure account, where benefits came from [D]
    case when r.traf_sn is null then '1004' else b.bank_account end as bank_account,
    r.added_amt,
    r.occurred_year < year(coalesce(b.acen_date, r.act_retn_date)) as is_prior_year,
    -- a recovery that names no settlement goes to inpatient, the class most audited [D]
    coalesce(s.pool_part, 'POOL_INPATIENT') as pool_part
from version as r
left join settlement_part as s
    on r.setl_id = s.setl_id
    and r.scheme = s.scheme
left join bank as b on r.traf_sn = b.traf_sn
where r.added_amt <> 0
