-- grain: one month before December of one ledger, the rule in force as its form words it
-- check: T-28
-- severity: S
-- title: 现行表样自相矛盾：本月数之和 − 本年累计数 = 各月期初待转余额之和
-- guards: the printed months do not add up to the printed year by exactly the opening balances
with form as (
    select s.ledger_id, s.period_ym, s.form_amt
    from fct_income_statement as s
    inner join jrn_book as b on s.book = b.book
    where b.policy = 'A2017' and s.row_code = '5.3' and s.period_type = 'M'
),

summed as (
    select f.ledger_id, f.period_ym, f.form_amt as ytd_form_amt,
        sum(m.form_amt)::decimal(18, 2) as months_amt
    from form as f
    inner join form as m
        on f.ledger_id = m.ledger_id
        and m.period_ym between f.period_ym // 100 * 100 + 1 and f.period_ym
    where f.period_ym % 100 < 12
    group by f.ledger_id, f.period_ym, f.form_amt
),

opening as (
    select l.ledger_id, l.period_ym, sum(l.opening_amt) as opening_amt
    from fct_ledger_month as l
    inner join jrn_book as b on l.book = b.book
    where b.policy = 'A2017' and l.account_code in ('4601', '4602') and l.closing_stage = 'pre'
    group by l.ledger_id, l.period_ym
)

select
    s.ledger_id,
    s.period_ym,
    '5.3' as item,
    coalesce(sum(o.opening_amt), 0)::decimal(18, 2) as expected_amt,
    (s.months_amt - s.ytd_form_amt)::decimal(18, 2) as actual_amt
from summed as s
left join opening as o
    on s.ledger_id = o.ledger_id
    -- the first month of the year opens at zero
    and o.period_ym between s.period_ym // 100 * 100 + 2 and s.period_ym
group by s.ledger_id, s.period_ym, s.months_amt, s.ytd_form_amt
