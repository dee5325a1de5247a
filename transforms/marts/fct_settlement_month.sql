-- grain: one institution, medical category and settlement month of one ledger
select
    ledger_id, poolarea_no,
    scheme as insutype,
    fixmedins_code,
    med_prefix as med_type,
    spending_class,
    event_ym as period_ym,
    make_date(event_ym // 100, event_ym % 100, 1) as period_start_date,
    sum(case when is_reversal then -1 else 1 end) as setl_cnt,
    count(*) as row_cnt,
    sum(medfee_sumamt) as medfee_sumamt,
    sum(hifp_pay) as hifp_pay,
    sum(acct_pay) as acct_pay,
    sum(cash_payamt) as cash_payamt
from stg_settlement
cross join param_run
where event_ym <= through_ym
group by ledger_id, poolarea_no, scheme, fixmedins_code, med_prefix, spending_class, event_ym
