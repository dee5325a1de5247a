-- grain: one ledger, month and fund side
-- check: T-14
-- severity: H
-- title: 实际拨付（统筹、个人账户）= 待遇支出
-- guards: a payment without its settlements would leave the bank but never reach expenditure
with ordered as (
    select t.ledger_id, (year(t.acen_date) * 100 + month(t.acen_date))::integer as period_ym,
        sum(c.act_dfr_amt)::decimal(18, 2) as pool_amt,
        sum(c.acct_pay)::decimal(18, 2) as pa_amt
    from stg_transfer as t
    inner join stg_clearing as c
        on t.ledger_id = c.ledger_id
        and t.fee_clr_id = c.fee_clr_id
    cross join param_run as r
    where t.traf_item = 'DFR_OUT'
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
    group by t.ledger_id, year(t.acen_date) * 100 + month(t.acen_date)
),

booked as (
    select
        ledger_id, period_ym,
        coalesce(sum(debit_amt - credit_amt) filter (not starts_with(account_code, '500102')
            or insutype = '390'), 0)::decimal(18, 2) as pool_amt,
        coalesce(sum(debit_amt - credit_amt) filter (starts_with(account_code, '500102')
            and insutype = '310'), 0)::decimal(18, 2) as pa_amt
    from fct_journal
    where starts_with(account_code, '5001')
        and starts_with(event_id, 'PAY|')
    group by ledger_id, period_ym
),

month as (
    select ledger_id, period_ym from ordered
    union
    select ledger_id, period_ym from booked
),

side as (
    select m.ledger_id, m.period_ym, '统筹' as item, o.pool_amt as ordered_amt,
        b.pool_amt as booked_amt
    from month as m
    left join ordered as o
        on m.ledger_id = o.ledger_id
        and m.period_ym = o.period_ym
    left join booked as b
        on m.ledger_id = b.ledger_id
        and m.period_ym = b.period_ym
    union all
    select m.ledger_id, m.period_ym, '个人账户', o.pa_amt, b.pa_amt
    from month as m
    left join ordered as o
        on m.ledger_id = o.ledger_id
        and m.period_ym = o.period_ym
    left join booked as b
        on m.ledger_id = b.ledger_id
        and m.period_ym = b.period_ym
)

select ledger_id, period_ym, item,
    coalesce(ordered_amt, 0) as expected_amt,
    coalesce(booked_amt, 0) as actual_amt
from side
