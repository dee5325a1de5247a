-- grain: W-22 and W-23: one series, or one fund, in one month that is judged, and what it reaches
with spending as (
    select s.series_id, s.region, s.fund, s.month_start, s.score, s.excess_pct, s.excess_amt,
        s.clean_amt, s.peer_cnt, s.behind_cnt, s.is_alone,
        case when s.is_alone then c.few_peers_add else 0 end as add_score,
        s.is_alone or s.behind_cnt < c.uncapped_months as is_capped,
        c.blue_score, c.yellow_score, c.confirm_score, c.orange_excess, c.close_score,
        s.score < c.close_score or s.excess_pct < c.relative_floor as is_quiet,
        s.excess_pct >= c.relative_floor and s.excess_amt >= c.absolute_floor as is_large
    from sco_score as s
    inner join sco_limit as c on s.month_start = c.month_start
),

confirmed as (
    select series_id, region, fund, month_start, score, excess_pct, excess_amt, clean_amt,
        peer_cnt, behind_cnt, is_alone, add_score, is_capped, is_large, is_quiet, close_score,
        orange_excess,
        blue_score + add_score as blue_limit,
        case
            when score >= yellow_score + add_score then yellow_score
            else confirm_score
        end + add_score as yellow_limit,
        score >= blue_score + add_score as is_blue,
        score >= yellow_score + add_score
        or (
            score >= confirm_score + add_score
            and count(*) filter (score >= confirm_score + add_score) over last_three >= 2
        ) as is_yellow
    from spending
    window last_three as (
        partition by series_id order by month_start rows between 2 preceding and current row
    )
),

lasting as (
    select series_id, region, fund, month_start, score, excess_pct, excess_amt, clean_amt,
        peer_cnt, behind_cnt, is_alone, is_capped, is_large, is_quiet, is_blue, is_yellow,
        close_score, blue_limit, yellow_limit,
        is_yellow and excess_pct >= orange_excess as is_high,
        lag(is_yellow and excess_pct >= orange_excess) over (
            partition by series_id order by month_start
        ) as was_high
    from confirmed
),

-- what is common to a fund: one month far out, or two running that are both well out
shared as (
    select g.fund, g.month_start, g.score, g.excess_pct, g.peer_cnt, c.close_score,
        c.shock_orange,
        g.score < c.close_score or g.excess_pct < c.shock_floor as is_quiet,
        case when g.score >= c.shock_score then c.shock_score else c.shock_confirm end
            as shock_limit,
        g.excess_pct >= c.shock_floor and (
            g.score >= c.shock_score
            or g.score >= c.shock_confirm and coalesce(
                lag(g.score >= c.shock_confirm and g.excess_pct >= c.shock_floor) over (
                    partition by g.fund order by g.month_start
                ),
                false
            )
        ) as is_shock
    from sco_common as g
    inner join sco_limit as c on g.month_start = c.month_start
)

select 'W-22' as rule_id, series_id, region, fund, month_start, score, excess_pct, excess_amt,
    clean_amt as amount_amt, peer_cnt, behind_cnt, is_alone, is_quiet, close_score,
    case
        when not is_large then 0
        when is_high and was_high and not is_capped then 3
        when is_yellow then 2
        when is_blue then 1
        else 0
    end as level_order,
    case when is_yellow then yellow_limit else blue_limit end::decimal(18, 4) as limit_score
from lasting
union all
select 'W-23', fund, null, fund, month_start, score, excess_pct, null, null, peer_cnt,
    null, false, is_quiet, close_score,
    case
        when not is_shock then 0
        when excess_pct >= shock_orange then 3
        else 2
    end,
    case when is_shock then shock_limit else close_score end
from shared
