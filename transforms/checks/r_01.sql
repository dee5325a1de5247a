-- grain: one pooling area that keeps books
-- check: R-01
-- severity: S
-- title: 每个统筹区在归集年份的区划中有确定的地级（省本级、省直辖县级除外）
-- guards: a pool whose prefecture was divided is in its province's sums and in no prefecture's
with keeping as (
    select distinct poolarea_no
    from fct_ledger_month
)

select
    k.poolarea_no as ledger_id,
    0::integer as period_ym,
    coalesce(p.poolarea_name, k.poolarea_no) || coalesce('：' || p.geography_note, '') as item,
    0::decimal(18, 2) as expected_amt,
    (p.geography_note is not null and p.prefecture_code is null)::integer::decimal(18, 2)
        as actual_amt
from keeping as k
left join dim_pooling_area as p on k.poolarea_no = p.poolarea_no
