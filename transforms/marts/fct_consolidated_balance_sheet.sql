-- grain: one row of the consolidated balance sheet of one province: one scheme, or both (ALL)
with sheet as (
    select
        s.book, g.province_code, g.province_name, s.insutype, s.period_type, s.period_ym,
        s.period_start_date, s.row_code, s.row_order, s.row_name, s.ledger_id,
        s.year_open_amt, s.close_amt
    from stm_balance_sheet as s
    inner join con_ledger as g
        on s.book = g.book
        and s.ledger_id = g.ledger_id
),

summed as (
    select book, province_code, insutype, period_type, period_ym, row_code,
        min(province_name) as province_name,
        any_value(period_start_date) as period_start_date,
        any_value(row_order) as row_order,
        any_value(row_name) as row_name,
        count(*) as ledger_cnt,
        sum(year_open_amt) as year_open_sum_amt,
        sum(close_amt) as close_sum_amt
    from sheet
    group by book, province_code, insutype, period_type, period_ym, row_code
),

scheme as (
    select
        s.book, s.province_code, s.province_name, s.insutype, s.period_type, s.period_ym,
        s.period_start_date, s.row_code, s.row_order, s.row_name, s.ledger_cnt,
        s.year_open_sum_amt, s.close_sum_amt,
        coalesce(e.open_amt, 0) as year_open_elimination_amt,
        coalesce(e.close_amt, 0) as close_elimination_amt
    from summed as s
    left join con_row as e
        on s.book = e.book
        and s.province_code = e.province_code
        and s.insutype = e.insutype
        and s.period_type = e.period_type
        and s.period_ym = e.period_ym
        and s.row_code = e.row_code
        and e.statement = 'BS'
),

-- employees and residents together: the rows are the same, a row of one scheme keeps its place
both_schemes as (
    select
        book, province_code,
        min(province_name) as province_name,
        'ALL' as insutype,
        period_type, period_ym,
        any_value(period_start_date) as period_start_date,
        row_code,
        max(row_order) as row_order,
        any_value(row_name) as row_name,
        sum(ledger_cnt) as ledger_cnt,
        sum(year_open_sum_amt) as year_open_sum_amt,
        sum(close_sum_amt) as close_sum_amt,
        sum(year_open_elimination_amt) as year_open_elimination_amt,
        sum(close_elimination_amt) as close_elimination_amt
    from scheme
    group by book, province_code, period_type, period_ym, row_code
),

told as (
    select book, province_code, province_name, insutype, period_type, period_ym,
        period_start_date, row_code, row_order, row_name, ledger_cnt, year_open_sum_amt,
        close_sum_amt, year_open_elimination_amt, close_elimination_amt
    from scheme
    union all
    select book, province_code, province_name, insutype, period_type, period_ym,
        period_start_date, row_code, row_order, row_name, ledger_cnt, year_open_sum_amt,
        close_sum_amt, year_open_elimination_amt, close_elimination_amt
    from both_schemes
)

select
    book, province_code, province_name, insutype, period_type, period_ym, period_start_date,
    row_code, row_order, row_name,
    ledger_cnt::bigint as ledger_cnt,
    year_open_sum_amt::decimal(18, 2) as year_open_sum_amt,
    year_open_elimination_amt::decimal(18, 2) as year_open_elimination_amt,
    (year_open_sum_amt - year_open_elimination_amt)::decimal(18, 2) as year_open_amt,
    close_sum_amt::decimal(18, 2) as close_sum_amt,
    close_elimination_amt::decimal(18, 2) as close_elimination_amt,
    (close_sum_amt - close_elimination_amt)::decimal(18, 2) as close_amt
from told
