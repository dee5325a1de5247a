-- grain: one region told as counterparty on one day, and the pool it means
with told as (
    select cntp_code, acen_date as event_date
    from stg_transfer
    union
    select cntp_code, posting_date
    from stg_voucher
),

-- a counterparty is told by the number of its pool, by a region of it, or by its province
place as (
    select distinct poolarea_no as code, poolarea_no, 1 as place_order,
        date '0001-01-01' as valid_from, date '9999-12-31' as valid_to
    from led_month
    union all
    select region_code, poolarea_no, 2, valid_from, coalesce(valid_to, date '9999-12-31')
    from pooling_area_member
    union all
    select province_code, poolarea_no, 3, coalesce(valid_from, date '0001-01-01'),
        coalesce(valid_to, date '9999-12-31')
    from pooling_area
    where level = 'province_own'
)

select t.cntp_code, t.event_date,
    first(p.poolarea_no order by p.place_order, p.poolarea_no) as poolarea_no
from told as t
inner join place as p
    on t.cntp_code = p.code
    and t.event_date between p.valid_from and p.valid_to
group by t.cntp_code, t.event_date
