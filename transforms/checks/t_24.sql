-- grain: one account of one ledger at a new year, the book of 1999
-- check: T-24
-- severity: H
-- title: 1999年制度：年初冲回 = 上年末预分，逐科目
-- guards: a reversal that is not the presplit's mirror makes or destroys income
with line as (
    select j.ledger_id, j.period_ym, j.event_code, j.account_code,
        j.debit_amt - j.credit_amt as net_amt
    from fct_journal as j
    inner join jrn_book as b on j.book = b.book
    where b.policy = 'A1999' and j.event_code in ('E84', 'E85', 'E86')
),

presplit as (
    select ledger_id, period_ym + 89 as period_ym, account_code,
        sum(net_amt)::decimal(18, 2) as net_amt
    from line
    where event_code in ('E84', 'E85')
    group by ledger_id, period_ym, account_code
),

reversal as (
    select ledger_id, period_ym, account_code, sum(-net_amt)::decimal(18, 2) as net_amt
    from line
    where event_code = 'E86'
    group by ledger_id, period_ym, account_code
),

account as (
    select p.ledger_id, p.period_ym, p.account_code
    from presplit as p
    cross join param_run as r
    where p.period_ym <= r.through_ym
    union
    select ledger_id, period_ym, account_code from reversal
)

select
    a.ledger_id,
    a.period_ym,
    a.account_code as item,
    coalesce(p.net_amt, 0)::decimal(18, 2) as expected_amt,
    coalesce(r.net_amt, 0)::decimal(18, 2) as actual_amt
from account as a
left join presplit as p
    on a.ledger_id = p.ledger_id
    and a.period_ym = p.period_ym
    and a.account_code = p.account_code
left join reversal as r
    on a.ledger_id = r.ledger_id
    and a.period_ym = r.period_ym
    and a.account_code = r.account_code
