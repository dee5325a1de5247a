-- grain: W-24: one finding about the data of one series in one month
with month as (
    select m.series_id, m.region, m.fund, m.month_start, m.row_cnt, m.amount, m.median_amt,
        m.is_wrong_unit, m.log_micro is not null as is_usable,
        d.behind_cnt, d.peer_cnt, t.waits_for_february, c.min_months, c.min_peers
    from sco_month as m
    inner join sco_limit as c on m.month_start = c.month_start
    inner join sco_deviation as d
        on m.series_id = d.series_id and m.month_start = d.month_start
    inner join sco_total as t
        on m.series_id = t.series_id and m.month_start = t.month_start
),

found as (
    select series_id, region, fund, month_start,
        list_filter(
            [
                case when row_cnt = 0 then 'missing' end,
                case when row_cnt > 1 then 'duplicated' end,
                case when row_cnt = 1 and amount is null then 'empty' end,
                case when amount = 0 then 'zero' end,
                case when amount < 0 then 'negative' end,
                case when is_wrong_unit then 'unit' end,
                case when is_usable and behind_cnt < min_months then 'short' end,
                case
                    when is_usable and behind_cnt >= min_months and peer_cnt < min_peers
                        then 'few_peers'
                end,
                case
                    when is_usable and behind_cnt >= min_months and peer_cnt < min_peers
                        and waits_for_february
                        then 'wait'
                end
            ],
            lambda finding: finding is not null
        ) as findings
    from month
),

listed as (
    select series_id, region, fund, month_start, unnest(findings) as finding
    from found
)

select 'W-24' as rule_id, series_id, region, fund, month_start, 'grey' as level, finding,
    -- too few peers: judged on the own past, one step stricter; all else is not judged
    finding <> 'few_peers' as is_blocking,
    case finding
        when 'missing' then '缺当月数据'
        when 'duplicated' then '当月数据重复'
        when 'empty' then '当月金额为空'
        when 'zero' then '当月金额为零'
        when 'negative' then '当月金额为负'
        when 'unit' then '金额与前12个月中位数相差悬殊，疑为单位差错'
        when 'short' then '历史月数不足，暂不判断'
        when 'few_peers' then '可比对象不足，改按自身走势判断，最高黄色'
        when 'wait' then '待2月合并判断'
    end as finding_zh
from listed
