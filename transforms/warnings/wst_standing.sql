-- grain: one warning that somebody has acted on, in one month: where it stands
with warning as (
    select book, rule_id, series_id, period_ym, level_order,
        last_day(period_start_date) as period_end_date,
        left(sha256(book || '|' || rule_id || '|' || series_id || '|' || opened_ym), 16)
            as warning_id
    from wrn_text
),

-- quiet until its level rises or its months are over, and from then on it is back
acted as (
    select w.book, w.rule_id, w.series_id, w.period_ym, s.state, s.owner, s.due_date,
        min(w.period_end_date) filter (
            s.quiet_through_ym is not null
            and w.period_ym > s.period_ym
            and (w.level_order > s.level_order or w.period_ym > s.quiet_through_ym)
        ) over (partition by w.warning_id order by w.period_ym) as back_date
    from warning as w
    inner join wst_state as s on w.warning_id = s.warning_id
)

select a.book, a.rule_id, a.series_id, a.period_ym, a.owner,
    case when a.back_date is null then a.state else 'opened' end as state,
    case
        when a.back_date is null then a.due_date
        else (a.back_date + p.due_days::integer)::date
    end as due_date
from acted as a
left join rule_procedure as p
    on p.step = 'return'
    and a.back_date between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
