-- grain: one ledger and month of the book on accrual basis
-- check: T-32
-- severity: H
-- title: 应收医保费明细（账龄表，减已核销）= 应收医保费科目余额
-- guards: a receivable without a payer, or a payer whose debt the books forgot
with aging as (
    select ledger_id, period_ym, sum(open_amt) as open_amt
    from fct_receivable_aging
    group by ledger_id, period_ym
),

account as (
    select l.book, l.ledger_id, l.period_ym, sum(l.post_net_amt) as account_amt
    from led_balance as l
    inner join jrn_book as b on l.book = b.book
    where b.is_accrual and starts_with(l.account_code, '1102')
    group by l.book, l.ledger_id, l.period_ym
),

written_off as (
    select a.book, a.ledger_id, a.period_ym, sum(j.credit_amt - j.debit_amt) as off_amt
    from account as a
    inner join fct_journal as j
        on a.book = j.book
        and a.ledger_id = j.ledger_id
        and j.period_ym <= a.period_ym
        and starts_with(j.account_code, '1102')
        and j.event_code = 'E108'
    group by a.book, a.ledger_id, a.period_ym
),

month as (
    select b.book, a.ledger_id, a.period_ym
    from aging as a
    inner join jrn_book as b on b.is_accrual
    union
    select book, ledger_id, period_ym from account
)

select
    m.ledger_id,
    m.period_ym,
    b.item_prefix || '1102' as item,
    (coalesce(g.open_amt, 0) - coalesce(w.off_amt, 0))::decimal(18, 2) as expected_amt,
    coalesce(a.account_amt, 0)::decimal(18, 2) as actual_amt
from month as m
inner join jrn_book as b on m.book = b.book
left join aging as g
    on m.ledger_id = g.ledger_id
    and m.period_ym = g.period_ym
left join account as a
    on m.book = a.book
    and m.ledger_id = a.ledger_id
    and m.period_ym = a.period_ym
left join written_off as w
    on m.book = w.book
    and m.ledger_id = w.ledger_id
    and m.period_ym = w.period_ym
-- a closed month keeps its books; what came later is told against the open months
anti join jrn_closed_pool as x
    on split_part(m.ledger_id, '-', 1) = x.poolarea_no
    and m.period_ym <= x.closed_ym
    and x.is_late
