-- grain: one book of one ledger at a year end: personal accounts by the platform and by the book
with year_end as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        b.policy,
        -- does the book know an entry for the difference, or does it only report it
        exists (
            select 1 from rule_event as e
            where e.event_code = 'E91'
                and (e.books is null or list_contains(string_split(e.books, ';'), b.book))
        ) as is_adjusting
    from led_month as m
    inner join jrn_book as b on m.book = b.book
    where m.insutype = '310' and m.period_ym % 100 = 12
),

-- a balance stands until the person's next movement
last_balance as (
    select y.poolarea_no, y.period_ym, d.balc,
        row_number() over (
            partition by y.poolarea_no, y.period_ym, d.psn_no_hash
            order by d.acct_ym desc, d.updt_time desc, d.source_sha desc, d.src_row desc
        ) as newest_no
    from (select distinct poolarea_no, period_ym from year_end) as y
    inner join account_details as d
        on y.poolarea_no = d.poolarea_no
        and d.acct_ym <= y.period_ym
),

platform as (
    select poolarea_no, period_ym, sum(balc)::decimal(18, 2) as platform_amt
    from last_balance
    where newest_no = 1
    group by poolarea_no, period_ym
),

balance as (
    select book, ledger_id, period_ym,
        coalesce(-sum(post_net_amt) filter (account_code = '300102'), 0) as account_amt,
        coalesce(sum(post_net_amt) filter (account_code = '110202'), 0) as receivable_amt,
        coalesce(-sum(post_net_amt) filter (starts_with(account_code, '300103')), 0) as pending_amt
    from led_balance
    where period_ym % 100 = 12
    group by book, ledger_id, period_ym
),

-- the accounts' part of what a year end split beforehand and nobody has attributed since
presplit_lot as (
    select y.book, y.ledger_id, y.period_ym, p.kind, p.received_ym, p.open_amt,
        (p.open_amt * 100)::hugeint as lot_fen,
        (p.pool_amt * 100)::hugeint as lot_pool_fen,
        (coalesce(sum(o.out_amt), 0) * 100)::hugeint as resolved_fen
    from year_end as y
    inner join jrn_pending_presplit as p
        on y.book = p.book
        and y.ledger_id = p.ledger_id
        and case y.policy
            when 'A1999' then p.year = y.period_ym // 100
            else p.year <= y.period_ym // 100
        end
    left join jrn_pending_out as o
        on p.ledger_id = o.ledger_id
        and p.kind = o.kind
        and p.received_ym = o.received_ym
        and year(o.out_date) between p.year + 1 and y.period_ym // 100
    group by y.book, y.ledger_id, y.period_ym, p.kind, p.received_ym, p.open_amt, p.pool_amt
),

presplit as (
    select book, ledger_id, period_ym,
        (sum(lot_fen - resolved_fen - lot_pool_fen
            + (2 * lot_pool_fen * resolved_fen + lot_fen) // (2 * lot_fen)
        )::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as presplit_amt
    from presplit_lot
    group by book, ledger_id, period_ym
),

adjustment as (
    select y.book, y.ledger_id, y.period_ym,
        sum(a.adjust_amt) as adjust_amt,
        sum(a.detail_amt) as detail_amt
    from year_end as y
    inner join stg_pa_adjustment as a
        on y.ledger_id = a.ledger_id
        and year(a.posting_date) * 100 + month(a.posting_date) <= y.period_ym
        -- a difference that no entry took away stands in the next year too
        and (not y.is_adjusting or year(a.posting_date) = y.period_ym // 100)
    group by y.book, y.ledger_id, y.period_ym
),

compared as (
    select
        y.book, y.ledger_id, y.poolarea_no, y.insutype, y.period_ym, y.period_start_date,
        y.is_adjusting,
        p.platform_amt,
        (b.account_amt - b.receivable_amt
            - case when y.is_adjusting then coalesce(a.adjust_amt, 0) else 0 end
        )::decimal(18, 2) as book_amt,
        coalesce(s.presplit_amt, 0)::decimal(18, 2) as presplit_amt,
        coalesce(a.adjust_amt, 0)::decimal(18, 2) as adjusted_amt,
        coalesce(a.detail_amt, 0)::decimal(18, 2) as detail_amt,
        b.pending_amt
    from year_end as y
    inner join platform as p
        on y.poolarea_no = p.poolarea_no
        and y.period_ym = p.period_ym
    left join balance as b
        on y.book = b.book
        and y.ledger_id = b.ledger_id
        and y.period_ym = b.period_ym
    left join presplit as s
        on y.book = s.book
        and y.ledger_id = s.ledger_id
        and y.period_ym = s.period_ym
    left join adjustment as a
        on y.book = a.book
        and y.ledger_id = a.ledger_id
        and y.period_ym = a.period_ym
),

difference as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, is_adjusting,
        platform_amt, book_amt, presplit_amt, adjusted_amt, detail_amt, pending_amt,
        (platform_amt - (book_amt - presplit_amt))::decimal(18, 2) as diff_amt
    from compared
)

select
    book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
    platform_amt, book_amt, presplit_amt, diff_amt,
    case when is_adjusting then adjusted_amt else 0 end::decimal(18, 2) as adjusted_amt,
    detail_amt,
    case
        when is_adjusting and adjusted_amt <> 0 and (
            adjusted_amt <> diff_amt or detail_amt <> diff_amt or pending_amt < 0
        ) then 'blocked'
        when diff_amt = 0 then 'matched'
        when detail_amt = diff_amt then 'explained'
        else 'reported'
    end as status
from difference
