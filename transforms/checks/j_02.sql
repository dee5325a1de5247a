-- grain: one payment order
-- check: J-02
-- severity: H
-- title: 每笔拨付都找到清算和结算，并全额入账
-- guards: a payment whose clearing row is missing would leave the bank without an expense
with booked as (
    select ledger_id, voucher_key, sum(amount)::decimal(18, 2) as booked_amt
    from jrn_benefit
    group by ledger_id, voucher_key
)

select
    p.ledger_id,
    (year(p.acen_date) * 100 + month(p.acen_date))::integer as period_ym,
    p.traf_sn as item,
    -- what the bank sent back is booked as received
    case p.pay_prefix when 'RETURN' then -p.amt else p.amt end as expected_amt,
    b.booked_amt as actual_amt
from jrn_payment as p
left join booked as b
    on p.ledger_id = b.ledger_id
    and b.voucher_key = 'PAY|' || p.traf_sn
