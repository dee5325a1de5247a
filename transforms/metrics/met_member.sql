-- grain: one ledger within one scope: itself, its province and the nation, by scheme and together
with ledger as (
    select distinct m.book, m.ledger_id, m.poolarea_no, m.insutype,
        coalesce(p.province_code, left(m.poolarea_no, 2) || '0000') as province_code
    from led_month as m
    left join pooling_area as p on m.poolarea_no = p.poolarea_no
),

region as (
    select book, ledger_id, insutype, 'province' as scope_type, province_code as region_code
    from ledger
    union all
    -- the nation is the provinces that are loaded
    select book, ledger_id, insutype, 'nation', '000000'
    from ledger
)

select
    book, ledger_id as member_ledger_id, 'ledger' as scope_type, ledger_id as scope_id,
    ledger_id, poolarea_no, insutype
from ledger
union all
select book, ledger_id, scope_type, region_code || '-' || insutype, null, null, insutype
from region
union all
select book, ledger_id, scope_type, region_code || '-ALL', null, null, 'ALL'
from region
