-- grain: one policy parameter of one pooling area over one span of time
-- A pool's own row goes before the row for all pools.
with pool as (
    select poolarea_no
    from pooling_area
),

given as (
    select name, scope, value, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_parameter
)

select p.poolarea_no, g.name, g.value, g.valid_from, g.valid_to
from pool as p
inner join given as g on g.scope = p.poolarea_no
union all
select p.poolarea_no, g.name, g.value, g.valid_from, g.valid_to
from pool as p
inner join given as g on g.scope = '*'
where not exists (
    select 1 from given as o
    where o.name = g.name and o.scope = p.poolarea_no
        and o.valid_from <= g.valid_to and g.valid_from <= o.valid_to
)
