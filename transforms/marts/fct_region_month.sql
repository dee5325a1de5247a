-- grain: one insured region of one ledger in one event month
with settled as (
    select ledger_id, poolarea_no, scheme, region_sk, insu_admdvs, event_ym,
        sum(case when is_reversal then -1 else 1 end)::bigint as setl_cnt,
        sum(medfee_sumamt)::decimal(18, 2) as medfee_sumamt,
        sum(hifp_pay)::decimal(18, 2) as hifp_pay,
        sum(acct_pay)::decimal(18, 2) as acct_pay,
        0 as premium_cnt,
        0::decimal(18, 2) as premium_amt
    from stg_settlement
    group by ledger_id, poolarea_no, scheme, region_sk, insu_admdvs, event_ym
),

paid as (
    select ledger_id, poolarea_no, scheme, region_sk, insu_admdvs,
        (year(cash_date) * 100 + month(cash_date))::integer as event_ym,
        0 as setl_cnt,
        0::decimal(18, 2) as medfee_sumamt,
        0::decimal(18, 2) as hifp_pay,
        0::decimal(18, 2) as acct_pay,
        count(*) as premium_cnt,
        sum(premium_amt)::decimal(18, 2) as premium_amt
    from stg_contribution
    -- rows that move premiums within the fund name no region
    where insu_admdvs is not null
    group by ledger_id, poolarea_no, scheme, region_sk, insu_admdvs,
        year(cash_date) * 100 + month(cash_date)
),

told as (
    select ledger_id, poolarea_no, scheme, region_sk, insu_admdvs, event_ym, setl_cnt, medfee_sumamt,
        hifp_pay, acct_pay, premium_cnt, premium_amt
    from settled
    union all
    select ledger_id, poolarea_no, scheme, region_sk, insu_admdvs, event_ym, setl_cnt, medfee_sumamt,
        hifp_pay, acct_pay, premium_cnt, premium_amt
    from paid
),

monthly as (
    select ledger_id, poolarea_no, scheme,
        coalesce(region_sk, insu_admdvs) as region_key,
        region_sk,
        event_ym as period_ym,
        sum(setl_cnt)::bigint as setl_cnt,
        sum(medfee_sumamt)::decimal(18, 2) as medfee_sumamt,
        sum(hifp_pay)::decimal(18, 2) as hifp_pay,
        sum(acct_pay)::decimal(18, 2) as acct_pay,
        sum(premium_cnt)::bigint as premium_cnt,
        sum(premium_amt)::decimal(18, 2) as premium_amt
    from told
    cross join param_run
    where event_ym <= through_ym
    group by ledger_id, poolarea_no, scheme, coalesce(region_sk, insu_admdvs), region_sk, event_ym
)

select
    m.ledger_id,
    m.poolarea_no,
    m.scheme as insutype,
    m.region_key,
    m.region_sk,
    m.period_ym,
    make_date(m.period_ym // 100, m.period_ym % 100, 1) as period_start_date,
    r.code_order as region_code,
    r.region_name,
    r.prefecture_code,
    r.prefecture_name,
    r.province_code,
    a.as_of_year,
    a.as_of_region_code,
    a.as_of_region_name,
    a.as_of_prefecture_code,
    a.as_of_prefecture_name,
    a.as_of_province_code,
    a.note as as_of_note,
    m.setl_cnt,
    m.medfee_sumamt,
    m.hifp_pay,
    m.acct_pay,
    m.premium_cnt,
    m.premium_amt
from monthly as m
left join region as r on m.region_sk = r.region_sk
left join region_as_of as a
    on m.region_sk = a.region_sk
    -- a code that was split keeps its unit beyond its end
    and least(m.period_ym // 100, coalesce(year(r.valid_to), 9999)) >= a.year_from
    and least(m.period_ym // 100, coalesce(year(r.valid_to), 9999)) <= a.year_to
