-- grain: one rule of one book and the month its warnings opened in: how many turned out right
with opened as (
    select distinct book, rule_id, warning_id, opened_ym
    from fct_warning
),

-- a dismissal says by its reason, as dated, whether the warning was right
dismissal as (
    select e.warning_id,
        max_by(r.verdict, e.event_no) as verdict
    from warning_event as e
    inner join rule_dismissal as r
        on e.reason = r.reason
        and e.event_at::date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
    where e.step = 'dismiss'
    group by e.warning_id
),

judged as (
    select o.book, o.rule_id, o.opened_ym,
        case
            when s.state is null or s.state in ('opened', 'acknowledged') then 'open'
            when s.state = 'dismissed' then coalesce(d.verdict, 'none')
            else 'true'
        end as verdict
    from opened as o
    left join wst_state as s on o.warning_id = s.warning_id
    left join dismissal as d on o.warning_id = d.warning_id
),

counted as (
    select book, rule_id, opened_ym,
        count(*) as raised_cnt,
        count(*) filter (verdict = 'true') as confirmed_cnt,
        count(*) filter (verdict = 'false') as false_cnt,
        count(*) filter (verdict = 'none') as excluded_cnt,
        count(*) filter (verdict = 'open') as undecided_cnt
    from judged
    group by book, rule_id, opened_ym
)

select book, rule_id,
    opened_ym as period_ym,
    make_date(opened_ym // 100, opened_ym % 100, 1) as period_start_date,
    raised_cnt, confirmed_cnt, false_cnt, excluded_cnt, undecided_cnt,
    confirmed_cnt + false_cnt as decided_cnt,
    case
        when confirmed_cnt + false_cnt > 0
            then (confirmed_cnt * 100 / (confirmed_cnt + false_cnt))::decimal(18, 4)
    end as precision_pct
from counted
