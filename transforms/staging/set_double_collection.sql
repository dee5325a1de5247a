-- grain: one premium row that tells a person's premium again, or all others of one ledger and month
-- POSSIBLE_DOUBLE_COLLECTION: paid, in force, same person, months and type. Keys are grouped by a
-- hash first and compared in full only where two hashes are equal.
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

taken_back as (
    select poolarea_no, init_clct_detl_id, sum(clct_sumamt) as clct_sumamt
    from contributions
    where revs_flag = '-' and init_clct_detl_id is not null
    group by poolarea_no, init_clct_detl_id
),

paid as not materialized (
    select c.source_sha, c.src_row, c.event_ym, c.poolarea_no, c.insutype, c.clct_detl_id,
        c.psn_no_hash, c.cashym, c.accrym_begn, c.accrym_end, c.clct_type, c.clct_sumamt,
        coalesce(c.arvl_date, c.clct_time::date) as cash_date,
        hash(c.psn_no_hash, c.insutype, c.cashym, c.accrym_begn, c.accrym_end, c.clct_type)
            as key_hash
    from contributions as c
    where c.revs_flag = 'Z'
        and c.clct_flag = '1'
        and c.clct_sumamt > 0
        and c.psn_no_hash is not null
),

-- one that was reversed in full is no longer in force
in_force as not materialized (
    select p.*
    from paid as p
    left join taken_back as r
        on p.poolarea_no = r.poolarea_no
        and p.clct_detl_id = r.init_clct_detl_id
    where r.init_clct_detl_id is null or p.clct_sumamt + r.clct_sumamt <> 0
),

alike as (
    select key_hash
    from in_force
    group by key_hash
    having count(*) > 1
),

numbered as (
    select f.*,
        row_number() over (
            partition by f.psn_no_hash, f.insutype, f.cashym, f.accrym_begn, f.accrym_end,
                f.clct_type
            order by f.cash_date, f.source_sha, f.src_row
        ) as told_no
    from in_force as f
    semi join alike as a on f.key_hash = a.key_hash
),

again as (
    select source_sha, src_row, event_ym, poolarea_no, insutype, clct_sumamt
    from numbered
    where told_no > 1
),

other as (
    select f.poolarea_no, i.scheme, f.event_ym, count(*) as row_cnt
    from in_force as f
    inner join scheme as i on f.insutype = i.insutype
    group by f.poolarea_no, i.scheme, f.event_ym
),

hit as (
    select a.poolarea_no, i.scheme, a.event_ym, count(*) as row_cnt
    from again as a
    inner join scheme as i on a.insutype = i.insutype
    group by a.poolarea_no, i.scheme, a.event_ym
)

select
    'POSSIBLE_DOUBLE_COLLECTION' as rule_id,
    a.poolarea_no,
    i.scheme as insutype,
    a.event_ym as period_ym,
    a.source_sha,
    a.src_row,
    1::bigint as row_cnt,
    true as is_hit,
    0::decimal(18, 2) as expected_amt,
    a.clct_sumamt as found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    a.clct_sumamt as amount
from again as a
inner join scheme as i on a.insutype = i.insutype
union all
select
    'POSSIBLE_DOUBLE_COLLECTION', o.poolarea_no, o.scheme, o.event_ym, null, null,
    o.row_cnt - coalesce(h.row_cnt, 0), false, null, null, null, null, null
from other as o
left join hit as h
    on o.poolarea_no = h.poolarea_no
    and o.scheme = h.scheme
    and o.event_ym = h.event_ym
