-- grain: one ledger and month
-- check: T-12
-- severity: H
-- title: 货币资金变动 = 对外收款 − 对外付款；内部划转净额为零
-- guards: a sweep booked on one side only would look like income or loss
with book as (
    select ledger_id, period_ym, sum(debit_amt - credit_amt)::decimal(18, 2) as change_amt
    from fct_journal
    where account_code in ('1001', '1002', '1003', '1004', '1005')
        and not is_opening
    group by ledger_id, period_ym
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
    select ledger_id, period_ym from book
    union
    select ledger_id, period_ym from bank
)

select m.ledger_id, m.period_ym, '对外收付' as item,
    coalesce(k.external_amt, 0) as expected_amt,
    coalesce(b.change_amt, 0) as actual_amt
from month as m
left join book as b
    on m.ledger_id = b.ledger_id
    and m.period_ym = b.period_ym
left join bank as k
    on m.ledger_id = k.ledger_id
    and m.period_ym = k.period_ym
union all
select ledger_id, period_ym, '内部划转', 0::decimal(18, 2), internal_amt
from bank
