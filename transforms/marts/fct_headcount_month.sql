-- grain: the insured of one ledger at the end of one month
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

place as (
    select h.poolarea_no, h.insu_admdvs, h.insutype, i.scheme, h.stt_ym,
        -- the row of all heads, where it is told, else the sum of the groups
        coalesce(
            sum(h.insu_psncnt) filter (h.psn_type = 'ALL'),
            sum(h.insu_psncnt)
        ) as head_cnt
    from insured_headcount as h
    inner join scheme as i on h.insutype = i.insutype
    cross join param_run as r
    -- maternity insurance counts the same persons again
    where h.insutype <> '510' and h.stt_ym <= r.through_ym
    group by h.poolarea_no, h.insu_admdvs, h.insutype, i.scheme, h.stt_ym
)

select
    poolarea_no || '-' || scheme as ledger_id,
    poolarea_no,
    scheme as insutype,
    stt_ym::integer as period_ym,
    make_date(stt_ym // 100, stt_ym % 100, 1) as period_start_date,
    sum(head_cnt)::bigint as head_cnt
from place
group by poolarea_no, scheme, stt_ym
