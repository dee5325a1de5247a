-- grain: one account prefix that a statement row adds up, all row references resolved
with recursive term as (
    select statement, scheme, row_code, term_kind, ref, measure, form_measure, sign, period_type
    from rule_statement_term
),

period_type as (
    select 'M' as period_type
    union all
    select 'Y'
),

resolved as (
    select p.period_type, t.statement, t.scheme, t.row_code, t.term_kind, t.ref, t.measure,
        t.form_measure, t.sign, 1 as depth
    from term as t
    cross join period_type as p
    where coalesce(t.period_type, p.period_type) = p.period_type
    union all
    select r.period_type, r.statement, r.scheme, r.row_code, t.term_kind, t.ref, t.measure,
        t.form_measure, r.sign * t.sign, r.depth + 1
    from resolved as r
    inner join term as t
        on r.statement = t.statement
        and r.scheme = t.scheme
        and r.ref = t.row_code
        and coalesce(t.period_type, r.period_type) = r.period_type
    where r.term_kind = 'row' and r.depth < 8
)

select period_type, statement, scheme, row_code, ref as account_prefix, measure, form_measure,
    sign
from resolved
where term_kind = 'account'
