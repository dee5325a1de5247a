-- grain: one benefit part of what one payee's settlements of a clearing month cost
-- A payee is an institution; for care outside the area its region, for a person's reimbursement
-- the settlement itself.
with settlement as (
    select ledger_id, insutype, setl_id, fixmedins_code, out_admdvs, clr_type, clr_ym, pool_part,
        pa_part, hifp_pay, acct_pay
    from stg_settlement
),

reimbursement as (
    select distinct ledger_id, docno as setl_id
    from stg_transfer
    where posting_source = 'clearing' and dfr_souc = '101' and fee_clr_id is null
),

payee as (
    select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pool_part, pa_part, hifp_pay,
        acct_pay
    from settlement
    where clr_ym is not null
    union all
    select ledger_id, insutype, out_admdvs, clr_type, clr_ym, pool_part, pa_part, hifp_pay,
        acct_pay
    from settlement
    where clr_ym is not null and out_admdvs is not null
    union all
    select s.ledger_id, s.insutype, 'SETL|' || s.setl_id, '', 0, s.pool_part, s.pa_part,
        s.hifp_pay, s.acct_pay
    from settlement as s
    semi join reimbursement as r
        on s.ledger_id = r.ledger_id
        and s.setl_id = r.setl_id
)

select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, 'POOL' as side,
    pool_part as part, sum(hifp_pay)::decimal(18, 2) as weight_amt, count(*)::bigint as row_cnt
from payee
group by ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pool_part
union all
select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, 'PA', pa_part,
    sum(acct_pay)::decimal(18, 2), count(*)::bigint
from payee
where pa_part is not null
group by ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pa_part
