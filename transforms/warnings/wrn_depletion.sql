-- grain: W-09: one ledger and fund in one month and line of payable months not yet crossed
with crossing as (
    select c.book, m.ledger_id, m.poolarea_no, m.insutype, m.fund, m.series_id, m.period_ym,
        m.period_start_date, c.line, c.point_cnt, c.early_cnt, c.point_ym, c.early_ym, c.late_ym,
        m.reserve_amt, m.reserve_mean_amt,
        greatest(-m.r12_net_amt, 0)::decimal(18, 2) as excess_amt,
        max(c.line) over (partition by c.book, m.series_id, m.period_ym) as next_line
    from forecast_crossing as c
    inner join wrn_month as m
        on c.book = m.book
        and c.ledger_id = m.ledger_id
        and c.fund = m.fund
        and c.period_ym = m.period_ym
    -- a line that is crossed already is told by the reserve itself
    where c.line = 0 or m.reserve_months >= c.line
),

worded as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        line, point_cnt, early_cnt, reserve_amt, reserve_mean_amt, excess_amt, next_line,
        case line when 0 then '零结存线' else line || '个月可支付线' end as line_zh,
        point_ym // 100 || '年' || point_ym % 100 || '月'
            || case line when 0 then '耗尽' else '跌破' || line || '个月' end as point_zh,
        early_ym // 100 || '年' || early_ym % 100 || '月' as early_zh,
        coalesce(early_ym // 100 || '年' || early_ym % 100 || '月', '预测期后') || '～'
            || coalesce(late_ym // 100 || '年' || late_ym % 100 || '月', '预测期后') as range_zh
    from crossing
)

select
    book, 'W-09' as rule_id,
    case line when 0 then '耗尽' when 3 then '3个月线' when 6 then '6个月线' end as measure,
    ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
    point_cnt::decimal(18, 4) as value,
    excess_amt,
    reserve_amt as amount_amt,
    reserve_mean_amt as base_amt,
    line_zh, point_zh, early_zh, range_zh,
    line::varchar as arg
from worded
union all
select
    book, 'W-09', '早线月数', ledger_id, poolarea_no, insutype, fund, series_id, period_ym,
    period_start_date,
    early_cnt::decimal(18, 4),
    excess_amt,
    reserve_amt,
    reserve_mean_amt,
    line_zh, point_zh, early_zh, range_zh,
    line::varchar
from worded
where line = next_line
