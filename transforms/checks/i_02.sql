-- grain: one pooling area, year and law of the inspection counts
-- check: I-02
-- severity: S
-- title: 监督检查统计：处理家次不大于检查家次；全年数等于各季、各月之和
-- guards: a count typed into the wrong column would pass for a high rate of handling
with part as (
    select
        poolarea_no, prd_type, stt_ym // 100 as year, insp_cnt, hndl_cnt,
        retn_amt
    from inspections
    cross join param_run
    where stt_ym <= through_ym
),

summed as (
    select
        poolarea_no, year, prd_type,
        count(*) as part_cnt,
        sum(insp_cnt)::bigint as insp_cnt,
        sum(hndl_cnt)::bigint as hndl_cnt,
        sum(retn_amt)::decimal(18, 2) as retn_amt
    from part
    group by poolarea_no, year, prd_type
),

-- only a year that is told in all its parts can be held against them
whole as (
    select y.poolarea_no, y.year, p.prd_type,
        y.insp_cnt as year_insp_cnt, p.insp_cnt as part_insp_cnt,
        y.hndl_cnt as year_hndl_cnt, p.hndl_cnt as part_hndl_cnt,
        y.retn_amt as year_retn_amt, p.retn_amt as part_retn_amt
    from summed as y
    inner join summed as p
        on y.poolarea_no = p.poolarea_no
        and y.year = p.year
    where y.prd_type = 'Y'
        and ((p.prd_type = 'Q' and p.part_cnt = 4) or (p.prd_type = 'M' and p.part_cnt = 12))
)

select
    poolarea_no as ledger_id,
    (year * 100 + 12)::integer as period_ym,
    prd_type || ' 处理家次' as item,
    least(hndl_cnt, insp_cnt)::decimal(18, 2) as expected_amt,
    hndl_cnt::decimal(18, 2) as actual_amt
from summed
union all
select poolarea_no, (year * 100 + 12)::integer, prd_type || ' 检查家次之和',
    part_insp_cnt::decimal(18, 2), year_insp_cnt::decimal(18, 2)
from whole
union all
select poolarea_no, (year * 100 + 12)::integer, prd_type || ' 处理家次之和',
    part_hndl_cnt::decimal(18, 2), year_hndl_cnt::decimal(18, 2)
from whole
union all
select poolarea_no, (year * 100 + 12)::integer, prd_type || ' 追回资金之和',
    part_retn_amt, year_retn_amt
from whole
