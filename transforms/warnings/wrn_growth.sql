-- grain: W-06: one ledger and fund in one month
with month as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        ytd_income_amt, ytd_income_amt - ytd_net_amt as ytd_expense_amt,
        r12_income_amt, r12_income_amt - r12_net_amt as r12_expense_amt, r12_month_cnt
    from wrn_month
),

gap as (
    select book, ledger_id, period_ym, fund, value
    from met_metric
    where origin = 'books' and scope_type = 'ledger' and metric_id = 'M-10' and variant = 'YTD'
        and fund = 'POOL' and value is not null
),

-- residents' money comes in autumn and in lumps: only twelve months can be compared
compared as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.fund, m.series_id, m.period_ym,
        m.period_start_date, m.r12_income_amt,
        case m.insutype when '390' then '增幅差/R12' else 'M-10/YTD' end as measure,
        case m.insutype
            when '390' then (
                (m.r12_expense_amt / p.r12_expense_amt - m.r12_income_amt / p.r12_income_amt) * 100
            )::decimal(18, 4)
            else g.value
        end as value,
        case m.insutype when '390' then m.r12_expense_amt else m.ytd_expense_amt end
            ::decimal(18, 2) as amount_amt,
        case m.insutype
            when '390' then p.r12_expense_amt * m.r12_income_amt / p.r12_income_amt
            else p.ytd_expense_amt * m.ytd_income_amt / p.ytd_income_amt
        end::decimal(18, 2) as base_amt
    from month as m
    inner join month as p
        on m.book = p.book
        and m.series_id = p.series_id
        and m.period_ym = p.period_ym + 100
    left join gap as g
        on m.book = g.book
        and m.ledger_id = g.ledger_id
        and m.period_ym = g.period_ym
    where case m.insutype
        when '390' then m.r12_month_cnt = 12 and p.r12_month_cnt = 12
            and p.r12_income_amt > 0 and p.r12_expense_amt > 0
        -- the New Year and late payment blur the first two months
        else m.period_ym % 100 >= 3 and g.value is not null
            and p.ytd_income_amt > 0 and p.ytd_expense_amt > 0
    end
),

-- what the ledger spent beyond its peers' trend in the year so far
beyond as (
    select s.ledger_id, year(p.month_start) as year,
        (year(p.month_start) * 100 + month(p.month_start))::integer as period_ym,
        sum(p.clean_amt::double * (1 - exp(-p.excess_micro / 1000000))) as beyond_amt
    from sco_part as p
    inner join wrn_series as s on p.series_id = s.series_id
    where s.series_type = 'class' and p.excess_micro is not null
    group by s.ledger_id, year(p.month_start), month(p.month_start)
),

cumulated as (
    select ledger_id, period_ym,
        sum(beyond_amt) over (partition by ledger_id, year order by period_ym) as beyond_amt
    from beyond
)

select
    c.book, 'W-06' as rule_id, c.measure, c.ledger_id, c.poolarea_no, c.insutype, c.fund,
    c.series_id, c.period_ym, c.period_start_date, c.value,
    (c.amount_amt - c.base_amt)::decimal(18, 2) as excess_amt,
    case when c.r12_income_amt > 0 then (c.amount_amt - c.base_amt) * 100 / c.r12_income_amt end
        ::decimal(18, 4) as relative_pct,
    c.amount_amt,
    c.base_amt,
    -- spending on its peers' trend: income is what changed
    coalesce(b.beyond_amt <= 0, false) as is_silent,
    case when b.beyond_amt > 0 then '（本年支出也高于可比地区走势）' end as detail_zh
from compared as c
left join cumulated as b
    on c.ledger_id = b.ledger_id
    and c.period_ym = b.period_ym
