-- grain: one lot still pending at a year end, as one book splits it beforehand
-- The book in force splits a lot once, at the end of its year of receipt; the old rule splits what
-- is open at every year end and reverses it the next day. Shares are cumulated in whole fen.
with opened as (
    select l.ledger_id, l.poolarea_no, l.scheme, l.kind, l.received_ym, r.year,
        (l.in_amt - coalesce(sum(o.out_amt), 0))::decimal(18, 2) as open_amt,
        r.pool_fen, r.total_fen, l.row_cnt
    from jrn_pending_lot as l
    inner join jrn_pending_ratio as r
        on l.ledger_id = r.ledger_id
        and l.kind = r.kind
        and r.year >= l.received_ym // 100
    left join jrn_pending_out as o
        on l.ledger_id = o.ledger_id
        and l.kind = o.kind
        and l.received_ym = o.received_ym
        and year(o.out_date) <= r.year
    group by l.ledger_id, l.poolarea_no, l.scheme, l.kind, l.received_ym, r.year, l.in_amt,
        r.pool_fen, r.total_fen, l.row_cnt
),

booked as (
    select b.book, b.policy, o.ledger_id, o.poolarea_no, o.scheme, o.kind, o.received_ym, o.year,
        o.open_amt, o.pool_fen, o.total_fen, o.row_cnt,
        (sum(o.open_amt) over running * 100)::hugeint as cumulated_fen,
        (sum(o.open_amt) over whole * 100)::hugeint as open_fen
    from opened as o
    inner join jrn_book as b
        on b.policy = 'A1999'
        or b.policy = 'A2017' and o.year = o.received_ym // 100
    where o.open_amt <> 0
    window
        whole as (partition by b.book, o.ledger_id, o.kind, o.year),
        running as (
            partition by b.book, o.ledger_id, o.kind, o.year
            order by o.received_ym
            rows between unbounded preceding and current row
        )
),

-- what the personal accounts have earned by the bank's rule: the old rule's other reading
account_interest as (
    select a.ledger_id, a.period_ym // 100 as year,
        (sum(a.interest_amt) * 100)::hugeint as interest_fen
    from jrn_pa_interest as a
    inner join stg_parameter as v
        on v.name = 'a1999_interest'
        and v.value = 'PA_FIRST'
        and a.poolarea_no = v.poolarea_no
        and make_date(a.period_ym // 100, 12, 31) between v.valid_from and v.valid_to
    group by a.ledger_id, a.period_ym // 100
),

keyed as (
    select b.*,
        -- the pool's part of the whole, then spread over the lots in order of receipt
        case
            when b.policy = 'A1999' and b.kind = 'INTE' and i.interest_fen is not null
                then greatest(b.open_fen - i.interest_fen, 0)
            else half_up(b.open_fen * b.pool_fen, b.total_fen)
        end as pool_part_fen
    from booked as b
    left join account_interest as i
        on b.ledger_id = i.ledger_id
        and b.year = i.year
),

shared as (
    select *,
        case when open_fen > 0 then half_up(cumulated_fen * pool_part_fen, open_fen) end
            as cumulated_pool_fen
    from keyed
),

parted as (
    select *,
        ((cumulated_pool_fen - coalesce(lag(cumulated_pool_fen) over (
            partition by book, ledger_id, kind, year order by received_ym
        ), 0))::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as pool_amt
    from shared
)

select book, policy, ledger_id, poolarea_no, scheme, kind, received_ym, year,
    open_amt, pool_amt,
    (open_amt - pool_amt)::decimal(18, 2) as pa_amt,
    row_cnt
from parted
