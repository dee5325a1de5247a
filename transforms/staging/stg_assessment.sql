-- grain: one assessed premium that tells money once, paid or not, with the month it was due
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

told as (
    select
        c.source_sha, c.src_row, c.clct_detl_id, c.clct_obj, c.poolarea_no, c.insutype, c.cashym,
        c.accrym_begn, c.emp_no_hash, c.psn_no_hash, c.emp_mgt_type, c.clct_flag, c.clct_type,
        c.revs_flag, c.traf_sumamt, i.scheme,
        c.poolarea_no || '-' || i.scheme as ledger_id,
        (c.emp_clct_amt + c.psn_clct_amt + c.oth_clct_amt)::decimal(18, 2) as premium_amt
    from contributions as c
    inner join scheme as i on c.insutype = i.insutype
),

paid as (
    select
        s.source_sha, s.src_row, s.ledger_id, s.poolarea_no, s.scheme, t.clct_detl_id,
        t.clct_obj, t.cashym, t.accrym_begn, t.emp_no_hash, t.psn_no_hash, t.emp_mgt_type,
        s.cash_date, s.event_code, s.premium_amt, s.pool_amt, s.pa_amt
    from stg_contribution as s
    inner join told as t
        on s.source_sha = t.source_sha
        and s.src_row = t.src_row
    where s.event_code in ('E01', 'E03', 'E04', 'E05', 'E07')
),

-- an employer's own row goes before its employees' rows, as with paid premiums
told_by_employer as (
    select distinct poolarea_no, insutype, emp_no_hash, cashym
    from told
    where clct_obj = 'E'
),

unpaid as (
    select t.*
    from told as t
    left join told_by_employer as e
        on t.clct_obj = 'S'
        and t.poolarea_no = e.poolarea_no
        and t.insutype = e.insutype
        and t.emp_no_hash = e.emp_no_hash
        and t.cashym = e.cashym
    where e.poolarea_no is null
        and t.clct_flag = '0'
        and t.revs_flag = 'Z'
        and t.premium_amt > 0
        and t.clct_type not in ('20', '36', '40', '41', '991')
        -- a premium whose split is not known yet is not accrued
        and (t.scheme = '390' or t.traf_sumamt is not null)
)

select
    source_sha, src_row, ledger_id, poolarea_no, scheme, clct_detl_id,
    case when scheme = '390' and accrym_begn > year(cash_date) * 100 + month(cash_date)
        then accrym_begn
        when scheme = '390' then (year(cash_date) * 100 + month(cash_date))::integer
        else cashym
    end as due_ym,
    coalesce(emp_no_hash, psn_no_hash) as payer_hash,
    case when clct_obj = 'E' then coalesce(emp_mgt_type, '10') else clct_obj end as payer_class,
    cash_date, event_code, premium_amt, pool_amt, pa_amt
from paid
union all
select
    source_sha, src_row, ledger_id, poolarea_no, scheme, clct_detl_id, cashym,
    coalesce(emp_no_hash, psn_no_hash),
    case when clct_obj = 'E' then coalesce(emp_mgt_type, '10') else clct_obj end,
    null, null, premium_amt,
    (premium_amt - coalesce(traf_sumamt, 0))::decimal(18, 2),
    coalesce(traf_sumamt, 0)::decimal(18, 2)
from unpaid
