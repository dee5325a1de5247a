-- grain: one cleared application that was paid, with the working days it waited
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

paid as (
    select c.source_sha, c.src_row, c.poolarea_no, c.poolarea_no || '-' || i.scheme as ledger_id,
        c.filing_date, c.pay_date
    from clearing as c
    inner join scheme as i on c.insutype = i.insutype
    where c.filing_date is not null and c.pay_date is not null
),

span as (
    select min(filing_date) as first_date, max(pay_date) as last_date
    from paid
),

calendar as (
    select unnest(generate_series(first_date::timestamp, last_date::timestamp, interval 1 day))
        ::date as day
    from span
),

-- Monday to Friday, but for the dated days off and the weekend days worked instead
numbered as (
    select c.day,
        sum(case when coalesce(w.is_workday, isodow(c.day) <= 5) then 1 else 0 end)
            over (order by c.day) as workday_no
    from calendar as c
    left join rule_workday as w on c.day = w.day
),

waited as (
    select p.source_sha, p.src_row, p.ledger_id, p.poolarea_no, p.pay_date,
        (b.workday_no - a.workday_no) as workday_cnt
    from paid as p
    inner join numbered as a on p.filing_date = a.day
    inner join numbered as b on p.pay_date = b.day
)

select
    w.source_sha, w.src_row, w.ledger_id,
    (year(w.pay_date) * 100 + month(w.pay_date))::integer as period_ym,
    w.workday_cnt::bigint as workday_cnt,
    w.workday_cnt <= v.value::bigint as is_in_time
from waited as w
inner join stg_parameter as v
    on v.name = 'settle_workdays'
    and w.poolarea_no = v.poolarea_no
    and w.pay_date between v.valid_from and v.valid_to
