-- grain: one clearing row, or one reimbursed settlement, that was paid
-- check: J-05
-- severity: H
-- title: 一笔清算（或零星报销的结算）的拨付合计不超过其应付
-- guards: a clearing row paid twice would book its cost twice
with paid as (
    select ledger_id, fee_clr_id, sum(amt)::decimal(18, 2) as paid_amt,
        max(year(acen_date) * 100 + month(acen_date))::integer as period_ym
    from jrn_payment
    where fee_clr_id is not null
    group by ledger_id, fee_clr_id
),

payable as (
    select ledger_id, fee_clr_id, (act_dfr_amt + acct_pay)::decimal(18, 2) as due_amt
    from stg_clearing
    union all
    select s.ledger_id, 'SETL|' || s.setl_id, sum(s.hifp_pay + s.acct_pay)::decimal(18, 2)
    from stg_settlement as s
    semi join paid as p
        on s.ledger_id = p.ledger_id
        and 'SETL|' || s.setl_id = p.fee_clr_id
    group by s.ledger_id, s.setl_id
)

select
    p.ledger_id,
    p.period_ym,
    p.fee_clr_id as item,
    case when p.paid_amt <= c.due_amt then p.paid_amt else c.due_amt end::decimal(18, 2)
        as expected_amt,
    p.paid_amt as actual_amt
from paid as p
left join payable as c
    on p.ledger_id = c.ledger_id
    and p.fee_clr_id = c.fee_clr_id
