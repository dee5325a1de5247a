-- grain: one open warning of one rule and series in one month: its level, since when, confirmed or not
with grey as (
    select distinct book, series_id, period_ym
    from wrn_hit
    where rule_id = 'W-24'
),

-- bad data blocks the rules on spending; reserves, accounts and tie-outs are told all the same
judged as (
    select s.book, s.rule_id, s.measure, s.series_id, s.period_ym, s.run_no, p.confirm_months,
        p.close_months
    from wrn_signal as s
    inner join rule_warning_measure as p
        on s.rule_id = p.rule_id
        and s.measure = p.measure
        and s.period_end_date between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
    where not p.is_spending
        or not exists (
            select 1 from grey as g
            where g.book = s.book and g.series_id = s.series_id
                and g.period_ym between s.from_ym and s.period_ym
        )
),

ranked as (
    select j.book, j.rule_id, j.measure, j.series_id, j.period_ym, h.scheme, h.level,
        h.level_order, h.valid_from, h.excess_amt, j.confirm_months,
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

-- months that could not be judged are no steps: they neither end a run nor confirm it
step as (
    select j.book, j.rule_id, j.series_id, j.period_ym, j.run_no,
        max(j.close_months) as close_months,
        max(h.measure) as measure,
        max(h.scheme) as scheme,
        max(h.level) as level,
        max(h.level_order) as level_order,
        max(h.valid_from) as valid_from,
        max(h.excess_amt) as excess_amt,
        max(h.confirm_months) as confirm_months,
        row_number() over (
            partition by j.book, j.rule_id, j.series_id, j.run_no order by j.period_ym
        ) as step_no
    from judged as j
    left join ranked as h
        on j.book = h.book
        and j.rule_id = h.rule_id
        and j.series_id = h.series_id
        and j.period_ym = h.period_ym
        and h.rank_no = 1
    group by j.book, j.rule_id, j.series_id, j.period_ym, j.run_no
),

seen as (
    select book, rule_id, series_id, period_ym, run_no, step_no, close_months, confirm_months,
        level_order is not null as is_raised, excess_amt,
        -- between two raised months the warning stands as it was last raised
        last_value(measure ignore nulls) over so_far as measure,
        last_value(scheme ignore nulls) over so_far as scheme,
        last_value(level ignore nulls) over so_far as level,
        last_value(level_order ignore nulls) over so_far as level_order,
        last_value(valid_from ignore nulls) over so_far as valid_from,
        max(case when level_order is not null then step_no end) over so_far as raised_no,
        max(case when level_order is not null then step_no end) over before_it as before_no,
        max(case when level_order is not null then period_ym end) over so_far as last_ym,
        count(level_order) over last_three as raised_cnt
    from step
    window
        so_far as (
            partition by book, rule_id, series_id, run_no
            order by period_ym
            rows between unbounded preceding and current row
        ),
        before_it as (
            partition by book, rule_id, series_id, run_no
            order by period_ym
            rows between unbounded preceding and 1 preceding
        ),
        last_three as (
            partition by book, rule_id, series_id, run_no
            order by period_ym
            rows between 2 preceding and current row
        )
),

-- open until as many quiet months in a row as the rule asks for
standing as (
    select book, rule_id, series_id, period_ym, run_no, is_raised, excess_amt, measure, scheme,
        level, level_order, valid_from, last_ym,
        is_raised and raised_cnt >= confirm_months as is_proven,
        count(*) filter (
            is_raised and (before_no is null or step_no - before_no > close_months)
        ) over (
            partition by book, rule_id, series_id, run_no
            order by period_ym
            rows between unbounded preceding and current row
        ) as opening_no
    from seen
    where raised_no is not null and step_no - raised_no < close_months
),

dated as (
    select book, rule_id, series_id, period_ym, run_no, opening_no, is_raised, excess_amt,
        measure, scheme, level, level_order, valid_from, last_ym,
        min(period_ym) over so_far as opened_ym,
        bool_or(is_proven) over so_far as is_confirmed,
        level_order is distinct from lag(level_order) over (
            partition by book, rule_id, series_id, run_no, opening_no
            order by period_ym
        ) as is_changed
    from standing
    window so_far as (
        partition by book, rule_id, series_id, run_no, opening_no
        order by period_ym
        rows between unbounded preceding and current row
    )
)

select book, rule_id, measure, series_id, period_ym,
    opened_ym::integer as opened_ym,
    last_ym::integer as last_ym,
    max(case when is_changed then period_ym end) over (
        partition by book, rule_id, series_id, run_no, opening_no
        order by period_ym
        rows between unbounded preceding and current row
    )::integer as state_ym,
    is_raised,
    coalesce(is_confirmed, false) as is_confirmed,
    scheme, level, level_order, valid_from, excess_amt
from dated
