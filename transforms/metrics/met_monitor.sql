-- grain: one month of one ledger of the statutory book: what M-13 … M-20 count, by window
with month as (
    select m.book, m.ledger_id, m.insutype, m.period_ym
    from led_month as m
    where m.book in (select book from jrn_book where is_statutory)
),

advance as (
    select ledger_id, period_ym,
        sum(advance_amt) as advance_amt,
        sum(old_advance_amt) as old_advance_amt
    from met_advance
    group by ledger_id, period_ym
),

difference as (
    select book, ledger_id, period_ym, abs(diff_amt) as difference_amt, book_amt
    from met_pa_difference
),

recovered as (
    select ledger_id, period_ym, sum(recovered_amt) as recovered_amt
    from met_recovery
    group by ledger_id, period_ym
),

flow as (
    select m.book, m.ledger_id, m.insutype, m.period_ym,
        coalesce(r.recovered_amt, 0) as recovered_amt,
        coalesce(t.paid_cnt, 0) as paid_cnt,
        coalesce(t.in_time_cnt, 0) as in_time_cnt,
        coalesce(t.workday_cnt, 0) as workday_cnt,
        g.active_cnt, g.retired_cnt, g.active_amt, g.retired_amt
    from month as m
    left join recovered as r
        on m.ledger_id = r.ledger_id
        and m.period_ym = r.period_ym
    left join met_timeliness as t
        on m.ledger_id = t.ledger_id
        and m.period_ym = t.period_ym
    left join met_ageing as g
        on m.ledger_id = g.ledger_id
        and m.period_ym = g.period_ym
),

windowed as (
    select book, ledger_id, insutype, period_ym,
        sum(recovered_amt) over ytd as ytd_recovered_amt,
        sum(paid_cnt) over ytd as ytd_paid_cnt,
        sum(in_time_cnt) over ytd as ytd_in_time_cnt,
        sum(workday_cnt) over ytd as ytd_workday_cnt,
        active_cnt, retired_cnt,
        sum(active_cnt) over r12 as r12_active_cnt,
        sum(retired_cnt) over r12 as r12_retired_cnt,
        sum(active_amt) over r12 as r12_active_amt,
        sum(retired_amt) over r12 as r12_retired_amt,
        count(active_cnt) over r12 as r12_told_cnt
    from flow
    window
        ytd as (
            partition by book, ledger_id, period_ym // 100
            order by period_ym
        ),
        r12 as (
            partition by book, ledger_id
            order by period_ym
            rows between 11 preceding and current row
        )
)

select
    w.book, w.ledger_id, w.insutype, w.period_ym,
    c.ytd_assessed_amt, c.ytd_received_amt, c.r12_assessed_amt, c.r12_received_amt,
    c.arrear_amt, c.long_arrear_amt, c.oldest_arrear_day_cnt,
    p.ytd_premium_amt, p.oldest_pending_day_cnt,
    coalesce(a.advance_amt, 0)::decimal(18, 2) as advance_amt,
    coalesce(a.old_advance_amt, 0)::decimal(18, 2) as old_advance_amt,
    d.difference_amt::decimal(18, 2) as difference_amt,
    d.book_amt::decimal(18, 2) as account_amt,
    w.ytd_recovered_amt::decimal(18, 2) as ytd_recovered_amt,
    w.ytd_paid_cnt::bigint as ytd_paid_cnt,
    w.ytd_in_time_cnt::bigint as ytd_in_time_cnt,
    w.ytd_workday_cnt::bigint as ytd_workday_cnt,
    w.active_cnt, w.retired_cnt,
    w.r12_active_cnt::bigint as r12_active_cnt,
    w.r12_retired_cnt::bigint as r12_retired_cnt,
    w.r12_active_amt::decimal(18, 2) as r12_active_amt,
    w.r12_retired_amt::decimal(18, 2) as r12_retired_amt,
    w.r12_told_cnt::bigint as r12_told_cnt
from windowed as w
inner join met_collection as c
    on w.ledger_id = c.ledger_id
    and w.period_ym = c.period_ym
left join met_pending as p
    on w.ledger_id = p.ledger_id
    and w.period_ym = p.period_ym
left join advance as a
    on w.ledger_id = a.ledger_id
    and w.period_ym = a.period_ym
left join difference as d
    on w.book = d.book
    and w.ledger_id = d.ledger_id
    and w.period_ym = d.period_ym
