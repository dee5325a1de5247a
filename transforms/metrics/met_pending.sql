-- grain: one month of one ledger of employees: premium income of the year and the oldest pending item
with month as (
    select m.ledger_id, m.period_ym, m.period_start_date, m.book
    from led_month as m
    where m.insutype = '310'
        and m.book in (select book from jrn_book where is_statutory)
),

premium as (
    select book, ledger_id, period_ym, sum(credit_amt - debit_amt) as premium_amt
    from led_balance
    where starts_with(account_code, '4001')
    group by book, ledger_id, period_ym
),

running as (
    select o.ledger_id, o.kind, o.received_ym, l.in_amt,
        (year(o.out_date) * 100 + month(o.out_date)) as out_ym,
        sum(o.out_amt) over (
            partition by o.ledger_id, o.kind, o.received_ym
            order by o.out_date, o.voucher_key
            rows between unbounded preceding and current row
        ) as gone_amt
    from jrn_pending_out as o
    inner join jrn_pending_lot as l
        on o.ledger_id = l.ledger_id
        and o.kind = l.kind
        and o.received_ym = l.received_ym
),

cleared as (
    select ledger_id, kind, received_ym, min(out_ym) as cleared_ym
    from running
    where gone_amt >= in_amt
    group by ledger_id, kind, received_ym
),

lot as (
    select l.ledger_id, l.received_ym, c.cleared_ym,
        last_day(make_date(l.received_ym // 100, l.received_ym % 100, 1)) as received_date
    from jrn_pending_lot as l
    left join cleared as c
        on l.ledger_id = c.ledger_id
        and l.kind = c.kind
        and l.received_ym = c.received_ym
    where l.in_amt > 0
),

oldest as (
    select m.ledger_id, m.period_ym,
        max(last_day(m.period_start_date) - l.received_date) as oldest_day_cnt
    from month as m
    inner join lot as l
        on m.ledger_id = l.ledger_id
        and m.period_ym >= l.received_ym
        and (l.cleared_ym is null or l.cleared_ym > m.period_ym)
    group by m.ledger_id, m.period_ym
)

select
    m.ledger_id, m.period_ym,
    sum(coalesce(p.premium_amt, 0)) over (
        partition by m.ledger_id, m.period_ym // 100 order by m.period_ym
    )::decimal(18, 2) as ytd_premium_amt,
    coalesce(o.oldest_day_cnt, 0)::bigint as oldest_pending_day_cnt
from month as m
left join premium as p
    on m.book = p.book
    and m.ledger_id = p.ledger_id
    and m.period_ym = p.period_ym
left join oldest as o
    on m.ledger_id = o.ledger_id
    and m.period_ym = o.period_ym
