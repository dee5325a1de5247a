-- grain: one fund of one ledger in a month without open pending items, one book on cash basis
-- check: T-26
-- severity: H
-- title: 无未结待转项目的月份，各账簿的统筹、个人账户结余相等
-- guards: the rules differ in when, never in what: all meet once nothing is pending
with open_item as (
    select ledger_id, period_ym, sum(abs(open_amt)) as open_amt
    from fct_pending_item
    group by ledger_id, period_ym
),

-- net assets that were moved between funds by hand, in the books that know such entries
moved as (
    select book, ledger_id, period_ym,
        case account_code when '300101' then 'N1a' else 'N1b' end as row_code,
        sum(credit_amt - debit_amt) as moved_amt
    from fct_journal
    where event_code in ('E91', 'E92', 'E93') and account_code in ('300101', '300102')
    group by book, ledger_id, period_ym, row_code
),

fund as (
    select s.book, b.is_statutory, b.item_prefix, s.ledger_id, s.period_ym, s.row_code,
        (s.close_amt - coalesce((
            select sum(m.moved_amt)
            from moved as m
            where m.book = s.book and m.ledger_id = s.ledger_id
                and m.row_code = s.row_code and m.period_ym <= s.period_ym
        ), 0))::decimal(18, 2) as close_amt
    from fct_balance_sheet as s
    inner join jrn_book as b on s.book = b.book
    left join open_item as o
        on s.ledger_id = o.ledger_id
        and s.period_ym = o.period_ym
    where s.period_type = 'M' and s.row_code in ('N1a', 'N1b')
        and not b.is_accrual
        and coalesce(o.open_amt, 0) = 0
)

select
    f.ledger_id,
    f.period_ym,
    f.item_prefix || f.row_code as item,
    k.close_amt as expected_amt,
    f.close_amt as actual_amt
from fund as f
inner join fund as k
    on f.ledger_id = k.ledger_id
    and f.period_ym = k.period_ym
    and f.row_code = k.row_code
    and k.is_statutory
-- a closed month keeps its books; what came later is told against the open months
anti join jrn_closed_pool as x
    on split_part(f.ledger_id, '-', 1) = x.poolarea_no
    and f.period_ym <= x.closed_ym
    and x.is_late
where not f.is_statutory
