-- grain: one ledger of one book with its province
select distinct m.book, m.ledger_id, m.insutype,
    coalesce(p.province_code, left(m.poolarea_no, 2) || '0000') as province_code,
    p.province_name
from led_month as m
left join pooling_area as p on m.poolarea_no = p.poolarea_no
