-- grain: one book, ledger and month
-- check: T-13
-- severity: H
-- title: 缴费明细合计 = 保费收入 + 待转保费 + 预收、应收变动
-- guards: a premium told twice (employer and person row, subsidy, bank row) or left out
with premium as (
    select c.ledger_id, (year(c.cash_date) * 100 + month(c.cash_date))::integer as period_ym,
        coalesce(sum(c.premium_amt) filter (not (
            c.event_code = 'E16P' and year(c.received_date) < year(c.cash_date)
        )), 0)::decimal(18, 2) as premium_amt,
        -- pending at a year end and given back after it: the rule in force has it in 5401
        coalesce(sum(c.premium_amt) filter (
            c.event_code = 'E16P' and year(c.received_date) < year(c.cash_date)
        ), 0)::decimal(18, 2) as pending_back_amt
    from stg_contribution as c
    cross join param_run as r
    where c.event_code <> 'E17'
        and year(c.cash_date) * 100 + month(c.cash_date) <= r.through_ym
    group by c.ledger_id, year(c.cash_date) * 100 + month(c.cash_date)
),

-- presplit, reversal and attribution cancel between 4001 and 4601; the month-end carry and the
-- write-off of what cannot be collected move no premium
booked as (
    select book, ledger_id, event_ym as period_ym,
        sum(credit_amt - debit_amt)::decimal(18, 2) as booked_amt
    from jrn_journal
    where (
            starts_with(account_code, '4001') or account_code in ('4601', '200104')
            or starts_with(account_code, '1102')
        )
        and event_code not in ('E88', 'E89', 'E108')
        and not is_closing and not is_opening
    group by book, ledger_id, event_ym
),

month as (
    select b.book, p.ledger_id, p.period_ym
    from premium as p
    cross join jrn_book as b
    union
    select book, ledger_id, period_ym from booked
)

select m.ledger_id, m.period_ym, w.item_prefix || '4001+4601' as item,
    (coalesce(p.premium_amt, 0)
        + case w.policy when 'A2017' then 0 else coalesce(p.pending_back_amt, 0) end
    )::decimal(18, 2) as expected_amt,
    coalesce(b.booked_amt, 0) as actual_amt
from month as m
inner join jrn_book as w on m.book = w.book
left join premium as p
    on m.ledger_id = p.ledger_id
    and m.period_ym = p.period_ym
left join booked as b
    on m.book = b.book
    and m.ledger_id = b.ledger_id
    and m.period_ym = b.period_ym
-- rows of closed months that have no open month yet wait, and are not in the books
anti join jrn_closed_pool as x
    on split_part(m.ledger_id, '-', 1) = x.poolarea_no
    and x.is_waiting
