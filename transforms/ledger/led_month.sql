-- grain: one month of one ledger, from its first voucher to the last month of the books
with ledger as (
    select book, ledger_id, poolarea_no, insutype, min(period_ym) as first_ym,
        -- stands for book and ledger where many rows meet: one narrow key in place of two texts
        row_number() over (order by book, ledger_id)::integer as ledger_no
    from led_movement
    group by book, ledger_id, poolarea_no, insutype
),

last_month as (
    select max(period_ym) as last_ym
    from led_movement
),

month as (
    select
        l.book, l.ledger_id, l.poolarea_no, l.insutype, l.first_ym, l.ledger_no,
        unnest(generate_series(
            make_date(l.first_ym // 100, l.first_ym % 100, 1)::timestamp,
            make_date(m.last_ym // 100, m.last_ym % 100, 1)::timestamp,
            interval 1 month
        ))::date as month_start
    from ledger as l
    cross join last_month as m
)

select
    book, ledger_id, poolarea_no, insutype,
    first_ym::integer as first_ym,
    (year(month_start) * 100 + month(month_start))::integer as period_ym,
    month_start as period_start_date,
    ledger_no
from month
