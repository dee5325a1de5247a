-- grain: one posting key of one book, ledger and month
-- check: J-01
-- severity: H
-- title: 每个事项在每个账簿都有且只有一条入账规则
-- guards: an event without a rule would vanish between the extracts and the books
with event as (
    select b.book, e.ledger_id, e.period_ym, e.posting_key, e.amount
    from jrn_event as e
    cross join jrn_book as b
    union all
    select book, ledger_id, period_ym, posting_key, amount
    from jrn_pending_event
    union all
    select book, ledger_id, period_ym, posting_key, amount
    from jrn_accrual_event
),

expected as (
    select book, ledger_id, period_ym, posting_key, sum(amount)::decimal(18, 2) as event_amt
    from event
    group by book, ledger_id, period_ym, posting_key
),

posted as (
    select b.book, e.ledger_id, e.period_ym, r.posting_key,
        sum(e.amount)::decimal(18, 2) as posted_amt
    from jrn_book_entry as e
    inner join rule_posting as r on e.rule_id = r.rule_id
    inner join jrn_book as b
        on e.book is null or e.book = b.book
    where e.debit_account is not null and e.credit_account is not null
    group by b.book, e.ledger_id, e.period_ym, r.posting_key
)

select e.ledger_id, e.period_ym::integer as period_ym, b.item_prefix || e.posting_key as item,
    e.event_amt as expected_amt,
    p.posted_amt as actual_amt
from expected as e
inner join jrn_book as b on e.book = b.book
left join posted as p
    on e.book = p.book
    and e.ledger_id = p.ledger_id
    and e.period_ym = p.period_ym
    and e.posting_key = p.posting_key
