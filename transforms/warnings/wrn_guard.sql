-- grain: W-24: one ledger and fund, or one series of the score, in one month and measure
with behind as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        income_amt, expense_amt, budget_amt,
        (median(case when expense_amt > 0 then expense_amt end) over (
            partition by book, series_id
            order by period_ym
            rows between 12 preceding and 1 preceding
        ))::decimal(18, 2) as median_amt
    from wrn_month
),

checked as (
    select book, ledger_id, poolarea_no, insutype, fund, series_id, period_ym, period_start_date,
        expense_amt, median_amt,
        list_filter(
            [
                case when expense_amt is null or (expense_amt = 0 and income_amt = 0)
                    then '缺当月数据' end,
                case when expense_amt = 0 and income_amt <> 0 then '当月支出为零' end,
                case when expense_amt < 0 then '当月支出为负' end,
                case when coalesce(budget_amt, 0) <= 0 then '缺全年支出预算' end
            ],
            lambda failing: failing is not null
        ) as failings
    from behind
),

-- spending lines: as closed, and what came for a closed month afterwards
spending as (
    select book, ledger_id, insutype, fund, period_ym, debit_amt - credit_amt as spent_amt,
        case
            when starts_with(event_id, 'LATE|') then substr(event_id, 6, 6)::integer
        end as late_ym
    from jrn_journal
    where book in (select book from jrn_book where is_statutory)
        and left(account_code, 1) = '5' and not is_closing
        and (insutype = '390' or fund = 'POOL')
),

as_closed as (
    select book, ledger_id, period_ym, sum(spent_amt) as closed_amt
    from spending
    where late_ym is null
    group by book, ledger_id, period_ym
),

revised as (
    select s.book, s.ledger_id, s.period_ym, s.late_ym,
        abs(sum(s.spent_amt))::decimal(18, 2) as late_amt,
        min(c.closed_amt)::decimal(18, 2) as closed_amt
    from spending as s
    inner join as_closed as c
        on s.book = c.book
        and s.ledger_id = c.ledger_id
        and s.late_ym = c.period_ym
    where c.closed_amt > 0
    group by s.book, s.ledger_id, s.period_ym, s.late_ym
),

-- the month that was revised most among those that came in this one
most as (
    select book, ledger_id, period_ym,
        max_by(late_ym, (late_amt / closed_amt, late_ym)) as late_ym,
        max(least(late_amt * 100 / closed_amt, 999999))::decimal(18, 4) as revised_pct
    from revised
    group by book, ledger_id, period_ym
),

score_finding as (
    select g.series_id, g.month_start, list(g.finding_zh order by g.finding) as findings
    from sco_guard as g
    inner join wrn_series as s on g.series_id = s.series_id
    inner join sco_limit as c on g.month_start = c.month_start
    inner join sco_deviation as d
        on g.series_id = d.series_id and g.month_start = d.month_start
    inner join sco_month as m
        on g.series_id = m.series_id and g.month_start = m.month_start
    -- a new series is no fault of its data
    where g.finding <> 'short'
        -- of an institution: what is wrong with the data of one that is judged and still works
        and (
            s.series_type = 'class'
            or (
                g.finding not in ('few_peers', 'wait')
                and d.behind_cnt >= c.min_months and m.median_amt is not null
            )
        )
    group by g.series_id, g.month_start
)

select
    book, 'W-24' as rule_id, '支出倍数' as measure,
    'ledger' as series_type, ledger_id, poolarea_no, insutype, fund,
    null::varchar as spending_class, null::varchar as fixmedins_code, '' as item_zh,
    series_id, period_ym, period_start_date,
    -- a wrong unit makes a month too large or too small
    case
        when expense_amt > 0 and median_amt > 0
            then least(greatest(expense_amt / median_amt, median_amt / expense_amt), 1e13)
    end::decimal(18, 4) as value,
    abs(expense_amt - median_amt)::decimal(18, 2) as excess_amt,
    expense_amt as amount_amt,
    median_amt as base_amt,
    len(failings) > 0 as is_flagged,
    case
        when len(failings) > 0 then array_to_string(failings, '、')
        when expense_amt > median_amt then '当月支出是前12个月中位数的{value}倍'
        else '前12个月中位数是当月支出的{value}倍'
    end as detail_zh
from checked
union all
select
    m.book, 'W-24', '修订比例', 'ledger', m.ledger_id, m.poolarea_no, m.insutype, m.fund,
    null, null, '', m.series_id, m.period_ym, m.period_start_date,
    coalesce(r.revised_pct, 0)::decimal(18, 4),
    v.late_amt,
    v.late_amt,
    v.closed_amt,
    false,
    v.late_ym // 100 || '年' || v.late_ym % 100 || '月'
from wrn_month as m
left join most as r
    on m.book = r.book and m.ledger_id = r.ledger_id and m.period_ym = r.period_ym
left join revised as v
    on r.book = v.book and r.ledger_id = v.ledger_id and r.period_ym = v.period_ym
    and r.late_ym = v.late_ym
union all
select
    b.book, 'W-24', '序列检查', s.series_type, s.ledger_id, s.poolarea_no, s.insutype,
    case s.insutype when '390' then 'NA' else 'POOL' end,
    s.spending_class, s.fixmedins_code, s.item_zh,
    m.series_id,
    (year(m.month_start) * 100 + month(m.month_start))::integer,
    m.month_start,
    coalesce(len(f.findings), 0)::decimal(18, 4),
    null,
    m.amount,
    m.median_amt,
    false,
    array_to_string(f.findings, '、')
from sco_month as m
inner join wrn_series as s on m.series_id = s.series_id
left join score_finding as f on m.series_id = f.series_id and m.month_start = f.month_start
cross join (select book from jrn_book where is_statutory) as b
