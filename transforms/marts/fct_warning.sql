-- grain: one rule for one series in one month while it is open, at the level it stands at
with listed as (
    select book, rule_id, series_id, period_ym,
        row_number() over (
            partition by book, period_ym
            order by monthly_amt desc nulls last, level_order desc, rule_id, series_id
        ) as worklist_no
    from wrn_text
    where level <> 'grey' and not is_suppressed
)

select
    t.book,
    left(sha256(t.book || '|' || t.rule_id || '|' || t.series_id || '|' || t.opened_ym), 16)
        as warning_id,
    t.rule_id,
    t.rule_zh,
    t.series_id,
    t.series_type,
    t.ledger_id,
    t.poolarea_no,
    t.insutype,
    t.fund,
    t.spending_class,
    t.fixmedins_code,
    t.period_ym,
    t.period_start_date,
    t.opened_ym,
    t.last_ym,
    t.state_ym,
    t.level,
    t.level_order,
    t.is_raised,
    t.is_confirmed,
    t.measure,
    t.comparison,
    t.value,
    t.threshold,
    t.unit,
    t.amount_amt,
    t.base_amt,
    t.excess_amt,
    t.monthly_amt,
    t.relative_pct,
    t.peer_cnt,
    t.is_suppressed,
    case
        when t.shock_ym is not null
            then left(
                sha256(t.book || '|W-23|' || t.shock_series_id || '|' || t.shock_ym), 16
            )
    end as linked_warning_id,
    l.worklist_no,
    coalesce(s.state, 'opened') as state,
    coalesce(s.owner, t.owner_role) as owner,
    case
        when s.state is null
            then last_day(make_date(t.opened_ym // 100, t.opened_ym % 100, 1))
                + t.due_days::integer
        else s.due_date
    end as due_date,
    t.reason_zh,
    t.action as action_zh,
    t.valid_from as rule_valid_from,
    t.source as rule_source,
    -- nothing later than the month itself is read
    t.period_ym as data_through_ym,
    t.recompute_sql
from wrn_text as t
left join listed as l
    on t.book = l.book
    and t.rule_id = l.rule_id
    and t.series_id = l.series_id
    and t.period_ym = l.period_ym
left join wst_standing as s
    on t.book = s.book
    and t.rule_id = s.rule_id
    and t.series_id = s.series_id
    and t.period_ym = s.period_ym
