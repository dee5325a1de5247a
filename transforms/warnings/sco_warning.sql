-- grain: W-22 and W-23: one warning of a series or a fund in one month in which it is open
with stepped as (
    select rule_id, series_id, region, fund, month_start, score, excess_pct, excess_amt,
        amount_amt, peer_cnt, behind_cnt, is_alone, level_order, limit_score, close_score,
        row_number() over by_month as judged_no,
        is_quiet and coalesce(lag(is_quiet) over by_month, false) as is_quiet
    from sco_signal
    window by_month as (partition by rule_id, series_id order by month_start)
),

-- open from the month that raises it until two quiet months in a row
marked as (
    select rule_id, series_id, region, fund, month_start, score, excess_pct, excess_amt,
        amount_amt, peer_cnt, behind_cnt, is_alone, level_order, limit_score, close_score,
        is_quiet,
        max(case when level_order > 0 then judged_no end) over so_far as raised_no,
        coalesce(max(case when is_quiet and level_order = 0 then judged_no end) over so_far, 0)
            as closed_no
    from stepped
    window so_far as (
        partition by rule_id, series_id
        order by month_start
        rows between unbounded preceding and current row
    )
),

episode as (
    select rule_id, series_id, region, fund, month_start, score, excess_pct, excess_amt,
        amount_amt, peer_cnt, behind_cnt, is_alone, level_order > 0 as is_raised,
        limit_score, close_score, closed_no,
        -- one warning keeps the highest level it has reached
        max(level_order) over so_far as level_order,
        min(case when level_order > 0 then month_start end) over so_far as opened_month,
        max(case when level_order > 0 then month_start end) over so_far as last_month
    from marked
    where raised_no > closed_no
    window so_far as (
        partition by rule_id, series_id, closed_no
        order by month_start
        rows between unbounded preceding and current row
    )
),

levelled as (
    select rule_id, series_id, region, fund, month_start, score, excess_pct, excess_amt,
        amount_amt, peer_cnt, behind_cnt, is_alone, is_raised, limit_score, close_score,
        level_order, opened_month, last_month,
        min(month_start) over (
            partition by rule_id, series_id, closed_no, level_order
        ) as state_month
    from episode
),

shock as (
    select fund, month_start, excess_pct, opened_month
    from levelled
    where rule_id = 'W-23'
)

-- under a common shock a series is told only where it stands out by more than what is common
select e.rule_id, e.series_id, e.region, e.fund, e.month_start, e.opened_month, e.last_month,
    e.state_month,
    case e.level_order when 3 then 'orange' when 2 then 'yellow' else 'blue' end as level,
    e.level_order, e.is_raised, e.score,
    -- what the score is held against: the limit reached, or the one that ends the warning
    case when e.is_raised then e.limit_score else e.close_score end::decimal(18, 4)
        as limit_score,
    e.excess_pct, e.excess_amt, e.amount_amt, e.peer_cnt,
    e.behind_cnt, e.is_alone,
    case when e.rule_id = 'W-22' then s.opened_month end as shock_month,
    coalesce(e.rule_id = 'W-22' and e.excess_pct <= s.excess_pct, false) as is_suppressed
from levelled as e
left join shock as s on e.fund = s.fund and e.month_start = s.month_start
