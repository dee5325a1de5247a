-- grain: one pooling area in one year: fines of the recoveries found in it, as they stand now
with latest as (
    select r.det_id, r.poolarea_no, r.crtf_date, r.penl_amt
    from recoveries as r
    inner join rule_insutype as i on r.insutype = i.insutype and i.in_scope
    cross join param_run as p
    where year(r.crtf_date) * 100 + month(r.crtf_date) <= p.through_ym
        -- 30 预付金抵扣 and 40 预留金暂扣 are no recoveries
        and r.det_type not in ('30', '40')
    qualify row_number() over (
        partition by r.det_id
        order by r.updt_time desc, r.source_sha desc, r.src_row desc
    ) = 1
)

select
    poolarea_no,
    year(crtf_date)::integer as year,
    sum(penl_amt)::decimal(18, 2) as penl_amt
from latest
group by poolarea_no, year(crtf_date)
