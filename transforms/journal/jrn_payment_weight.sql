-- grain: one benefit part of an institution's settlements in a clearing month
with settlement as (
    select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pool_part, pa_part, hifp_pay,
        acct_pay
    from stg_settlement
    where clr_ym is not null
)

select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, 'POOL' as side,
    pool_part as part, sum(hifp_pay)::decimal(18, 2) as weight_amt, count(*)::bigint as row_cnt
from settlement
group by ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pool_part
union all
select ledger_id, insutype, fixmedins_code, clr_type, clr_ym, 'PA', pa_part,
    sum(acct_pay)::decimal(18, 2), count(*)::bigint
from settlement
where pa_part is not null
group by ledger_id, insutype, fixmedins_code, clr_type, clr_ym, pa_part
