-- grain: one row of one statement of one scheme and period type
with period_type as (
    select 'M' as period_type
    union all
    select 'Y'
)

select r.statement, r.scheme, p.period_type, r.row_code, r.row_order, r.row_name
from rule_statement_row as r
cross join period_type as p
where (p.period_type = 'M' and r.is_monthly)
    or (p.period_type = 'Y' and r.is_annual)
