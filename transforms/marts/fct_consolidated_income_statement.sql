-- grain: one row of the consolidated income statement of one province and scheme
with summed as (
    select
        s.book, g.province_code, s.insutype, s.period_type, s.period_ym, s.row_code,
        min(g.province_name) as province_name,
        any_value(s.period_start_date) as period_start_date,
        any_value(s.row_order) as row_order,
        any_value(s.row_name) as row_name,
        count(*) as ledger_cnt,
        sum(s.month_amt) as month_sum_amt,
        sum(s.ytd_amt) as ytd_sum_amt,
        sum(s.prior_year_amt) as prior_year_sum_amt,
        sum(s.form_amt) as form_sum_amt
    from stm_income_statement as s
    inner join con_ledger as g
        on s.book = g.book
        and s.ledger_id = g.ledger_id
    group by s.book, g.province_code, s.insutype, s.period_type, s.period_ym, s.row_code
),

elimination as (
    select book, province_code, insutype, period_type, period_ym, row_code, close_amt as ytd_amt
    from con_row
    where statement = 'IS'
),

told as (
    select
        s.book, s.province_code, s.province_name, s.insutype, s.period_type, s.period_ym,
        s.period_start_date, s.row_code, s.row_order, s.row_name, s.ledger_cnt, s.month_sum_amt,
        s.ytd_sum_amt, s.prior_year_sum_amt, s.form_sum_amt,
        coalesce(e.ytd_amt, 0) as ytd_elimination_amt,
        -- what was matched in this month, whichever month of the year the first side was booked in
        coalesce(e.ytd_amt, 0) - coalesce(m.ytd_amt, 0) as month_elimination_amt,
        coalesce(y.ytd_amt, 0) as prior_year_elimination_amt
    from summed as s
    left join elimination as e
        on s.book = e.book
        and s.province_code = e.province_code
        and s.insutype = e.insutype
        and s.period_type = e.period_type
        and s.row_code = e.row_code
        and s.period_ym = e.period_ym
    left join elimination as m
        on s.book = m.book
        and s.province_code = m.province_code
        and s.insutype = m.insutype
        and s.period_type = m.period_type
        and s.row_code = m.row_code
        and s.period_ym = m.period_ym + 1
    left join elimination as y
        on s.book = y.book
        and s.province_code = y.province_code
        and s.insutype = y.insutype
        and s.period_type = y.period_type
        and s.row_code = y.row_code
        and s.period_ym = y.period_ym + 100
)

select
    book, province_code, province_name, insutype, period_type, period_ym, period_start_date,
    row_code, row_order, row_name,
    ledger_cnt::bigint as ledger_cnt,
    month_sum_amt::decimal(18, 2) as month_sum_amt,
    case when period_type = 'M' then month_elimination_amt end::decimal(18, 2)
        as month_elimination_amt,
    (month_sum_amt - month_elimination_amt)::decimal(18, 2) as month_amt,
    ytd_sum_amt::decimal(18, 2) as ytd_sum_amt,
    ytd_elimination_amt::decimal(18, 2) as ytd_elimination_amt,
    (ytd_sum_amt - ytd_elimination_amt)::decimal(18, 2) as ytd_amt,
    (prior_year_sum_amt - prior_year_elimination_amt)::decimal(18, 2) as prior_year_amt,
    (form_sum_amt
        - case when period_type = 'M' then month_elimination_amt else ytd_elimination_amt end)
        ::decimal(18, 2) as form_amt
from told
