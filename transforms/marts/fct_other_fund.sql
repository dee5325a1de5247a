-- grain: one other fund's column of one ledger and settlement month (memo, outside the books)
with month as (
    select ledger_id, poolarea_no, scheme, event_ym,
        sum(cvlserv_pay) as cvlserv_pay,
        sum(hifes_pay) as hifes_pay,
        sum(hifmi_pay) as hifmi_pay,
        sum(hifob_pay) as hifob_pay,
        sum(hifdm_pay) as hifdm_pay,
        sum(maf_pay) as maf_pay,
        sum(othfund_pay) as othfund_pay
    from stg_settlement
    cross join param_run
    where event_ym <= through_ym
    group by ledger_id, poolarea_no, scheme, event_ym
),

long as (
    select ledger_id, poolarea_no, scheme, event_ym, 'cvlserv_pay' as fund_column,
        '公务员医疗补助' as fund_column_name, cvlserv_pay as memo_amt
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'hifes_pay', '企业补充医疗保险', hifes_pay
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'hifmi_pay', '居民大病保险', hifmi_pay
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'hifob_pay', '职工大额医疗费用补助', hifob_pay
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'hifdm_pay', '伤残人员医疗保障', hifdm_pay
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'maf_pay', '医疗救助', maf_pay
    from month
    union all
    select ledger_id, poolarea_no, scheme, event_ym, 'othfund_pay', '其他基金', othfund_pay
    from month
)

select
    ledger_id, poolarea_no,
    scheme as insutype,
    event_ym as period_ym,
    make_date(event_ym // 100, event_ym % 100, 1) as period_start_date,
    fund_column,
    fund_column_name,
    memo_amt
from long
where memo_amt <> 0
