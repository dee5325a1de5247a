-- grain: one row of the 收支表 of one ledger and period (M every month, Y every December)
with monthly as (
    select
        book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, period_type,
        row_code, row_order, row_name, value_amt, form_amt,
        sum(value_amt) over (
            partition by book, ledger_id, row_code, period_ym // 100
            order by period_ym
        )::decimal(18, 2) as ytd_amt
    from stm_measure
    where statement = 'IS' and period_type = 'M'
),

measure as (
    select
        book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, period_type,
        row_code, row_order, row_name, value_amt, form_amt, ytd_amt
    from monthly
    union all
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, period_type,
        row_code, row_order, row_name, value_amt, form_amt, value_amt
    from stm_measure
    where statement = 'IS' and period_type = 'Y'
)

select
    m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_type, m.period_ym,
    m.period_start_date, m.row_code, m.row_order, m.row_name,
    case when m.period_type = 'M' then m.value_amt end as month_amt,
    m.ytd_amt,
    case when m.period_type = 'Y' then p.ytd_amt end as prior_year_amt,
    case when m.period_type = 'M' then m.form_amt else m.ytd_amt end as form_amt
from measure as m
-- a year that ended inside the books; one they only began in has no annual form
left join measure as p
    on m.period_type = 'Y'
    and p.period_type = 'Y'
    and m.book = p.book
    and m.ledger_id = p.ledger_id
    and m.row_code = p.row_code
    and m.period_ym = p.period_ym + 100
