-- grain: one row of one statement of one book, scheme and period type
with period_type as (
    select 'M' as period_type
    union all
    select 'Y'
)

select b.book, r.statement, r.scheme, p.period_type, r.row_code, r.row_order, r.row_name,
    r.needs_account,
    -- stands for all that names a row
    row_number() over (
        order by b.book, r.statement, r.scheme, p.period_type, r.row_code
    )::integer as row_no
from rule_statement_row as r
inner join jrn_book as b
    on r.books is null or list_contains(string_split(r.books, ';'), b.book)
cross join period_type as p
where (p.period_type = 'M' and r.is_monthly)
    or (p.period_type = 'Y' and r.is_annual)
