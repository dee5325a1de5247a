-- grain: one series of the score in one month: a class, an institution, or the peers of a province
with found as (
    select series_id, month_start,
        count(*)::bigint as finding_cnt,
        string_agg(finding_zh, '、' order by finding) as finding_zh,
        bool_or(is_blocking) as is_blocking
    from sco_guard
    group by series_id, month_start
)

select
    m.series_id,
    s.series_type,
    s.peer_group,
    s.poolarea_no,
    s.insutype,
    s.spending_class,
    s.fixmedins_code,
    (year(m.month_start) * 100 + month(m.month_start))::integer as period_ym,
    m.month_start as period_start_date,
    m.amount as amount_amt,
    c.score,
    c.excess_pct,
    c.excess_amt,
    coalesce(p.peer_cnt, d.peer_cnt) as peer_cnt,
    d.behind_cnt as history_cnt,
    coalesce(p.is_alone, false) as is_alone,
    p.first_micro as first_deviation,
    p.first_scale,
    p.second_micro as second_deviation,
    p.second_scale,
    coalesce(f.finding_cnt, 0) as finding_cnt,
    f.finding_zh,
    coalesce(f.is_blocking, false) as is_blocking
from sco_month as m
inner join wrn_series as s on m.series_id = s.series_id
left join sco_deviation as d on m.series_id = d.series_id and m.month_start = d.month_start
left join sco_part as p on m.series_id = p.series_id and m.month_start = p.month_start
left join sco_score as c on m.series_id = c.series_id and m.month_start = c.month_start
left join found as f on m.series_id = f.series_id and m.month_start = f.month_start
union all
select
    g.fund,
    'province',
    g.fund,
    s.poolarea_no,
    s.insutype,
    s.spending_class,
    null,
    (year(g.month_start) * 100 + month(g.month_start))::integer,
    g.month_start,
    null,
    c.score,
    c.excess_pct,
    null,
    g.peer_cnt,
    null,
    false,
    g.first_micro,
    g.first_scale,
    g.second_micro,
    g.second_scale,
    0,
    null,
    c.score is null
from sco_shared as g
inner join wrn_series as s on g.fund = s.series_id and s.series_type = 'province'
left join sco_common as c on g.fund = c.fund and g.month_start = c.month_start
