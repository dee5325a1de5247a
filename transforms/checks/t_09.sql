-- grain: one parent row of one statement
-- check: T-09
-- severity: H
-- title: 明细行合计 = 本行；其中项不大于本行
-- guards: a new detail account would fall out of its parent row
with income as (
    select ledger_id, insutype, period_type, period_ym, row_code, ytd_amt
    from fct_income_statement
),

-- 3.1 = Σ 3.1.x, 4.1 = Σ 4.1.x + 个人账户清退, 390: 2.1 = Σ 2.1.x
parent as (
    select ledger_id, insutype, period_type, period_ym, row_code, ytd_amt
    from income
    where (insutype = '310' and row_code in ('3.1', '4.1'))
        or (insutype = '390' and row_code = '2.1')
),

refunded_account as (
    select
        l.ledger_id, y.period_ym,
        sum(l.debit_amt - l.credit_amt)::decimal(18, 2) as amt
    from fct_ledger_month as l
    inner join (select distinct ledger_id, period_ym from parent) as y
        on l.ledger_id = y.ledger_id
        and l.period_ym between y.period_ym // 100 * 100 + 1 and y.period_ym
    where l.account_code = '50010209' and l.closing_stage = 'pre'
    group by l.ledger_id, y.period_ym
),

detail as (
    select p.ledger_id, p.period_type, p.period_ym, p.row_code,
        sum(i.ytd_amt)::decimal(18, 2) as detail_amt
    from parent as p
    inner join income as i
        on p.ledger_id = i.ledger_id
        and p.period_type = i.period_type
        and p.period_ym = i.period_ym
        and starts_with(i.row_code, p.row_code || '.')
    group by p.ledger_id, p.period_type, p.period_ym, p.row_code
)

select
    p.ledger_id,
    p.period_ym,
    p.period_type || ' ' || p.row_code as item,
    p.ytd_amt as expected_amt,
    (d.detail_amt
        + case when p.row_code = '4.1' then coalesce(r.amt, 0) else 0 end)::decimal(18, 2)
        as actual_amt
from parent as p
left join detail as d
    on p.ledger_id = d.ledger_id
    and p.period_type = d.period_type
    and p.period_ym = d.period_ym
    and p.row_code = d.row_code
left join refunded_account as r
    on p.ledger_id = r.ledger_id
    and p.period_ym = r.period_ym
union all
select
    ledger_id,
    period_ym,
    period_type || ' 其中项' as item,
    0::decimal(18, 2) as expected_amt,
    (greatest(max(close_amt) filter (row_code = 'A6a') - max(close_amt) filter (row_code = 'A6'), 0)
        + greatest(
            max(close_amt) filter (row_code = 'L1a') - max(close_amt) filter (row_code = 'L1'), 0
        ))::decimal(18, 2) as actual_amt
from fct_balance_sheet
group by ledger_id, period_ym, period_type
