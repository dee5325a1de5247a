-- grain: one prepayment to an institution and condition of the gate
-- check: J-06
-- severity: H
-- title: 预付金须过门槛（可支付月数、上年无当期赤字），未过者须有批准文号
-- guards: a fund that can hardly pay its bills would lend to hospitals
with prepaid as (
    select
        t.ledger_id, t.poolarea_no, t.scheme, t.traf_sn, t.acen_date,
        t.approval_id is not null as is_approved,
        (year(t.acen_date) * 100 + month(t.acen_date))::integer as period_ym,
        year(t.acen_date - interval 1 month) * 100 + month(t.acen_date - interval 1 month)
            as before_ym
    from stg_transfer as t
    cross join param_run as r
    where t.traf_item = 'DFR_OUT' and t.dfr_souc = '207' and t.leg = 'OUT'
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

-- a pool's own limit goes before the general one
limited as (
    select p.ledger_id, p.traf_sn,
        first(l.value::decimal(18, 2) order by l.scope = '*') as limit_months
    from prepaid as p
    inner join rule_parameter as l
        on l.name = 'prepay_min_months_' || p.scheme
        and l.scope in (p.poolarea_no, '*')
        and p.acen_date between l.valid_from and coalesce(l.valid_to, date '9999-12-31')
    group by p.ledger_id, p.traf_sn
),

months as (
    -- cut, not rounded: 11.999 months are not 12
    select ledger_id, period_ym,
        (floor(value * 100)::decimal(16, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as value
    from fct_fund_metric
    where book = 'k17' and scope_type = 'ledger' and metric_id = 'M-06' and variant = 'R12'
        and fund = case insutype when '310' then 'POOL' else 'NA' end
),

surplus as (
    select ledger_id, period_ym // 100 as year, ytd_amt
    from fct_income_statement
    where book = 'k17' and period_type = 'Y'
        and row_code = case insutype when '310' then '5.1' else '3' end
)

select
    p.ledger_id,
    p.period_ym,
    p.traf_sn || ' 可支付月数' as item,
    case when p.is_approved or m.value >= l.limit_months then m.value else l.limit_months end
        ::decimal(18, 2) as expected_amt,
    m.value as actual_amt
from prepaid as p
left join limited as l
    on p.ledger_id = l.ledger_id
    and p.traf_sn = l.traf_sn
left join months as m
    on p.ledger_id = m.ledger_id
    and p.before_ym = m.period_ym
union all
select
    p.ledger_id,
    p.period_ym,
    p.traf_sn || ' 上年结余',
    case when p.is_approved then s.ytd_amt else greatest(s.ytd_amt, 0) end::decimal(18, 2),
    s.ytd_amt::decimal(18, 2)
from prepaid as p
inner join surplus as s
    on p.ledger_id = s.ledger_id
    and year(p.acen_date) - 1 = s.year
