-- grain: one row of the 资产负债表 of one ledger and period (M every month, Y every December)
with measure as (
    select book, ledger_id, poolarea_no, insutype, first_ym, period_ym, period_start_date,
        period_type, row_code, row_order, row_name, value_amt, open_amt
    from stm_measure
    where statement = 'BS'
),

year_open as (
    -- 年初余额: last December's balance, or what the ledger's first month brought in
    select
        book, ledger_id, period_type, row_code,
        period_ym // 100 + 1 as year,
        value_amt as year_open_amt
    from measure
    where period_ym % 100 = 12
    union all
    select book, ledger_id, period_type, row_code, period_ym // 100, open_amt
    from measure
    where period_ym = first_ym
)

select
    m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_type, m.period_ym,
    m.period_start_date, m.row_code, m.row_order, m.row_name,
    y.year_open_amt,
    m.value_amt as close_amt
from measure as m
left join year_open as y
    on m.book = y.book
    and m.ledger_id = y.ledger_id
    and m.period_type = y.period_type
    and m.row_code = y.row_code
    and m.period_ym // 100 = y.year
where m.period_type = 'M' or m.period_ym % 100 = 12
