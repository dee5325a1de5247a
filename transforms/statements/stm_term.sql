-- grain: one account prefix that a statement row of one book adds up, row references resolved
with recursive term as (
    select b.book, t.statement, t.scheme, t.row_code, t.term_kind, t.ref, t.measure,
        t.form_measure, t.sign, t.period_type
    from rule_statement_term as t
    inner join jrn_book as b
        on t.books is null or list_contains(string_split(t.books, ';'), b.book)
),

period_type as (
    select 'M' as period_type
    union all
    select 'Y'
),

resolved as (
    select t.book, p.period_type, t.statement, t.scheme, t.row_code, t.term_kind, t.ref, t.measure,
        t.form_measure, t.sign, 1 as depth
    from term as t
    cross join period_type as p
    where coalesce(t.period_type, p.period_type) = p.period_type
    union all
    select r.book, r.period_type, r.statement, r.scheme, r.row_code, t.term_kind, t.ref, t.measure,
        t.form_measure, r.sign * t.sign, r.depth + 1
    from resolved as r
    inner join term as t
        on r.book = t.book
        and r.statement = t.statement
        and r.scheme = t.scheme
        and r.ref = t.row_code
        and coalesce(t.period_type, r.period_type) = r.period_type
    where r.term_kind = 'row' and r.depth < 8
)

select book, period_type, statement, scheme, row_code, ref as account_prefix, measure, form_measure,
    sign
from resolved
where term_kind = 'account'
