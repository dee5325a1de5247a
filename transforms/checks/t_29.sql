-- grain: one residents' ledger at a year end, or one voucher that uses its risk fund
-- check: T-29
-- severity: H
-- title: 风险基金不超过规模上限；动用风险基金须有批准文号
-- guards: a reserve built without limit, or spent without anybody's consent
with ledger_year as (
    select distinct ledger_id, poolarea_no, period_ym
    from fct_ledger_month
    where book = 'k17' and insutype = '390' and period_ym % 100 = 12
),

risk_fund as (
    select ledger_id, period_ym, sum(closing_amt) as balance_amt
    from fct_ledger_month
    where book = 'k17' and closing_stage = 'post' and account_code = '3101'
    group by ledger_id, period_ym
),

raised as (
    select ledger_id, period_ym // 100 as year, sum(credit_amt - debit_amt) as raised_amt
    from fct_ledger_month
    where book = 'k17' and closing_stage = 'pre' and account_code in ('4001', '4101')
    group by ledger_id, period_ym // 100
),

-- a pool's own ceiling goes before the general one
ceiling as (
    select y.ledger_id, y.period_ym,
        first(p.value::decimal(9, 6) order by p.scope = '*') as rate
    from ledger_year as y
    inner join rule_parameter as p
        on p.name = 'rf_cap'
        and p.scope in (y.poolarea_no, '*')
        and last_day(make_date(y.period_ym // 100, 12, 1))
            between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
    group by y.ledger_id, y.period_ym
),

held as (
    select y.ledger_id, y.period_ym,
        coalesce(f.balance_amt, 0)::decimal(18, 2) as balance_amt,
        (coalesce(r.raised_amt, 0)::decimal(18, 2) * c.rate)::decimal(18, 2) as ceiling_amt
    from ledger_year as y
    left join risk_fund as f
        on y.ledger_id = f.ledger_id
        and y.period_ym = f.period_ym
    left join raised as r
        on y.ledger_id = r.ledger_id
        and y.period_ym // 100 = r.year
    left join ceiling as c
        on y.ledger_id = c.ledger_id
        and y.period_ym = c.period_ym
)

select ledger_id, period_ym, '风险基金结余' as item,
    case when balance_amt <= ceiling_amt then balance_amt else ceiling_amt end::decimal(18, 2)
        as expected_amt,
    balance_amt as actual_amt
from held
union all
select ledger_id, (year(min(posting_date)) * 100 + month(min(posting_date)))::integer,
    voucher_no || ' 批准文号',
    1::decimal(18, 2),
    bool_and(approval_id is not null)::integer::decimal(18, 2)
from stg_voucher
where event_code = 'E78'
group by ledger_id, voucher_no
