-- grain: one ledger within one scope: itself, its prefecture, province and the nation, by scheme and together
with ledger as (
    select distinct m.book, m.ledger_id, m.poolarea_no, m.insutype,
        coalesce(p.province_code, left(m.poolarea_no, 2) || '0000') as province_code,
        p.province_name,
        -- empty for 省本级 and direct counties, and after a split, which dim_pooling_area tells
        p.prefecture_code,
        p.prefecture_name
    from led_month as m
    left join pooling_area as p on m.poolarea_no = p.poolarea_no
    where m.book in (select book from jrn_book where is_statutory)
),

place as (
    -- a municipality is its own prefecture: told once, as province
    select book, ledger_id, insutype, 'prefecture' as scope_type, prefecture_code as region_code,
        prefecture_name as region_name
    from ledger
    where prefecture_code <> province_code
    union all
    select book, ledger_id, insutype, 'province', province_code, province_name
    from ledger
    union all
    -- the nation is the provinces that are loaded
    select book, ledger_id, insutype, 'nation', '000000', '全国'
    from ledger
),

-- P: the code of a prefecture, or of a municipality, is also that of a pool and its ledgers
marked as (
    select r.book, r.ledger_id, r.insutype, r.scope_type, r.region_code, r.region_name,
        r.region_code || case
            when r.scope_type = 'prefecture' or l.poolarea_no is not null then 'P'
            else ''
        end as scope_code
    from place as r
    left join (select distinct book, poolarea_no from ledger) as l
        on r.book = l.book
        and r.region_code = l.poolarea_no
)

select
    book, ledger_id as member_ledger_id, 'ledger' as scope_type, ledger_id as scope_id,
    ledger_id, poolarea_no, insutype, null as region_code, null as region_name
from ledger
union all
select book, ledger_id, scope_type, scope_code || '-' || insutype, null, null, insutype,
    region_code, region_name
from marked
union all
select book, ledger_id, scope_type, scope_code || '-ALL', null, null, 'ALL', region_code,
    region_name
from marked
