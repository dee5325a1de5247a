-- grain: one metric of one fund of one scope and month, not yet divided
with term as (
    -- value = numerator × times ÷ (denominator × over); no denominator: the numerator itself
    select book, scope_id, fund, period_ym, 'M-01' as metric_id, variant,
        net_amt as numerator_amt, null::decimal(18, 2) as denominator_amt,
        1 as times, 1 as over, month_cnt, is_short, null as lacking
    from met_window
    where net_amt is not null
    union all
    select book, scope_id, fund, period_ym, 'M-02', 'M', balance_amt, null, 1, 1, 1, false, null
    from met_window
    where balance_amt is not null and (variant = 'M' or origin = 'published')
    union all
    select book, scope_id, fund, period_ym, 'M-03', variant, net_amt, null, 1, 1, month_cnt,
        is_short, null
    from met_window
    where insutype = 'ALL' and fund = 'POOL' and variant <> 'M' and net_amt is not null
    union all
    select book, scope_id, fund, period_ym, 'M-04', variant, net_amt, income_amt, 100, 1,
        month_cnt, is_short, 'no_income'
    from met_window
    where fund <> 'PEND' and variant <> 'M' and net_amt is not null
    union all
    select book, scope_id, fund, period_ym, 'M-05', variant, balance_amt, income_amt,
        100 * month_cnt, 12, month_cnt, is_short, 'no_income'
    from met_window
    where fund <> 'PEND' and variant in ('CAL', 'R12') and balance_amt is not null
        and income_amt is not null
    union all
    select book, scope_id, fund, period_ym, 'M-06', variant, reserve_amt, outlay_amt,
        month_cnt, 1, month_cnt, is_short, 'no_spending'
    from met_window
    where fund in ('POOL', 'NA') and variant in ('CAL', 'R12', 'YTD')
        and reserve_amt is not null and outlay_amt is not null
    union all
    select w.book, w.scope_id, w.fund, w.period_ym, 'M-06', 'FWD', w.reserve_amt, b.forward_amt,
        12, 1, 12, false,
        case when b.forward_amt is null then 'no_budget' else 'no_spending' end
    from met_window as w
    inner join met_budget as b
        on w.book = b.book and w.scope_id = b.scope_id and w.fund = b.fund
        and w.period_ym = b.period_ym
    where w.fund in ('POOL', 'NA') and w.variant = 'M'
    union all
    select book, scope_id, fund, period_ym, 'M-07', variant, cash_amt, outlay_amt, month_cnt, 1,
        month_cnt, is_short, 'no_spending'
    from met_window
    where fund in ('ALL', 'NA') and variant = 'R12' and cash_amt is not null
    union all
    select p.book, p.scope_id, p.fund, p.period_ym, 'M-08', p.variant, p.expense_amt,
        a.expense_amt, 100, 1, p.month_cnt, p.is_short, 'no_spending'
    from met_window as p
    inner join met_window as a
        on p.book = a.book and p.scope_id = a.scope_id and p.period_ym = a.period_ym
        and p.variant = a.variant and a.fund = 'ALL'
    where p.fund = 'POOL' and p.variant <> 'M'
        and p.expense_amt is not null and a.expense_amt is not null
    union all
    select b.book, b.scope_id, b.fund, b.period_ym, 'M-11', 'YTD', b.actual_ytd_amt,
        b.budget_year_amt, 100, 1, b.period_ym % 100, false, 'no_budget'
    from met_budget as b
    union all
    select b.book, b.scope_id, b.fund, b.period_ym, 'M-11', 'DEV',
        b.actual_ytd_amt - b.expected_ytd_amt, b.budget_year_amt, 100, 1, b.period_ym % 100,
        false, 'no_budget'
    from met_budget as b
    union all
    select b.book, b.scope_id, b.fund, b.period_ym, 'M-12', 'M', b.actual_month_amt,
        b.expected_month_amt, 1, 1, 1, false, 'no_budget'
    from met_budget as b
),

-- the same window a year before, where it covers as much
compared as (
    select w.book, w.scope_id, w.fund, w.period_ym, w.variant, w.month_cnt,
        w.income_amt, w.expense_amt,
        case when p.income_amt > 0 then p.income_amt end as prior_income_amt,
        case when p.expense_amt > 0 then p.expense_amt end as prior_expense_amt
    from met_window as w
    left join met_window as p
        on w.book = p.book and w.scope_id = p.scope_id and w.fund = p.fund
        and w.variant = p.variant and w.period_ym = p.period_ym + 100
        and w.ledger_cnt = p.ledger_cnt
        and not w.is_short and not p.is_short
    where w.fund <> 'PEND' and w.variant in ('YTD', 'CAL')
),

growth as (
    select book, scope_id, fund, period_ym, 'M-09' as metric_id, variant || '_IN' as variant,
        (income_amt - prior_income_amt)::decimal(18, 2) as numerator_amt,
        prior_income_amt as denominator_amt, month_cnt
    from compared
    where income_amt is not null
    union all
    select book, scope_id, fund, period_ym, 'M-09', variant || '_OUT',
        (expense_amt - prior_expense_amt)::decimal(18, 2), prior_expense_amt, month_cnt
    from compared
    where expense_amt is not null
)

select book, scope_id, fund, period_ym, metric_id, variant,
    numerator_amt::decimal(18, 2) as numerator_amt,
    denominator_amt::decimal(18, 2) as denominator_amt,
    -- whole fen, so that the one division is exact
    (numerator_amt * 100)::hugeint * times as dividend,
    case
        when lacking is null then 100::hugeint
        when denominator_amt > 0 then (denominator_amt * 100)::hugeint * over
    end as divisor,
    month_cnt::bigint as month_cnt,
    is_short,
    lacking
from term
union all
select book, scope_id, fund, period_ym, metric_id, variant, numerator_amt, denominator_amt,
    (numerator_amt * 100)::hugeint * 100,
    (denominator_amt * 100)::hugeint,
    month_cnt, false, 'no_prior'
from growth
union all
select book, scope_id, fund, period_ym, 'M-10', variant, null, null,
    100 * (
        (expense_amt * 100)::hugeint * (prior_income_amt * 100)::hugeint
        - (income_amt * 100)::hugeint * (prior_expense_amt * 100)::hugeint
    ),
    (prior_expense_amt * 100)::hugeint * (prior_income_amt * 100)::hugeint,
    month_cnt, false, 'no_prior'
from compared
where income_amt is not null and expense_amt is not null
union all
select book, scope_id, fund, period_ym, metric_id, variant, numerator_amt, denominator_amt, dividend,
    divisor, month_cnt, is_short, lacking
from met_monitor_term
