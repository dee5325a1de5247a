-- grain: one clearing row that was paid
-- check: J-05
-- severity: H
-- title: 一笔清算的拨付合计不超过其实际拨付与账户支付之和
-- guards: a clearing row paid twice would book its cost twice
with paid as (
    select ledger_id, fee_clr_id, sum(amt)::decimal(18, 2) as paid_amt,
        max(year(acen_date) * 100 + month(acen_date))::integer as period_ym
    from jrn_payment
    where fee_clr_id is not null
    group by ledger_id, fee_clr_id
)

select
    p.ledger_id,
    p.period_ym,
    p.fee_clr_id as item,
    case when p.paid_amt <= c.act_dfr_amt + c.acct_pay then p.paid_amt
        else c.act_dfr_amt + c.acct_pay
    end::decimal(18, 2) as expected_amt,
    p.paid_amt as actual_amt
from paid as p
left join stg_clearing as c
    on p.ledger_id = c.ledger_id
    and p.fee_clr_id = c.fee_clr_id
