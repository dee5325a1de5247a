-- grain: the highest level of one rule for one series in one month, and since when it is warned of
with grey as (
    select distinct book, series_id, period_ym
    from wrn_hit
    where rule_id = 'W-24'
),

-- bad data blocks the rules on spending; reserves, accounts and tie-outs are told all the same
judged as (
    select s.book, s.rule_id, s.measure, s.series_id, s.period_ym, s.run_no
    from wrn_signal as s
    where s.rule_id not in ('W-04', 'W-05', 'W-07')
        or not exists (
            select 1 from grey as g
            where g.book = s.book and g.series_id = s.series_id
                and g.period_ym between s.from_ym and s.period_ym
        )
),

ranked as (
    select j.book, j.rule_id, j.measure, j.series_id, j.period_ym, h.scheme, h.level,
        h.level_order, h.valid_from, h.excess_amt,
        row_number() over (
            partition by j.book, j.rule_id, j.series_id, j.period_ym
            order by h.level_order desc, h.scheme, h.valid_from desc, j.measure
        ) as rank_no
    from judged as j
    inner join wrn_hit as h
        on j.book = h.book
        and j.rule_id = h.rule_id
        and j.measure = h.measure
        and j.series_id = h.series_id
        and j.period_ym = h.period_ym
),

highest as (
    select book, rule_id, measure, series_id, period_ym, scheme, level, level_order, valid_from,
        excess_amt
    from ranked
    where rank_no = 1
),

-- months that could not be judged do not end a run
month as (
    select j.book, j.rule_id, j.series_id, j.period_ym, j.run_no,
        max(h.period_ym) is not null as is_warned
    from judged as j
    left join highest as h
        on j.book = h.book
        and j.rule_id = h.rule_id
        and j.series_id = h.series_id
        and j.period_ym = h.period_ym
    group by j.book, j.rule_id, j.series_id, j.period_ym, j.run_no
),

island as (
    select book, rule_id, series_id, period_ym, run_no, is_warned,
        count(*) filter (not is_warned) over (
            partition by book, rule_id, series_id, run_no
            order by period_ym
        ) as quiet_cnt
    from month
),

opened as (
    select book, rule_id, series_id, period_ym,
        min(period_ym) over (
            partition by book, rule_id, series_id, run_no, quiet_cnt
        )::integer as opened_ym
    from island
    where is_warned
)

select h.book, h.rule_id, h.measure, h.series_id, h.period_ym, o.opened_ym, h.scheme, h.level,
    h.level_order, h.valid_from, h.excess_amt
from highest as h
inner join opened as o
    on h.book = o.book
    and h.rule_id = o.rule_id
    and h.series_id = o.series_id
    and h.period_ym = o.period_ym
