-- grain: one pool with closed months
-- What comes after a month was closed posts in the first open month. Where the books end with the
-- closed month there is none yet: it waits.
with closed_pool as (
    select poolarea_no, max(closed_ym)::integer as closed_ym
    from closed_period
    group by poolarea_no
),

-- what the rows make of the closed months by now, and what was posted for them
claim as (
    select c.poolarea_no, b.book, l.ledger_id, l.voucher_key as event_key,
        l.posting_date as event_date, l.event_code, l.account_code,
        l.debit_amt <> 0 as is_debit, l.debit_amt, l.credit_amt
    from jrn_book_line as l
    inner join closed_pool as c
        on l.poolarea_no = c.poolarea_no
        and l.period_ym <= c.closed_ym
    inner join jrn_book as b
        on l.book is null or l.book = b.book
    union all
    select poolarea_no, book, ledger_id,
        case when starts_with(event_id, 'LATE|') then substr(event_id, 13) else event_id end,
        event_date, event_code, account_code, debit_amt <> 0, -debit_amt, -credit_amt
    from closed_line
    where not is_closing
),

unposted as (
    select poolarea_no
    from claim
    group by poolarea_no, book, ledger_id, event_key, event_date, event_code, account_code,
        is_debit
    having sum(debit_amt) <> 0 or sum(credit_amt) <> 0
),

late as (
    select poolarea_no from unposted
    union
    select poolarea_no from closed_line where starts_with(event_id, 'LATE|')
)

select
    c.poolarea_no,
    c.closed_ym,
    c.poolarea_no in (select poolarea_no from late) as is_late,
    c.closed_ym >= r.through_ym and c.poolarea_no in (select poolarea_no from unposted)
        as is_waiting
from closed_pool as c
cross join param_run as r
