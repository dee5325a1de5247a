-- grain: one budget row of a year with its months beside it (BUDGET_YEAR_SUM)
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

year_row as (
    select source_sha, src_row, event_ym, budg_year, budg_ver, poolarea_no, insutype, incexpd_dirc,
        budg_item, fixmedins_code, budg_amt
    from budget
    where stt_mon = '19'
),

month_row as (
    select budg_year, budg_ver, poolarea_no, insutype, incexpd_dirc, budg_item, fixmedins_code,
        count(*) as month_cnt, sum(budg_amt)::decimal(18, 2) as budg_amt
    from budget
    where stt_mon <> '19'
    group by budg_year, budg_ver, poolarea_no, insutype, incexpd_dirc, budg_item, fixmedins_code
)

select
    'BUDGET_YEAR_SUM' as rule_id,
    y.poolarea_no,
    i.scheme as insutype,
    y.event_ym as period_ym,
    y.source_sha,
    y.src_row,
    1::bigint as row_cnt,
    -- some of the months tell nothing of the year
    case when m.month_cnt = 12 then y.budg_amt <> m.budg_amt end as is_hit,
    m.budg_amt as expected_amt,
    y.budg_amt as found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    abs(y.budg_amt - m.budg_amt)::decimal(18, 2) as amount
from year_row as y
inner join scheme as i on y.insutype = i.insutype
inner join month_row as m
    on y.budg_year = m.budg_year
    and y.budg_ver = m.budg_ver
    and y.poolarea_no = m.poolarea_no
    and y.insutype = m.insutype
    and y.incexpd_dirc = m.incexpd_dirc
    and y.budg_item = m.budg_item
    and y.fixmedins_code is not distinct from m.fixmedins_code
