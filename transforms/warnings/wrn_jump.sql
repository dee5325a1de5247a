-- grain: W-22 and W-23: one open warning of the score in one month
with warned as (
    select
        b.book, w.rule_id,
        case w.rule_id when 'W-23' then '共同得分' else '得分' end as measure,
        s.series_type, s.ledger_id, s.poolarea_no, s.insutype, s.spending_class,
        s.fixmedins_code, w.series_id, s.item_zh,
        (year(w.month_start) * 100 + month(w.month_start))::integer as period_ym,
        w.month_start as period_start_date,
        last_day(w.month_start) as period_end_date,
        (year(w.opened_month) * 100 + month(w.opened_month))::integer as opened_ym,
        (year(w.last_month) * 100 + month(w.last_month))::integer as last_ym,
        (year(w.state_month) * 100 + month(w.state_month))::integer as state_ym,
        w.level, w.level_order, w.is_raised, w.score, w.limit_score, w.excess_pct, w.excess_amt,
        w.amount_amt, w.peer_cnt, w.is_alone, w.is_suppressed, s.peer_group,
        (year(w.shock_month) * 100 + month(w.shock_month))::integer as shock_ym
    from sco_warning as w
    inner join wrn_series as s
        on w.series_id = s.series_id
        and (w.rule_id = 'W-23') = (s.series_type = 'province')
    cross join (select book from jrn_book where is_statutory) as b
),

-- what a common shock costs: the excess of every series it holds
common as (
    select s.peer_group,
        (year(p.month_start) * 100 + month(p.month_start))::integer as period_ym,
        sum(p.clean_amt)::decimal(18, 2) as amount_amt
    from sco_month as p
    inner join wrn_series as s on p.series_id = s.series_id
    where s.series_type <> 'province' and p.clean_amt is not null
    group by s.peer_group, year(p.month_start), month(p.month_start)
)

select
    w.book, w.rule_id, w.measure, w.series_type, w.ledger_id, w.poolarea_no, w.insutype,
    case w.insutype when '390' then 'NA' else 'POOL' end as fund,
    w.spending_class, w.fixmedins_code, w.series_id, w.item_zh, w.period_ym, w.period_start_date,
    w.period_end_date, w.opened_ym, w.last_ym, w.state_ym, w.level, w.level_order, w.is_raised,
    -- blue is one month's finding: told in the list, not sent
    w.level_order >= 2 as is_confirmed,
    w.score as value,
    w.limit_score as threshold,
    case when w.is_raised then '>=' else '<' end as comparison,
    coalesce(w.amount_amt, c.amount_amt) as amount_amt,
    case w.rule_id
        when 'W-23' then c.amount_amt * 100 / (100 + w.excess_pct)
        else w.amount_amt - w.excess_amt
    end::decimal(18, 2) as base_amt,
    case w.rule_id
        when 'W-23' then c.amount_amt - c.amount_amt * 100 / (100 + w.excess_pct)
        else w.excess_amt
    end::decimal(18, 2) as excess_amt,
    w.excess_pct as relative_pct,
    w.peer_cnt, w.is_suppressed,
    case when w.rule_id = 'W-22' then w.peer_group end as shock_series_id,
    w.shock_ym,
    case when w.is_alone then '自身以往' else '同类地区同期' end as peers_zh,
    case when not w.is_alone then w.peer_cnt || '个对照，' end as detail_zh
from warned as w
left join common as c
    on w.peer_group = c.peer_group
    and w.period_ym = c.period_ym
