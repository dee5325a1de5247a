-- grain: one recovery that names a settlement under one rule, by its newest version
-- RECOVERY_CLAIM_UNKNOWN, RECOVERY_AND_REVERSAL
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

newest as (
    select r.source_sha, r.src_row, r.event_ym, r.poolarea_no, i.scheme, r.setl_id, r.ocur_ym,
        r.retn_way, r.crtf_amt, r.act_retn_amt
    from recoveries as r
    inner join scheme as i on r.insutype = i.insutype
    where r.setl_id is not null
    qualify row_number() over (
        partition by r.det_id order by r.updt_time desc, r.source_sha desc, r.src_row desc
    ) = 1
),

first_month as (
    select poolarea_no, min(event_ym) as first_ym
    from settlements
    group by poolarea_no
),

named as (
    select distinct poolarea_no, setl_id
    from newest
),

found as (
    select s.poolarea_no, s.setl_id
    from settlements as s
    semi join named as n
        on s.poolarea_no = n.poolarea_no
        and s.setl_id = n.setl_id
    group by s.poolarea_no, s.setl_id
),

-- 1 valid; 0 and 2 (冲正挂起) are never counted
reversed as (
    select s.poolarea_no, s.init_setl_id as setl_id,
        sum(s.hifp_pay + s.acct_pay)::decimal(18, 2) as reversed_amt
    from settlements as s
    semi join named as n
        on s.poolarea_no = n.poolarea_no
        and s.init_setl_id = n.setl_id
    where s.vali_flag = '1'
    group by s.poolarea_no, s.init_setl_id
)

select
    'RECOVERY_CLAIM_UNKNOWN' as rule_id,
    r.poolarea_no,
    r.scheme as insutype,
    r.event_ym as period_ym,
    r.source_sha,
    r.src_row,
    1::bigint as row_cnt,
    case
        when f.setl_id is not null then false
        -- the settlement may stand in a month before the first one delivered
        when r.ocur_ym >= m.first_ym then true
    end as is_hit,
    r.crtf_amt as expected_amt,
    null::decimal(18, 2) as found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    r.crtf_amt as amount
from newest as r
left join first_month as m on r.poolarea_no = m.poolarea_no
left join found as f
    on r.poolarea_no = f.poolarea_no
    and r.setl_id = f.setl_id
union all
select 'RECOVERY_AND_REVERSAL', r.poolarea_no, r.scheme, r.event_ym, r.source_sha, r.src_row, 1,
    v.setl_id is not null, 0, v.reversed_amt, null, null, r.act_retn_amt
from newest as r
left join reversed as v
    on r.poolarea_no = v.poolarea_no
    and r.setl_id = v.setl_id
where r.retn_way = '1' and r.act_retn_amt > 0
