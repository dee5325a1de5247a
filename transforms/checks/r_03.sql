-- grain: one code in one year
-- check: R-03
-- severity: H
-- title: 同一区划代码同一日期至多一个单位
-- guards: a code given to a second unit while the first still bears it would move money between places
with apart as (
    select r.code_order, r.valid_from, r.valid_to,
        lag(coalesce(r.valid_to, date '9999-12-31')) over (
            partition by r.code_order order by r.valid_from, r.region_sk
        ) as before_to
    from dim_region as r
)

select
    ''::varchar as ledger_id,
    0::integer as period_ym,
    code_order || ' ' || valid_from::varchar as item,
    0::decimal(18, 2) as expected_amt,
    coalesce(valid_from <= before_to, false)::integer::decimal(18, 2) as actual_amt
from apart
