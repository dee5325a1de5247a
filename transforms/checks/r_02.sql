-- grain: one ledger and event month
-- check: R-02
-- severity: H
-- title: 区划月度合计 = 医保结算月度合计
-- guards: a region that is told twice, or left out, where its code means two units or none
with told as (
    select ledger_id, period_ym, sum(medfee_sumamt) as region_amt
    from fct_region_month
    group by ledger_id, period_ym
),

settled as (
    select ledger_id, period_ym, sum(medfee_sumamt) as settled_amt
    from fct_settlement_month
    group by ledger_id, period_ym
)

select
    coalesce(s.ledger_id, t.ledger_id) as ledger_id,
    coalesce(s.period_ym, t.period_ym) as period_ym,
    '医疗费总额' as item,
    coalesce(s.settled_amt, 0)::decimal(18, 2) as expected_amt,
    coalesce(t.region_amt, 0)::decimal(18, 2) as actual_amt
from settled as s
full join told as t on s.ledger_id = t.ledger_id and s.period_ym = t.period_ym
