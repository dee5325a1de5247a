-- grain: one fund of one ledger, one base month and one line of payable months
with dated as (
    select
        book, series_id, period_ym, line,
        case line when 0 then '结存用尽' else line || '个月线' end as line_zh,
        point_ym // 100 || '-' || lpad((point_ym % 100)::varchar, 2, '0') as point_zh,
        early_ym // 100 || '-' || lpad((early_ym % 100)::varchar, 2, '0') as early_zh,
        coalesce(
            late_ym // 100 || '-' || lpad((late_ym % 100)::varchar, 2, '0'),
            strftime(
                make_date(period_ym // 100, period_ym % 100, 1) + to_months(horizon_cnt), '%Y-%m'
            ) || '以后'
        ) as late_zh
    from forecast_crossing
)

select
    c.book, c.ledger_id, c.poolarea_no, c.insutype, c.fund, c.series_id, c.period_ym,
    make_date(c.period_ym // 100, c.period_ym % 100, 1) as period_start_date,
    c.line::bigint as line,
    c.point_cnt::bigint as point_cnt,
    c.early_cnt::bigint as early_cnt,
    c.late_cnt::bigint as late_cnt,
    c.point_ym, c.early_ym, c.late_ym,
    c.horizon_cnt::bigint as horizon_cnt,
    c.is_below, c.reserve_amt, c.mean_outlay_amt,
    case
        when c.mean_outlay_amt > 0
            then greatest(least(c.reserve_amt / c.mean_outlay_amt, 1e13), -1e13)
    end::decimal(18, 4) as payable_months,
    c.income_basis, c.growth_pct, c.volatility_pct,
    c.history_cnt::bigint as history_cnt,
    c.peer_cnt::bigint as peer_cnt,
    d.line_zh || ': ' || case
        when c.is_below and c.line = 0 then '已用尽'
        when c.is_below then '已低于该线'
        when c.point_ym is not null
            then d.point_zh || ' (80%: ' || d.early_zh || ' ~ ' || d.late_zh || ')'
        when c.early_ym is not null
            then c.horizon_cnt || '个月内不跌破 (80%: 最早 ' || d.early_zh || ')'
        else c.horizon_cnt || '个月内不跌破'
    end as text_zh
from forecast_crossing as c
inner join dated as d
    on c.book = d.book
    and c.series_id = d.series_id
    and c.period_ym = d.period_ym
    and c.line = d.line
