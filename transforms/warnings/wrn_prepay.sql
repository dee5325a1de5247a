-- grain: W-11: one ledger in one month and condition of the gate for prepayments
with month as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        last_day(m.period_start_date) as period_end_date,
        -- cut, not rounded: 11.999 months are not 12
        (floor(m.reserve_months * 100) * 0.01)::decimal(18, 2) as gate_months,
        lag(case when m.reserve_month_cnt >= 3 then
            (floor(m.reserve_months * 100) * 0.01)::decimal(18, 2)
        end) over (partition by m.book, m.series_id order by m.period_ym) as before_months,
        m.reserve_month_cnt >= 3 as is_known
    from wrn_month as m
),

-- a pool's own limit goes before the general one
limited as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        m.gate_months, m.before_months, m.is_known,
        first(p.value::decimal(18, 2) order by p.scope = '*') as limit_months
    from month as m
    inner join rule_parameter as p
        on p.name = 'prepay_min_months_' || m.insutype
        and p.scope in (m.poolarea_no, '*')
        and m.period_end_date between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
    group by m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        m.gate_months, m.before_months, m.is_known
),

advance as (
    select ledger_id, period_ym, sum(advance_amt)::decimal(18, 2) as advance_amt
    from met_advance
    group by ledger_id, period_ym
),

paid as (
    select ledger_id, (year(acen_date) * 100 + month(acen_date))::integer as period_ym,
        sum(amt)::decimal(18, 2) as paid_amt
    from stg_transfer
    where traf_item = 'DFR_OUT' and dfr_souc = '207' and leg = 'OUT'
    group by ledger_id, year(acen_date), month(acen_date)
),

last_year as (
    select book, ledger_id, period_ym // 100 + 1 as year,
        greatest(-numerator_amt, 0)::decimal(18, 2) as deficit_amt
    from met_metric
    where origin = 'books' and scope_type = 'ledger' and metric_id = 'M-01' and variant = 'CAL'
        and fund = case insutype when '390' then 'NA' else 'POOL' end
),

joined as (
    select l.book, l.ledger_id, l.poolarea_no, l.insutype, l.period_ym, l.period_start_date,
        l.gate_months, l.before_months, l.is_known, l.limit_months, y.deficit_amt,
        coalesce(a.advance_amt, 0)::decimal(18, 2) as advance_amt,
        coalesce(p.paid_amt, 0)::decimal(18, 2) as paid_amt
    from limited as l
    left join advance as a on l.ledger_id = a.ledger_id and l.period_ym = a.period_ym
    left join paid as p on l.ledger_id = p.ledger_id and l.period_ym = p.period_ym
    left join last_year as y
        on l.book = y.book
        and l.ledger_id = y.ledger_id
        and l.period_ym // 100 = y.year
)

select
    book, 'W-11' as rule_id, '距门槛月数' as measure, ledger_id, poolarea_no, insutype,
    'ALL' as fund,
    ledger_id || '-ALL' as series_id,
    period_ym, period_start_date,
    (limit_months - gate_months)::decimal(18, 4) as value,
    advance_amt as excess_amt,
    advance_amt as amount_amt,
    null::decimal(18, 2) as base_amt,
    -- a gate before nothing is no warning
    advance_amt <= 0 as is_silent,
    limit_months::varchar as arg
from joined
where gate_months is not null and is_known
union all
select
    book, 'W-11', '拨付时距门槛月数', ledger_id, poolarea_no, insutype, 'ALL',
    ledger_id || '-ALL', period_ym, period_start_date,
    (limit_months - before_months)::decimal(18, 4),
    paid_amt,
    paid_amt,
    null,
    paid_amt <= 0,
    limit_months::varchar
from joined
where before_months is not null
union all
select
    book, 'W-11', '上年当期赤字', ledger_id, poolarea_no, insutype, 'ALL',
    ledger_id || '-ALL', period_ym, period_start_date,
    deficit_amt::decimal(18, 4),
    paid_amt,
    paid_amt,
    deficit_amt,
    paid_amt <= 0,
    null
from joined
where deficit_amt is not null
