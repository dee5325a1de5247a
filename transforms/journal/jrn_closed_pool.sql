-- grain: one pool with closed months
-- What comes after a month was closed posts in the first open month. Where the books end with the
-- closed month there is none yet: it waits.
with closed_pool as (
    select poolarea_no, max(closed_ym)::integer as closed_ym
    from closed_period
    group by poolarea_no
),

unposted as (
    select poolarea_no
    from jrn_late_line
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
