-- grain: one pooling area (000000: the nation) in one year: inspections as delivered
with part as (
    select
        poolarea_no, prd_type, stt_ym // 100 as year,
        stt_ym,
        case prd_type when 'Y' then 12 when 'Q' then 3 else 1 end as month_cnt,
        case prd_type when 'Y' then 1 when 'Q' then 2 else 3 end as kind_order,
        insp_cnt, hndl_cnt, case_cnt, suspect_cnt, close_cnt, retn_amt
    from inspections
    cross join param_run
    where stt_ym <= through_ym
),

told as (
    select
        poolarea_no, year, prd_type, kind_order,
        min(stt_ym) as first_part_ym,
        max(stt_ym) as last_ym,
        sum(month_cnt) as month_cnt,
        sum(insp_cnt) as insp_cnt,
        sum(hndl_cnt) as hndl_cnt,
        sum(case_cnt) as case_cnt,
        sum(suspect_cnt) as suspect_cnt,
        sum(close_cnt) as close_cnt,
        sum(retn_amt) as retn_amt
    from part
    group by poolarea_no, year, prd_type, kind_order
)

-- a year is told once: by its own row, else by the parts that cover most of it, quarters first
select
    poolarea_no,
    year::integer as year,
    prd_type,
    month_cnt::bigint as month_cnt,
    insp_cnt::bigint as insp_cnt,
    hndl_cnt::bigint as hndl_cnt,
    case_cnt::bigint as case_cnt,
    suspect_cnt::bigint as suspect_cnt,
    close_cnt::bigint as close_cnt,
    retn_amt::decimal(18, 2) as retn_amt
from told
qualify row_number() over (
    partition by poolarea_no, year
    order by month_cnt desc, kind_order
) = 1
