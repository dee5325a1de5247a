-- grain: one posting key of one ledger and month
-- check: J-01
-- severity: H
-- title: 每个事项都有且只有一条入账规则
-- guards: an event without a rule would vanish between the extracts and the books
with event as (
    select ledger_id, period_ym, posting_key, scheme, sum(amount)::decimal(18, 2) as event_amt
    from jrn_event
    group by ledger_id, period_ym, posting_key, scheme
),

posted as (
    select e.ledger_id, e.period_ym, r.posting_key, sum(e.amount)::decimal(18, 2) as posted_amt
    from jrn_entry as e
    inner join rule_posting as r on e.rule_id = r.rule_id
    where e.debit_account is not null and e.credit_account is not null
    group by e.ledger_id, e.period_ym, r.posting_key
)

select e.ledger_id, e.period_ym::integer as period_ym, e.posting_key as item,
    e.event_amt as expected_amt,
    p.posted_amt as actual_amt
from event as e
left join posted as p
    on e.ledger_id = p.ledger_id
    and e.period_ym = p.period_ym
    and e.posting_key = p.posting_key
