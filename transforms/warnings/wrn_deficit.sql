-- grain: W-07: one ledger and fund in one month and measure, from twelve months of history on
with month as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        period_ym % 100 % 3 = 0 as is_quarter_end,
        reserve_months, ytd_income_amt, ytd_net_amt, r12_income_amt, r12_net_amt, r12_month_cnt,
        ytd_income_amt - ytd_net_amt as ytd_expense_amt,
        r12_income_amt - r12_net_amt as r12_expense_amt,
        -- residents pay in autumn, subsidies come in lumps: twelve months' income spread evenly
        case insutype
            when '390'
                then r12_income_amt * (period_ym % 100) / 12 - (ytd_income_amt - ytd_net_amt)
            else ytd_net_amt
        end::decimal(18, 2) as seasonal_net_amt
    from wrn_month
),

compared as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.fund, m.series_id, m.period_ym,
        m.period_start_date, m.is_quarter_end, m.reserve_months, m.ytd_income_amt, m.ytd_net_amt,
        m.r12_income_amt, m.r12_net_amt, m.ytd_expense_amt, m.r12_expense_amt,
        m.seasonal_net_amt,
        m.r12_net_amt < 0 and m.seasonal_net_amt < 0 as is_deficit,
        case
            when p.ytd_expense_amt > 0 then m.ytd_expense_amt / p.ytd_expense_amt
            else 1
        end as expense_growth,
        case
            when p.r12_month_cnt = 12 and p.r12_income_amt > 0
                then m.r12_income_amt / p.r12_income_amt
            else 1
        end as income_growth
    from month as m
    left join month as p
        on m.book = p.book
        and m.series_id = p.series_id
        and m.period_ym - 100 = p.period_ym
    where m.r12_month_cnt = 12 and m.ytd_net_amt is not null
),

-- what is left of the year as in the year before, at half of the growth seen so far
projected as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        is_quarter_end, reserve_months, ytd_net_amt, r12_income_amt, r12_net_amt,
        seasonal_net_amt, is_deficit,
        (ytd_net_amt
            + (r12_income_amt - ytd_income_amt) * (1 + (income_growth - 1) / 2)
            - (r12_expense_amt - ytd_expense_amt) * (1 + (expense_growth - 1) / 2)
        )::decimal(18, 2) as year_net_amt
    from compared
),

quarter as (
    select book, series_id, period_ym, is_deficit,
        row_number() over (partition by book, series_id order by period_ym) as quarter_no
    from projected
    where is_quarter_end
),

-- quarter ends in deficit, one after the other
counted as (
    select book, series_id, period_ym,
        quarter_no - coalesce(max(case when not is_deficit then quarter_no end) over (
            partition by book, series_id order by period_ym
        ), 0) as quarter_cnt
    from quarter
),

judged as (
    select p.book, p.ledger_id, p.poolarea_no, p.insutype, p.fund, p.series_id, p.period_ym,
        p.period_start_date, p.reserve_months, p.ytd_net_amt, p.r12_income_amt, p.r12_net_amt,
        p.seasonal_net_amt, p.year_net_amt, p.is_deficit,
        -- between two quarter ends: those closed so far, while the deficit lasts
        case when p.is_deficit then coalesce(c.quarter_cnt, 0) else 0 end as quarter_cnt
    from projected as p
    asof left join counted as c
        on p.book = c.book
        and p.series_id = c.series_id
        and p.period_ym >= c.period_ym
),

measured as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        ytd_net_amt, r12_income_amt, r12_net_amt, seasonal_net_amt,
        '连续赤字季度' as measure,
        quarter_cnt::decimal(18, 4) as value
    from judged
    union all
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        ytd_net_amt, r12_income_amt, r12_net_amt, seasonal_net_amt,
        '预计全年结余', year_net_amt::decimal(18, 4)
    from judged
    where is_deficit
    union all
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        ytd_net_amt, r12_income_amt, r12_net_amt, seasonal_net_amt,
        'M-06/R12', reserve_months
    from judged
    where is_deficit and reserve_months is not null
)

select
    book, 'W-07' as rule_id, measure, ledger_id, poolarea_no, insutype, fund, series_id,
    period_ym, period_start_date, value,
    (-r12_net_amt)::decimal(18, 2) as excess_amt,
    case
        when r12_income_amt > 0
            then least(-r12_net_amt * 100 / r12_income_amt, 1e13)
        else 100
    end::decimal(18, 4) as relative_pct,
    ytd_net_amt as amount_amt,
    r12_net_amt as base_amt,
    case measure when '连续赤字季度' then null else '连续赤字季度' end as gate_measure,
    case insutype
        when '390'
            then '（收入按12个月均摊后为' || (seasonal_net_amt * 0.0001)::decimal(18, 2) || '万元）'
    end as detail_zh
from measured
