-- grain: one row of the 收支表 of one ledger and period (M every month, Y every December)
with measure as (
    select
        book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, period_type,
        row_code, row_order, row_name, value_amt, form_amt,
        sum(value_amt) over (
            partition by book, ledger_id, period_type, row_code, period_ym // 100
            order by period_ym
        )::decimal(18, 2) as ytd_amt
    from stm_measure
    where statement = 'IS'
),

annual as (
    select book, ledger_id, period_ym, row_code, ytd_amt
    from measure
    where period_type = 'Y' and period_ym % 100 = 12
)

select
    m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_type, m.period_ym,
    m.period_start_date, m.row_code, m.row_order, m.row_name,
    case when m.period_type = 'M' then m.value_amt end as month_amt,
    m.ytd_amt,
    case when m.period_type = 'Y' then p.ytd_amt end as prior_year_amt,
    case when m.period_type = 'M' then m.form_amt else m.ytd_amt end as form_amt
from measure as m
left join annual as p
    on m.book = p.book
    and m.ledger_id = p.ledger_id
    and m.row_code = p.row_code
    and m.period_ym = p.period_ym + 100
where m.period_type = 'M' or m.period_ym % 100 = 12
