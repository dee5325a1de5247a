-- grain: one parent row of one statement
-- check: T-09
-- severity: H
-- title: 明细行合计 = 本行；其中项不大于本行
-- guards: a new detail account would fall out of its parent row
with income as (
    select book, ledger_id, insutype, period_type, period_ym, row_code, ytd_amt
    from fct_income_statement
),

-- 3.1 = Σ 3.1.x, 4.1 = Σ 4.1.x + 个人账户清退, 390: 2.1 = Σ 2.1.x
parent as (
    select book, ledger_id, insutype, period_type, period_ym, row_code, ytd_amt
    from income
    where (insutype = '310' and row_code in ('3.1', '4.1'))
        or (insutype = '390' and row_code = '2.1')
),

refunded_account as (
    select
        l.book, l.ledger_id, y.period_ym,
        sum(l.debit_amt - l.credit_amt)::decimal(18, 2) as amt
    from fct_ledger_month as l
    inner join (select distinct book, ledger_id, period_ym from parent) as y
        on l.book = y.book
        and l.ledger_id = y.ledger_id
        and l.period_ym between y.period_ym // 100 * 100 + 1 and y.period_ym
    where l.account_code = '50010209' and l.closing_stage = 'pre'
    group by l.book, l.ledger_id, y.period_ym
),

detail as (
    select p.book, p.ledger_id, p.period_type, p.period_ym, p.row_code,
        sum(i.ytd_amt)::decimal(18, 2) as detail_amt
    from parent as p
    inner join income as i
        on p.book = i.book
        and p.ledger_id = i.ledger_id
        and p.period_type = i.period_type
        and p.period_ym = i.period_ym
        and starts_with(i.row_code, p.row_code || '.')
    group by p.book, p.ledger_id, p.period_type, p.period_ym, p.row_code
)

select
    p.ledger_id,
    p.period_ym,
    b.item_prefix || p.period_type || ' ' || p.row_code as item,
    p.ytd_amt as expected_amt,
    (d.detail_amt
        + case when p.row_code = '4.1' then coalesce(r.amt, 0) else 0 end)::decimal(18, 2)
        as actual_amt
from parent as p
inner join jrn_book as b on p.book = b.book
left join detail as d
    on p.book = d.book
    and p.ledger_id = d.ledger_id
    and p.period_type = d.period_type
    and p.period_ym = d.period_ym
    and p.row_code = d.row_code
left join refunded_account as r
    on p.book = r.book
    and p.ledger_id = r.ledger_id
    and p.period_ym = r.period_ym
union all
select
    s.ledger_id,
    s.period_ym,
    b.item_prefix || s.period_type || ' 其中项' as item,
    0::decimal(18, 2) as expected_amt,
    (greatest(
        max(s.close_amt) filter (s.row_code = 'A6a')
        - max(s.close_amt) filter (s.row_code = 'A6'), 0
    )
        + greatest(
            max(s.close_amt) filter (s.row_code = 'L1a')
            - max(s.close_amt) filter (s.row_code = 'L1'), 0
        ))::decimal(18, 2) as actual_amt
from fct_balance_sheet as s
inner join jrn_book as b on s.book = b.book
group by b.item_prefix, s.ledger_id, s.period_ym, s.period_type
