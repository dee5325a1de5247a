-- grain: one row of the 收支表 of one ledger and period (M every month, Y every December)
with income_row as (
    select row_no, period_type, row_code, row_order, row_name
    from stm_row
    where statement = 'IS'
),

monthly as (
    select
        m.ledger_no, m.period_ym, m.row_no, m.value_amt, m.form_amt,
        sum(m.value_amt) over (
            partition by m.ledger_no, m.row_no, m.period_ym // 100
            order by m.period_ym
        )::decimal(18, 2) as ytd_amt
    from stm_measure as m
    inner join income_row as r on m.row_no = r.row_no
    where r.period_type = 'M'
),

yearly as (
    select m.ledger_no, m.period_ym, m.row_no, m.value_amt
    from stm_measure as m
    inner join income_row as r on m.row_no = r.row_no
    where r.period_type = 'Y'
),

told as (
    select ledger_no, period_ym, row_no, value_amt as month_amt, ytd_amt,
        null as prior_year_amt, form_amt
    from monthly
    union all
    -- a year that ended inside the books; one they only began in has no annual form
    select y.ledger_no, y.period_ym, y.row_no, null, y.value_amt, p.value_amt, y.value_amt
    from yearly as y
    left join yearly as p
        on y.ledger_no = p.ledger_no
        and y.row_no = p.row_no
        and y.period_ym = p.period_ym + 100
)

select
    l.book, l.ledger_id, l.poolarea_no, l.insutype, r.period_type, t.period_ym,
    l.period_start_date, r.row_code, r.row_order, r.row_name,
    t.month_amt, t.ytd_amt, t.prior_year_amt, t.form_amt
from told as t
inner join income_row as r on t.row_no = r.row_no
inner join led_month as l
    on t.ledger_no = l.ledger_no
    and t.period_ym = l.period_ym
