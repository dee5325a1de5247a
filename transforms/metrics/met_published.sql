-- grain: one fund of one published scope and period, quick figures apart from final ones
with figure as (
    select
        case when is_quick then 'published_quick' else 'published' end as book,
        scope_type, scope_id as region_code, scheme,
        case period_type when 'Y' then 'CAL' when 'Q' then 'YTD' else 'CUM' end as variant,
        period_ym,
        split_part(item, '/', 2) as fund,
        split_part(item, '/', 3) as measure,
        -- a sum over several years names the month it begins with: ALL/ALL/income/201801
        try_cast(nullif(split_part(item, '/', 4), '') as integer) as first_ym,
        amount
    from rule_published_figure
    where split_part(item, '/', 3) in ('income', 'expense', 'balance')
),

printed as (
    select book, scope_type, region_code, scheme, variant, period_ym, fund,
        min(first_ym) as first_ym,
        max(amount) filter (measure = 'income') as income_amt,
        max(amount) filter (measure = 'expense') as expense_amt,
        max(amount) filter (measure = 'balance') as balance_amt
    from figure
    group by book, scope_type, region_code, scheme, variant, period_ym, fund
),

-- the scopes that something is printed of, with every fund they can have
place as (
    select book, scope_type, region_code, variant, period_ym, scheme,
        min(first_ym) as first_ym,
        unnest(case scheme when '390' then ['NA'] else ['POOL', 'PA', 'ALL'] end) as fund
    from printed
    group by book, scope_type, region_code, variant, period_ym, scheme
),

known as (
    select p.book, p.scope_type, p.region_code, p.variant, p.period_ym, p.scheme, p.fund,
        p.first_ym,
        -- both schemes together: as printed, else 职工 and 居民 where both are printed
        -- (the residents have no personal accounts)
        coalesce(
            q.income_amt,
            z.income_amt + case p.fund when 'PA' then 0 else j.income_amt end
        ) as income_amt,
        coalesce(
            q.expense_amt,
            z.expense_amt + case p.fund when 'PA' then 0 else j.expense_amt end
        ) as expense_amt,
        coalesce(
            q.balance_amt,
            z.balance_amt + case p.fund when 'PA' then 0 else j.balance_amt end
        ) as balance_amt
    from place as p
    left join printed as q
        on p.book = q.book and p.region_code = q.region_code and p.variant = q.variant
        and p.period_ym = q.period_ym and p.scheme = q.scheme and p.fund = q.fund
    left join printed as z
        on p.book = z.book and p.region_code = z.region_code and p.variant = z.variant
        and p.period_ym = z.period_ym and p.scheme = 'ALL' and z.scheme = '310'
        and p.fund = z.fund
    left join printed as j
        on p.book = j.book and p.region_code = j.region_code and p.variant = j.variant
        and p.period_ym = j.period_ym and p.scheme = 'ALL' and j.scheme = '390'
        and j.fund = 'NA'
),

-- of the three funds any two tell the third
wide as (
    select
        book, region_code, variant, period_ym, scheme,
        max(income_amt) filter (fund = 'POOL') as pool_income_amt,
        max(income_amt) filter (fund = 'PA') as pa_income_amt,
        max(income_amt) filter (fund = 'ALL') as all_income_amt,
        max(expense_amt) filter (fund = 'POOL') as pool_expense_amt,
        max(expense_amt) filter (fund = 'PA') as pa_expense_amt,
        max(expense_amt) filter (fund = 'ALL') as all_expense_amt,
        max(balance_amt) filter (fund = 'POOL') as pool_balance_amt,
        max(balance_amt) filter (fund = 'PA') as pa_balance_amt,
        max(balance_amt) filter (fund = 'ALL') as all_balance_amt
    from known
    group by book, region_code, variant, period_ym, scheme
)

select
    k.book, k.scope_type, k.region_code || '-' || k.scheme as scope_id, k.scheme as insutype,
    k.fund, k.variant, k.period_ym,
    case k.variant
        when 'YTD' then k.period_ym % 100
        when 'CAL' then 12
        else (k.period_ym // 100 - k.first_ym // 100) * 12 + k.period_ym % 100
            - k.first_ym % 100 + 1
    end::bigint as month_cnt,
    coalesce(k.income_amt, case k.fund
        when 'POOL' then w.all_income_amt - w.pa_income_amt
        when 'PA' then w.all_income_amt - w.pool_income_amt
        when 'ALL' then w.pool_income_amt + w.pa_income_amt
    end)::decimal(18, 2) as income_amt,
    coalesce(k.expense_amt, case k.fund
        when 'POOL' then w.all_expense_amt - w.pa_expense_amt
        when 'PA' then w.all_expense_amt - w.pool_expense_amt
        when 'ALL' then w.pool_expense_amt + w.pa_expense_amt
    end)::decimal(18, 2) as expense_amt,
    coalesce(k.balance_amt, case k.fund
        when 'POOL' then w.all_balance_amt - w.pa_balance_amt
        when 'PA' then w.all_balance_amt - w.pool_balance_amt
        when 'ALL' then w.pool_balance_amt + w.pa_balance_amt
    end)::decimal(18, 2) as balance_amt
from known as k
inner join wide as w
    on k.book = w.book
    and k.region_code = w.region_code
    and k.variant = w.variant
    and k.period_ym = w.period_ym
    and k.scheme = w.scheme
