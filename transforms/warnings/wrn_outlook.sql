-- grain: W-21: one ledger of employees in one month: the year in which its reserve falls too low
with metric as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        metric_id || '/' || variant || '/' || fund as figure, value, numerator_amt,
        denominator_amt, month_cnt
    from met_metric
    where origin = 'books' and scope_type = 'ledger' and insutype = '310'
),

wide as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        max(value) filter (figure = 'M-06/R12/POOL') as reserve_months,
        max(numerator_amt) filter (figure = 'M-06/R12/POOL') as reserve_amt,
        max(denominator_amt) filter (figure = 'M-06/R12/POOL') as outlay_amt,
        max(month_cnt) filter (figure = 'M-06/R12/POOL') as month_cnt,
        max(denominator_amt) filter (figure = 'M-04/R12/POOL') as income_amt,
        max(value) filter (figure = 'M-20/R12/POOL')::double as ratio,
        max(denominator_amt) filter (figure = 'M-20/M/ALL')::double as active_cnt,
        max(numerator_amt) filter (figure = 'M-20/M/ALL')::double as retired_cnt
    from metric
    group by book, ledger_id, poolarea_no, insutype, period_ym, period_start_date
),

compared as (
    select n.book, n.ledger_id, n.poolarea_no, n.insutype, n.period_ym, n.period_start_date,
        n.reserve_months, n.reserve_amt, n.outlay_amt, n.income_amt, n.ratio, n.active_cnt,
        n.retired_cnt,
        n.active_cnt / p.active_cnt as active_growth,
        n.retired_cnt / p.retired_cnt as retired_growth
    from wide as n
    inner join wide as p
        on n.book = p.book
        and n.ledger_id = p.ledger_id
        and n.period_ym = p.period_ym + 100
    where n.month_cnt = 12 and n.outlay_amt > 0 and n.ratio > 0 and n.active_cnt > 0
        and n.retired_cnt > 0 and p.active_cnt > 0 and p.retired_cnt > 0
),

-- the line is the one below which the reserve itself is reported; as far as the rule looks
lined as (
    select c.*, l.threshold as line_months, h.year_cnt
    from compared as c
    inner join rule_warning as l
        on l.rule_id = 'W-01' and l.level = 'yellow' and l.scheme in (c.insutype, 'ALL')
        and last_day(c.period_start_date)
            between l.valid_from and coalesce(l.valid_to, date '9999-12-31')
    inner join (
        select valid_from, valid_to, max(threshold)::integer as year_cnt
        from rule_warning
        where rule_id = 'W-21'
        group by valid_from, valid_to
    ) as h
        on last_day(c.period_start_date)
            between h.valid_from and coalesce(h.valid_to, date '9999-12-31')
    -- below it already: the reserve is told, not its future
    where c.reserve_months >= l.threshold
),

-- prices stand still: heads and their ages move as in the last twelve months
projected as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, reserve_amt,
        line_months, year_cnt, k,
        income_amt * pow(active_growth, k) as income_amt,
        outlay_amt * (
            active_cnt * pow(active_growth, k) + ratio * retired_cnt * pow(retired_growth, k)
        ) / (active_cnt + ratio * retired_cnt) as outlay_amt
    from lined
    cross join (select unnest(range(1, 51)) as k) as step
    where k <= year_cnt
),

rolled as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, reserve_amt,
        line_months, year_cnt, k, outlay_amt,
        reserve_amt + sum(income_amt - outlay_amt) over (
            partition by book, ledger_id, period_ym order by k
        ) as balance_amt
    from projected
),

found as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, reserve_amt,
        line_months, year_cnt,
        min(k) filter (balance_amt * 12 < line_months * outlay_amt) as low_year,
        min_by(balance_amt, k) filter (balance_amt * 12 < line_months * outlay_amt)
            as low_balance_amt,
        max_by(balance_amt, k) as last_balance_amt
    from rolled
    group by book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, reserve_amt,
        line_months, year_cnt
)

select
    book, 'W-21' as rule_id, '跌破年数' as measure, ledger_id, poolarea_no, insutype,
    'POOL' as fund,
    ledger_id || '-POOL' as series_id,
    period_ym, period_start_date,
    coalesce(low_year, year_cnt + 1)::decimal(18, 4) as value,
    greatest(reserve_amt - coalesce(low_balance_amt, last_balance_amt), 0)::decimal(18, 2)
        as excess_amt,
    reserve_amt as amount_amt,
    coalesce(low_balance_amt, last_balance_amt)::decimal(18, 2) as base_amt,
    regexp_replace(line_months::varchar, '[.]?0+$', '') || '个月' as line_zh,
    line_months::varchar as arg,
    year_cnt::varchar as arg2
from found
