-- grain: one ledger and month
-- check: T-12
-- severity: H
-- title: 货币资金变动 = 对外收款 − 对外付款；内部划转净额为零
-- guards: a sweep booked on one side only would look like income or loss
with book_month as (
    select book, ledger_id, event_ym as period_ym, sum(debit_amt - credit_amt)::decimal(18, 2) as change_amt
    from jrn_journal
    where account_code in ('1001', '1002', '1003', '1004', '1005')
        and not is_opening
    group by book, ledger_id, event_ym
),

bank as (
    select
        t.ledger_id,
        (year(t.acen_date) * 100 + month(t.acen_date))::integer as period_ym,
        coalesce(sum(t.signed_amt) filter (t.is_external), 0)::decimal(18, 2) as external_amt,
        coalesce(sum(t.signed_amt) filter (not t.is_external), 0)::decimal(18, 2) as internal_amt
    from stg_transfer as t
    cross join param_run as r
    where year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
    group by t.ledger_id, year(t.acen_date) * 100 + month(t.acen_date)
),

month as (
    select book, ledger_id, period_ym from book_month
    union
    select b.book, k.ledger_id, k.period_ym
    from bank as k
    cross join jrn_book as b
)

select m.ledger_id, m.period_ym, w.item_prefix || '对外收付' as item,
    coalesce(k.external_amt, 0) as expected_amt,
    coalesce(b.change_amt, 0) as actual_amt
from month as m
inner join jrn_book as w on m.book = w.book
left join book_month as b
    on m.book = b.book
    and m.ledger_id = b.ledger_id
    and m.period_ym = b.period_ym
left join bank as k
    on m.ledger_id = k.ledger_id
    and m.period_ym = k.period_ym
-- rows of closed months that have no open month yet wait, and are not in the books
anti join jrn_closed_pool as x
    on split_part(m.ledger_id, '-', 1) = x.poolarea_no
    and x.is_waiting
union all
select ledger_id, period_ym, '内部划转', 0::decimal(18, 2), internal_amt
from bank
