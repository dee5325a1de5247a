-- grain: one row of a statement of one scheme in one prefecture, province or the nation
with member as (
    select book, member_ledger_id, scope_type, region_code, region_name
    from met_member
    where scope_type <> 'ledger' and insutype <> 'ALL'
),

told as (
    select book, ledger_id, insutype, 'BS' as statement, period_type, period_ym,
        period_start_date, row_code, row_order, row_name,
        year_open_amt as open_amt, close_amt,
        null::decimal(18, 2) as month_amt,
        null::decimal(18, 2) as ytd_amt
    from stm_balance_sheet
    union all
    select book, ledger_id, insutype, 'IS', period_type, period_ym, period_start_date, row_code,
        row_order, row_name, null, null, month_amt, ytd_amt
    from stm_income_statement
)

select
    t.book,
    m.scope_type,
    m.region_code as scope_code,
    m.region_name as scope_name,
    p.as_of_year,
    t.insutype,
    t.statement,
    t.period_type,
    t.period_ym,
    t.period_start_date,
    t.row_code,
    t.row_order,
    t.row_name,
    count(*) as ledger_cnt,
    sum(t.open_amt)::decimal(18, 2) as open_amt,
    sum(t.close_amt)::decimal(18, 2) as close_amt,
    sum(t.month_amt)::decimal(18, 2) as month_amt,
    sum(t.ytd_amt)::decimal(18, 2) as ytd_amt
from told as t
inner join member as m on t.book = m.book and t.ledger_id = m.member_ledger_id
cross join param_run as p
group by all
