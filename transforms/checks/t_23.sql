-- grain: one kind of pending money of one ledger at one month end, a book with a pending fund
-- check: T-23
-- severity: H
-- title: 建议账簿：待转基金余额 = 未结清的待转项目清单
-- guards: a list that does not add up to its account names owners of money that is not there
with item as (
    select ledger_id, period_ym, kind, sum(open_amt)::decimal(18, 2) as open_amt
    from fct_pending_item
    group by ledger_id, period_ym, kind
),

account as (
    select book, ledger_id, period_ym, closing_amt,
        case account_code when '30010301' then 'PREM' else 'INTE' end as kind
    from fct_ledger_month
    where account_code in ('30010301', '30010302') and closing_stage = 'post'
),

pair as (
    select b.book, i.ledger_id, i.period_ym, i.kind
    from item as i
    cross join jrn_book as b
    where b.policy = 'B'
    union
    select book, ledger_id, period_ym, kind from account
)

select
    p.ledger_id,
    p.period_ym,
    b.item_prefix || p.kind as item,
    (coalesce(i.open_amt, 0) + coalesce(a.accrued_amt, 0))::decimal(18, 2) as expected_amt,
    coalesce(c.closing_amt, 0)::decimal(18, 2) as actual_amt
from pair as p
inner join jrn_book as b on p.book = b.book
left join item as i
    on p.ledger_id = i.ledger_id
    and p.period_ym = i.period_ym
    and p.kind = i.kind
-- interest accrued and not yet received is pending too, where interest is accrued
left join led_accrued_pending as a
    on b.is_accrual
    and p.kind = 'INTE'
    and p.ledger_id = a.ledger_id
    and p.period_ym = a.period_ym
left join account as c
    on p.book = c.book
    and p.ledger_id = c.ledger_id
    and p.period_ym = c.period_ym
    and p.kind = c.kind
-- a closed month keeps its books; what came later is told against the open months
anti join jrn_closed_pool as x
    on split_part(p.ledger_id, '-', 1) = x.poolarea_no
    and p.period_ym <= x.closed_ym
    and x.is_late
