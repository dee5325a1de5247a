-- grain: one ledger and month
-- check: T-13
-- severity: H
-- title: 缴费明细合计 = 保费收入 + 待转保费变动
-- guards: a premium told twice (employer and person row, subsidy, bank row) or left out
with premium as (
    select c.ledger_id, (year(c.cash_date) * 100 + month(c.cash_date))::integer as period_ym,
        sum(c.premium_amt)::decimal(18, 2) as premium_amt
    from stg_contribution as c
    cross join param_run as r
    where c.event_code <> 'E17'
        and year(c.cash_date) * 100 + month(c.cash_date) <= r.through_ym
    group by c.ledger_id, year(c.cash_date) * 100 + month(c.cash_date)
),

booked as (
    select ledger_id, period_ym, sum(credit_amt - debit_amt)::decimal(18, 2) as booked_amt
    from fct_journal
    where (starts_with(account_code, '4001') or account_code = '4601')
        and not is_closing and not is_opening
    group by ledger_id, period_ym
),

month as (
    select ledger_id, period_ym from premium
    union
    select ledger_id, period_ym from booked
)

select m.ledger_id, m.period_ym, '4001+4601' as item,
    coalesce(p.premium_amt, 0) as expected_amt,
    coalesce(b.booked_amt, 0) as actual_amt
from month as m
left join premium as p
    on m.ledger_id = p.ledger_id
    and m.period_ym = p.period_ym
left join booked as b
    on m.ledger_id = b.ledger_id
    and m.period_ym = b.period_ym
