-- grain: one fund in one month: the score of what is common to its series
with scored as (
    select fund, month_start, peer_cnt,
        -- the steadier part counts for more, as in sco_score
        (first_micro / first_scale * second_scale + second_micro / second_scale * first_scale)
        / (first_scale + second_scale) as score,
        (
            first_micro * (second_scale::double * second_scale)
            + second_micro * (first_scale::double * first_scale)
        ) / (second_scale::double * second_scale + first_scale::double * first_scale)
            as excess_micro
    from sco_shared
)

select s.fund, s.month_start, s.peer_cnt,
    greatest(least(s.score, 1e9), -1e9)::decimal(18, 4) as score,
    ((exp(least(s.excess_micro, 20000000) / 1000000) - 1) * 100)::decimal(18, 4) as excess_pct
from scored as s
inner join sco_limit as c on s.month_start = c.month_start
where s.peer_cnt >= c.min_peers
