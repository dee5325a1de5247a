-- grain: one class of spending, or one institution, of one ledger in one month of settlement
with settled as (
    select ledger_id, poolarea_no, scheme as insutype, spending_class, fixmedins_code, event_ym,
        hifp_pay, acct_pay
    from stg_settlement
    cross join param_run
    where event_ym <= through_ym
)

select
    'class' as series_type,
    ledger_id || '-' || spending_class as series_id,
    left(poolarea_no, 2) || '-' || insutype || '-' || spending_class as peer_group,
    ledger_id, poolarea_no, insutype, spending_class,
    null::varchar as fixmedins_code,
    event_ym as period_ym,
    -- what pharmacies sell is mostly paid from personal accounts
    sum(hifp_pay + case spending_class when 'pharmacy' then acct_pay else 0 end)::decimal(18, 2)
        as amount
from settled
group by ledger_id, poolarea_no, insutype, spending_class, event_ym
union all
-- levels of institutions are not delivered: the peers are those of the same kind
select
    'institution',
    ledger_id || '-' || fixmedins_code,
    left(poolarea_no, 2) || '-' || insutype || '-' || left(fixmedins_code, 1),
    ledger_id, poolarea_no, insutype,
    null,
    fixmedins_code,
    event_ym,
    sum(hifp_pay)::decimal(18, 2)
from settled
group by ledger_id, poolarea_no, insutype, fixmedins_code, event_ym
having sum(hifp_pay) <> 0
