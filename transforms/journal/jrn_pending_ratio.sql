-- grain: one ledger and year end with pending money: the experience ratio of its presplit
-- Pool-attributed over all attributed income of the twelve months before December; where there is
-- none, December itself; where the whole year has none, all that was ever attributed; interest
-- without a history of its own follows the premiums.
with ledger_year as (
    select distinct l.ledger_id, y.year
    from jrn_pending_lot as l
    cross join param_run as r
    inner join (select unnest(generate_series(2000, 2100))::integer as year) as y
        on y.year >= l.received_ym // 100
        and y.year * 100 + 12 <= r.through_ym
),

entry as (
    select e.ledger_id, e.scheme, e.period_ym, e.debit_account, e.credit_account, e.amount
    from jrn_entry as e
    left join jrn_book as b on e.book = b.book
    where e.book is null or b.is_statutory
),

sided as (
    select ledger_id, scheme, period_ym, credit_account as account_code, amount as amt
    from entry
    union all
    select ledger_id, scheme, period_ym, debit_account, -amount
    from entry
),

attributed as (
    select e.ledger_id, e.period_ym,
        case when starts_with(a.account_code, '4001') then 'PREM' else 'INTE' end as kind,
        a.fund,
        e.amt
    from sided as e
    inner join rule_account as a
        on e.scheme = a.insutype
        and e.account_code = a.account_code
    where (starts_with(a.account_code, '4001') or starts_with(a.account_code, '4201'))
        and a.fund in ('POOL', 'PA')
    union all
    select o.ledger_id, (year(o.out_date) * 100 + month(o.out_date))::integer, o.kind, f.fund,
        case f.fund when 'POOL' then o.pool_amt else o.pa_amt end
    from jrn_pending_out as o
    cross join (select unnest(['POOL', 'PA']) as fund) as f
    where o.way = 'ATTRIBUTE'
),

windowed as (
    select y.ledger_id, y.year, a.kind,
        coalesce(sum(a.amt) filter (
            a.fund = 'POOL' and a.period_ym >= (y.year - 1) * 100 + 12
                and a.period_ym < y.year * 100 + 12
        ), 0) as pool_before_amt,
        coalesce(sum(a.amt) filter (
            a.period_ym >= (y.year - 1) * 100 + 12 and a.period_ym < y.year * 100 + 12
        ), 0) as total_before_amt,
        coalesce(sum(a.amt) filter (
            a.fund = 'POOL' and a.period_ym >= (y.year - 1) * 100 + 12
        ), 0) as pool_amt,
        coalesce(sum(a.amt) filter (a.period_ym >= (y.year - 1) * 100 + 12), 0) as total_amt,
        coalesce(sum(a.amt) filter (a.fund = 'POOL'), 0) as pool_ever_amt,
        coalesce(sum(a.amt), 0) as total_ever_amt
    from ledger_year as y
    inner join attributed as a
        on y.ledger_id = a.ledger_id
        and a.period_ym <= y.year * 100 + 12
    group by y.ledger_id, y.year, a.kind
),

chosen as (
    select ledger_id, year, kind,
        case
            when total_before_amt > 0 then pool_before_amt
            when total_amt > 0 then pool_amt
            else pool_ever_amt
        end as pool_amt,
        case
            when total_before_amt > 0 then total_before_amt
            when total_amt > 0 then total_amt
            else total_ever_amt
        end as total_amt
    from windowed
)

select
    y.ledger_id, y.year, k.kind,
    (coalesce(own.pool_amt, premium.pool_amt) * 100)::hugeint as pool_fen,
    (coalesce(own.total_amt, premium.total_amt) * 100)::hugeint as total_fen
from ledger_year as y
cross join (select unnest(['PREM', 'INTE']) as kind) as k
left join chosen as own
    on y.ledger_id = own.ledger_id
    and y.year = own.year
    and k.kind = own.kind
    and own.total_amt > 0
left join chosen as premium
    on y.ledger_id = premium.ledger_id
    and y.year = premium.year
    and premium.kind = 'PREM'
    and premium.total_amt > 0
