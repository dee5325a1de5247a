-- grain: one row of the 资产负债表 of one ledger and period (M every month, Y every December)
with sheet_row as (
    select row_no, period_type, row_code, row_order, row_name
    from stm_row
    where statement = 'BS'
),

measure as (
    select m.ledger_no, m.period_ym, m.row_no, m.value_amt, m.open_amt
    from stm_measure as m
    inner join sheet_row as r on m.row_no = r.row_no
),

year_open as (
    -- 年初余额: last December's balance, or what the ledger's first month brought in
    select
        ledger_no, row_no,
        period_ym // 100 + 1 as year,
        value_amt as year_open_amt
    from measure
    where period_ym % 100 = 12
    union all
    select m.ledger_no, m.row_no, m.period_ym // 100, m.open_amt
    from measure as m
    inner join led_month as l
        on m.ledger_no = l.ledger_no
        and m.period_ym = l.period_ym
    where l.period_ym = l.first_ym
)

select
    l.book, l.ledger_id, l.poolarea_no, l.insutype, r.period_type, m.period_ym,
    l.period_start_date, r.row_code, r.row_order, r.row_name,
    y.year_open_amt,
    m.value_amt as close_amt
from measure as m
inner join sheet_row as r on m.row_no = r.row_no
inner join led_month as l
    on m.ledger_no = l.ledger_no
    and m.period_ym = l.period_ym
left join year_open as y
    on m.ledger_no = y.ledger_no
    and m.row_no = y.row_no
    and m.period_ym // 100 = y.year
where r.period_type = 'M' or m.period_ym % 100 = 12
