-- grain: one clearing month of one ledger: settled against paid up to the end of the books
with settled as (
    select ledger_id, poolarea_no, scheme, coalesce(clr_ym, 0) as clr_ym, insutype,
        fixmedins_code, clr_type,
        sum(hifp_pay)::decimal(18, 2) as settled_pool_amt,
        sum(acct_pay)::decimal(18, 2) as settled_pa_amt,
        count(*)::bigint as row_cnt
    from stg_settlement
    group by ledger_id, poolarea_no, scheme, coalesce(clr_ym, 0), insutype, fixmedins_code,
        clr_type
),

-- a clearing row may have several orders
ordered as (
    select p.ledger_id, p.fee_clr_id,
        sum(p.pool_amt)::decimal(18, 2) as paid_pool_amt,
        sum(p.pa_amt)::decimal(18, 2) as paid_pa_amt
    from jrn_payment as p
    cross join param_run as r
    where year(p.acen_date) * 100 + month(p.acen_date) <= r.through_ym
    group by p.ledger_id, p.fee_clr_id
),

paid as (
    select c.ledger_id, c.clr_ym, c.insutype, c.fixmedins_code, c.clr_type,
        sum(o.paid_pool_amt)::decimal(18, 2) as paid_pool_amt,
        sum(o.paid_pa_amt)::decimal(18, 2) as paid_pa_amt,
        sum(c.fund_appy_sum)::decimal(18, 2) as applied_pool_amt,
        sum(c.act_dfr_amt)::decimal(18, 2) as due_pool_amt,
        sum(c.acct_pay)::decimal(18, 2) as due_pa_amt,
        sum(c.dpst_sumamt)::decimal(18, 2) as reserve_amt
    from ordered as o
    inner join stg_clearing as c
        on o.ledger_id = c.ledger_id
        and o.fee_clr_id = c.fee_clr_id
    group by c.ledger_id, c.clr_ym, c.insutype, c.fixmedins_code, c.clr_type
),

matched as (
    select
        s.ledger_id, s.poolarea_no, s.scheme, s.clr_ym, s.row_cnt, s.settled_pool_amt,
        s.settled_pa_amt,
        coalesce(p.paid_pool_amt, 0) as paid_pool_amt,
        coalesce(p.paid_pa_amt, 0) as paid_pa_amt,
        coalesce(p.reserve_amt, 0) as reserve_amt,
        coalesce(p.applied_pool_amt - s.settled_pool_amt, 0) as applied_difference_amt,
        -- what settlement and clearing leave to pay: all of it until the first order
        coalesce(p.due_pool_amt, s.settled_pool_amt) as due_pool_amt,
        coalesce(p.due_pa_amt, s.settled_pa_amt) as due_pa_amt
    from settled as s
    left join paid as p
        on s.ledger_id = p.ledger_id
        and s.clr_ym = p.clr_ym
        and s.insutype = p.insutype
        and s.fixmedins_code = p.fixmedins_code
        and s.clr_type is not distinct from p.clr_type
)

select
    ledger_id, poolarea_no,
    scheme as insutype,
    clr_ym,
    case when clr_ym > 0 then make_date(clr_ym // 100, clr_ym % 100, 1) end as period_start_date,
    sum(row_cnt) as row_cnt,
    sum(settled_pool_amt) as settled_pool_amt,
    sum(settled_pa_amt) as settled_pa_amt,
    sum(paid_pool_amt) as paid_pool_amt,
    sum(paid_pa_amt) as paid_pa_amt,
    sum(due_pool_amt - settled_pool_amt) as payment_difference_amt,
    sum(applied_difference_amt) as applied_difference_amt,
    sum(reserve_amt) as reserve_amt,
    sum(due_pool_amt - paid_pool_amt) as unpaid_pool_amt,
    sum(due_pa_amt - paid_pa_amt) as unpaid_pa_amt
from matched
group by ledger_id, poolarea_no, scheme, clr_ym
