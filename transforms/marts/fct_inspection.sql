-- grain: one scope in one year (published: one period as printed), delivered, summed or published
with booked as (
    select poolarea_no, period_ym // 100 as year, sum(recovered_amt) as booked_amt
    from met_recovery
    cross join param_run
    where period_ym <= through_ym
    group by poolarea_no, period_ym // 100
),

pool_year as (
    select poolarea_no, year
    from met_inspection
    where poolarea_no <> '000000'
    union
    select poolarea_no, year
    from booked
    union
    select poolarea_no, year
    from met_penalty
),

pool as (
    select
        y.poolarea_no, y.year,
        coalesce(a.province_code, left(y.poolarea_no, 2) || '0000') as province_code,
        i.month_cnt, i.insp_cnt, i.hndl_cnt, i.case_cnt, i.suspect_cnt, i.close_cnt, i.retn_amt,
        coalesce(b.booked_amt, 0) as booked_amt,
        coalesce(p.penl_amt, 0) as penl_amt
    from pool_year as y
    left join pooling_area as a on y.poolarea_no = a.poolarea_no
    left join met_inspection as i
        on y.poolarea_no = i.poolarea_no
        and y.year = i.year
    left join booked as b
        on y.poolarea_no = b.poolarea_no
        and y.year = b.year
    left join met_penalty as p
        on y.poolarea_no = p.poolarea_no
        and y.year = p.year
),

place as (
    select 'delivered' as origin, 'pool' as scope_type, poolarea_no as scope_id, year,
        month_cnt, insp_cnt, hndl_cnt, case_cnt, suspect_cnt, close_cnt, retn_amt, booked_amt,
        penl_amt
    from pool
    union all
    select 'rollup', 'province', province_code, year, month_cnt, insp_cnt, hndl_cnt, case_cnt,
        suspect_cnt, close_cnt, retn_amt, booked_amt, penl_amt
    from pool
    union all
    -- the nation is the pooling areas that are loaded
    select 'rollup', 'nation', '000000', year, month_cnt, insp_cnt, hndl_cnt, case_cnt,
        suspect_cnt, close_cnt, retn_amt, booked_amt, penl_amt
    from pool
    union all
    select 'delivered', 'nation', '000000', year, month_cnt, insp_cnt, hndl_cnt, case_cnt,
        suspect_cnt, close_cnt, retn_amt, null, null
    from met_inspection
    where poolarea_no = '000000'
),

summed as (
    select
        origin, scope_type, scope_id,
        year * 100 + 1 as first_ym,
        year * 100 + 12 as period_ym,
        case when origin = 'delivered' and scope_type = 'nation' then null else count(*) end
            as pool_cnt,
        min(month_cnt) as month_cnt,
        sum(insp_cnt) as insp_cnt,
        sum(hndl_cnt) as hndl_cnt,
        null::hugeint as fraud_org_cnt,
        sum(case_cnt) as case_cnt,
        sum(suspect_cnt) as suspect_cnt,
        sum(close_cnt) as close_cnt,
        sum(retn_amt) as retn_amt,
        null::decimal(38, 2) as fraud_retn_amt,
        sum(booked_amt) as booked_amt,
        sum(penl_amt) as penl_amt,
        null::varchar as source_key
    from place
    group by origin, scope_type, scope_id, year
),

printed as (
    select
        scope_type, scope_id, period_ym, source_key,
        split_part(item, '/', 3) as measure,
        coalesce(
            try_cast(nullif(split_part(item, '/', 4), '') as integer),
            period_ym // 100 * 100 + 1
        ) as first_ym,
        -- counts are printed in 万
        case
            when starts_with(printed_unit, '万') then (printed_value * 10000)::decimal(18, 2)
            else coalesce(amount, printed_value)::decimal(18, 2)
        end as figure
    from rule_published_figure
    where split_part(item, '/', 2) = 'memo' and not is_quick
),

published as (
    select
        'published' as origin, scope_type, scope_id, first_ym, period_ym, source_key,
        max(figure) filter (measure = 'inspected') as insp_cnt,
        max(figure) filter (measure = 'handled') as hndl_cnt,
        max(figure) filter (measure = 'institutions_handled') as fraud_org_cnt,
        max(figure) filter (measure in ('fraud_cases', 'campaign_cases')) as case_cnt,
        max(figure) filter (measure in ('fraud_suspects', 'campaign_suspects')) as suspect_cnt,
        max(figure) filter (measure = 'campaign_closed') as close_cnt,
        max(figure) filter (measure = 'recovered') as retn_amt,
        max(figure) filter (measure in ('fraud_recovered', 'campaign_recovered'))
            as fraud_retn_amt
    from printed
    where measure in (
        'inspected', 'handled', 'institutions_handled', 'fraud_cases', 'campaign_cases',
        'fraud_suspects', 'campaign_suspects', 'campaign_closed', 'recovered', 'fraud_recovered',
        'campaign_recovered'
    )
    group by scope_type, scope_id, first_ym, period_ym, source_key
),

handled as (
    select period_ym as published_ym,
        (hndl_cnt * 100 / insp_cnt)::decimal(18, 4) as published_pct
    from published
    where scope_type = 'nation' and insp_cnt > 0 and hndl_cnt is not null
    -- two sources of one period: the one told first by its key
    qualify row_number() over (partition by period_ym order by source_key, first_ym) = 1
),

told as (
    select origin, scope_type, scope_id, first_ym, period_ym, pool_cnt, month_cnt, insp_cnt,
        hndl_cnt, fraud_org_cnt, case_cnt, suspect_cnt, close_cnt, retn_amt, fraud_retn_amt,
        booked_amt, penl_amt, source_key
    from summed
    union all by name
    select origin, scope_type, scope_id, first_ym, period_ym, insp_cnt, hndl_cnt, fraud_org_cnt,
        case_cnt, suspect_cnt, close_cnt, retn_amt, fraud_retn_amt, source_key
    from published
)

select
    t.origin, t.scope_type, t.scope_id,
    t.first_ym::integer as first_ym,
    t.period_ym::integer as period_ym,
    make_date(t.period_ym // 100, t.period_ym % 100, 1) as period_start_date,
    coalesce(t.source_key, '') as source_key,
    t.pool_cnt::bigint as pool_cnt,
    t.month_cnt::bigint as month_cnt,
    t.insp_cnt::bigint as insp_cnt,
    t.hndl_cnt::bigint as hndl_cnt,
    case when t.insp_cnt > 0 then t.hndl_cnt * 100 / t.insp_cnt end::decimal(18, 4)
        as handled_pct,
    t.fraud_org_cnt::bigint as fraud_org_cnt,
    t.case_cnt::bigint as case_cnt,
    t.suspect_cnt::bigint as suspect_cnt,
    t.close_cnt::bigint as close_cnt,
    t.retn_amt::decimal(18, 2) as retn_amt,
    t.fraud_retn_amt::decimal(18, 2) as fraud_retn_amt,
    t.booked_amt::decimal(18, 2) as booked_amt,
    (t.retn_amt - t.booked_amt)::decimal(18, 2) as booked_diff_amt,
    t.penl_amt::decimal(18, 2) as penl_amt,
    case when t.hndl_cnt > 0 then t.retn_amt / t.hndl_cnt end::decimal(18, 2)
        as per_handled_amt,
    h.published_ym,
    h.published_pct
from told as t
asof left join handled as h on t.period_ym >= h.published_ym
