-- grain: one presplit lot of the rule in force, and one month of its corrections
-- check: T-25
-- severity: H
-- title: 现行制度：归属更正在基金间合计为零；已明确的不超过预分数
-- guards: a correction between funds must not change net assets; nothing resolves more than was split
with correction as (
    select j.ledger_id, j.period_ym,
        sum(j.credit_amt - j.debit_amt)::decimal(18, 2) as net_amt
    from fct_journal as j
    inner join jrn_book as b on j.book = b.book
    where b.policy = 'A2017' and j.event_code = 'E87'
        and account_code in ('300101', '300102')
    group by j.ledger_id, j.period_ym
),

lot as (
    select p.ledger_id, p.kind, p.received_ym, p.open_amt,
        coalesce(sum(o.out_amt), 0)::decimal(18, 2) as resolved_amt
    from jrn_pending_presplit as p
    left join jrn_pending_out as o
        on p.ledger_id = o.ledger_id
        and p.kind = o.kind
        and p.received_ym = o.received_ym
        and year(o.out_date) > p.year
    where p.policy = 'A2017'
    group by p.ledger_id, p.kind, p.received_ym, p.open_amt
)

select ledger_id, period_ym, 'E87' as item, 0::decimal(18, 2) as expected_amt,
    net_amt as actual_amt
from correction
union all
select ledger_id, received_ym, kind || ' ' || received_ym::varchar,
    least(open_amt, resolved_amt), resolved_amt
from lot
