-- grain: one amount of one event of pending money in one book, before accounts are known
with book as (
    select book, policy from jrn_book
),

moved_out as (
    select b.book, b.policy, o.ledger_id, o.poolarea_no, o.scheme, o.kind, o.received_ym,
        o.out_date, o.way, o.voucher_key, o.bank_account, o.pool_amt, o.pa_amt, o.out_amt,
        o.row_cnt,
        year(o.out_date) > o.received_ym // 100 as is_later_year
    from jrn_pending_out as o
    cross join book as b
),

-- attributed in the year of receipt, or pulled back first: the plain entry E83
attribution as (
    select book, policy, ledger_id, poolarea_no, scheme, kind, received_ym, out_date, voucher_key,
        pool_amt, pa_amt, row_cnt, is_later_year
    from moved_out
    where way = 'ATTRIBUTE'
),

plain as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, out_date as posting_date,
        'E83.' || kind || '.POOL' as posting_key, received_ym as orig_period_ym,
        pool_amt as amount, row_cnt
    from attribution
    where not (policy = 'A2017' and is_later_year)
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, out_date,
        'E83.' || kind || '.PA', received_ym, pa_amt, row_cnt
    from attribution
    where not (policy = 'A2017' and is_later_year)
),

-- the rule in force: what a later year resolves of a lot takes its share of the presplit
resolved as (
    select a.book, a.ledger_id, a.poolarea_no, a.scheme, a.kind, a.received_ym, a.out_date,
        a.way, a.voucher_key, a.bank_account, a.pool_amt, a.out_amt, a.row_cnt,
        (p.pool_amt * 100)::hugeint as lot_pool_fen,
        (p.open_amt * 100)::hugeint as lot_fen,
        (sum(a.out_amt) over (
            partition by a.book, a.ledger_id, a.kind, a.received_ym
            order by a.out_date, a.voucher_key
            rows between unbounded preceding and current row
        ) * 100)::hugeint as cumulated_fen
    from moved_out as a
    inner join jrn_pending_presplit as p
        on a.book = p.book
        and a.ledger_id = p.ledger_id
        and a.kind = p.kind
        and a.received_ym = p.received_ym
    where a.policy = 'A2017' and a.is_later_year
),

carried as (
    select *,
        half_up(lot_pool_fen * cumulated_fen, lot_fen) as cumulated_pool_fen
    from resolved
),

presplit_share as (
    select *,
        ((cumulated_pool_fen - coalesce(lag(cumulated_pool_fen) over (
            partition by book, ledger_id, kind, received_ym order by out_date, voucher_key
        ), 0))::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as share_pool_amt
    from carried
),

-- attributed: only the difference to the presplit, between the funds
corrected as (
    select *, (pool_amt - share_pool_amt)::decimal(18, 2) as to_pool_amt
    from presplit_share
    where way = 'ATTRIBUTE'
),

-- given back in a later year: out of the funds that the presplit gave it to, else out of 4601
given_back as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, out_date as posting_date,
        'E17.POOL' as posting_key, bank_account, received_ym as orig_period_ym,
        share_pool_amt as amount, row_cnt
    from presplit_share
    where way = 'REFUND'
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, out_date, 'E17.PA', bank_account,
        received_ym, (out_amt - share_pool_amt)::decimal(18, 2), row_cnt
    from presplit_share
    where way = 'REFUND'
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, out_date, 'E17.PEND', bank_account,
        received_ym, out_amt, row_cnt
    from moved_out
    where way = 'REFUND' and is_later_year and policy <> 'A2017'
),

difference as (
    select book, ledger_id, poolarea_no, scheme,
        'E87|' || kind || '|' || out_date::varchar || '|' || received_ym::varchar as voucher_key,
        out_date as posting_date,
        case when to_pool_amt > 0 then 'E87.TO_POOL' else 'E87.TO_PA' end as posting_key,
        received_ym as orig_period_ym, abs(to_pool_amt)::decimal(18, 2) as amount, row_cnt
    from corrected
),

presplit as (
    select p.book, p.policy, p.ledger_id, p.poolarea_no, p.scheme, p.kind, p.received_ym, p.year,
        case p.kind when 'PREM' then 'E84' else 'E85' end as event, f.fund,
        case f.fund when 'POOL' then p.pool_amt else p.pa_amt end as amount,
        p.row_cnt
    from jrn_pending_presplit as p
    cross join (select unnest(['POOL', 'PA']) as fund) as f
),

year_end as (
    select book, ledger_id, poolarea_no, scheme,
        event || '|' || year::varchar as voucher_key,
        make_date(year, 12, 31) as posting_date,
        event || '.' || fund as posting_key, received_ym as orig_period_ym, amount, row_cnt
    from presplit
    union all
    select book, ledger_id, poolarea_no, scheme,
        'E86|' || kind || '|' || (year + 1)::varchar,
        make_date(year + 1, 1, 1),
        'E86.' || kind || '.' || fund, received_ym, amount, row_cnt
    from presplit
    where policy = 'A1999'
),

-- the proposal: what the month received and did not attribute is carried at its end,
-- and pulled back when it is attributed or given back in a later month
left_at_end as (
    select b.book, l.ledger_id, l.poolarea_no, l.scheme, l.kind, l.received_ym,
        (l.in_amt - coalesce(sum(o.out_amt), 0))::decimal(18, 2) as amount, l.row_cnt
    from jrn_pending_lot as l
    inner join book as b on b.policy = 'B'
    left join jrn_pending_out as o
        on l.ledger_id = o.ledger_id
        and l.kind = o.kind
        and l.received_ym = o.received_ym
        and year(o.out_date) * 100 + month(o.out_date) <= l.received_ym
    group by b.book, l.ledger_id, l.poolarea_no, l.scheme, l.kind, l.received_ym, l.in_amt,
        l.row_cnt
),

-- interest accrued is pending from the month that earned it, not from the one that received it
accrued as (
    select b.book, s.ledger_id, s.poolarea_no, s.scheme, s.period_ym as carried_ym,
        (year(s.acen_date) * 100 + month(s.acen_date))::integer as received_ym, s.accrued_amt
    from stg_interest_share as s
    inner join jrn_book as b on b.policy = 'B' and b.is_accrual
    where s.traf_item = 'INTE_IN' and s.fund = 'PEND'
),

month_end as (
    select book, ledger_id, poolarea_no, scheme, kind, received_ym as carried_ym, received_ym,
        amount, row_cnt
    from left_at_end
    union all
    select book, ledger_id, poolarea_no, scheme, 'INTE', carried_ym, received_ym, accrued_amt, 1
    from accrued
    union all
    select book, ledger_id, poolarea_no, scheme, 'INTE', received_ym, received_ym, -accrued_amt, 0
    from accrued
),

carried_at_end as (
    select book, ledger_id, poolarea_no, scheme, kind, carried_ym, received_ym,
        sum(amount)::decimal(18, 2) as amount, sum(row_cnt)::bigint as row_cnt
    from month_end
    group by book, ledger_id, poolarea_no, scheme, kind, carried_ym, received_ym
),

carry as (
    select book, ledger_id, poolarea_no, scheme,
        case when amount > 0 then 'E88|' else 'E89|' end || carried_ym::varchar as voucher_key,
        last_day(make_date(carried_ym // 100, carried_ym % 100, 1)) as posting_date,
        -- attributed in its month of receipt, accrued before: what was carried comes back
        case when amount > 0 then 'E88.' else 'E89.' end || kind as posting_key,
        received_ym as orig_period_ym, abs(amount)::decimal(18, 2) as amount, row_cnt
    from carried_at_end
    union all
    select b.book, o.ledger_id, o.poolarea_no, o.scheme,
        'E89|' || o.out_date::varchar || '|' || o.received_ym::varchar,
        o.out_date, 'E89.' || o.kind, o.received_ym, o.out_amt, o.row_cnt
    from jrn_pending_out as o
    inner join book as b on b.policy = 'B'
    where year(o.out_date) * 100 + month(o.out_date) > o.received_ym
),

event as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key,
        null::varchar as bank_account, orig_period_ym, amount, row_cnt from plain
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, null,
        orig_period_ym, amount, row_cnt from difference
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key,
        bank_account, orig_period_ym, amount, row_cnt from given_back
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, null,
        orig_period_ym, amount, row_cnt from year_end
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, null,
        orig_period_ym, amount, row_cnt from carry
)

select
    e.book, e.ledger_id, e.poolarea_no, e.scheme, e.voucher_key, e.posting_date, e.posting_key,
    e.bank_account, e.orig_period_ym::integer as orig_period_ym, e.amount, e.row_cnt as source_row_cnt,
    (year(e.posting_date) * 100 + month(e.posting_date))::integer as period_ym
from event as e
cross join param_run as r
where e.amount <> 0
    and year(e.posting_date) * 100 + month(e.posting_date) <= r.through_ym
