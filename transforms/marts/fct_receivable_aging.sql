-- grain: assessed and unpaid premium of one ledger, payer class and age at one month end
-- Due on the last day of its month; the late fee counts from the day after, by the rates in force.
with month as (
    select distinct m.ledger_id, m.insutype, m.period_ym, m.period_start_date,
        last_day(m.period_start_date) as period_end_date
    from led_month as m
    inner join jrn_book as b on m.book = b.book
    where b.is_accrual
),

arrear as (
    select a.ledger_id, a.poolarea_no, a.source_sha, a.src_row, a.due_ym, a.payer_class,
        a.cash_date, a.premium_amt,
        last_day(make_date(a.due_ym // 100, a.due_ym % 100, 1)) as due_date,
        -- the law asks the fee of employers: not of residents, not of those who insure themselves
        a.scheme = '310'
            and coalesce(c.psn_type, '') <> '1103'
            and coalesce(c.emp_mgt_type, '') not in ('02', '03') as is_fee_due
    from stg_accrual_class as a
    inner join contributions as c
        on a.source_sha = c.source_sha
        and a.src_row = c.src_row
    where a.accrual_class = 'ARREAR'
),

opened as (
    select m.ledger_id, a.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        m.period_end_date, a.source_sha, a.src_row, a.payer_class, a.due_date, a.is_fee_due,
        a.premium_amt as open_amt,
        m.period_end_date - a.due_date as day_cnt
    from month as m
    inner join arrear as a
        on m.ledger_id = a.ledger_id
        and m.period_ym >= a.due_ym
        and (
            a.cash_date is null
            or year(a.cash_date) * 100 + month(a.cash_date) > m.period_ym
        )
),

rated as (
    select o.ledger_id, o.period_ym, o.source_sha, o.src_row,
        sum(
            (v.value::decimal(9, 6) * 1000000)::hugeint
            * (least(o.period_end_date, v.valid_to)
                - greatest(o.due_date + 1, v.valid_from) + 1)::hugeint
        ) as rate_days_millionth
    from opened as o
    inner join stg_parameter as v
        on v.name = 'late_fee_daily_rate'
        and o.poolarea_no = v.poolarea_no
        and v.valid_from <= o.period_end_date
        and v.valid_to > o.due_date
    where o.is_fee_due
    group by o.ledger_id, o.period_ym, o.source_sha, o.src_row
),

feed as (
    select o.ledger_id, o.poolarea_no, o.insutype, o.period_ym, o.period_start_date,
        o.payer_class, o.open_amt,
        case
            when o.day_cnt <= 90 then '0-90'
            when o.day_cnt <= 180 then '91-180'
            when o.day_cnt <= 365 then '181-365'
            else '365+'
        end as age_bucket,
        (((2 * (o.open_amt * 100)::hugeint * coalesce(r.rate_days_millionth, 0) + 1000000)
            // 2000000)::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as fee_amt
    from opened as o
    left join rated as r
        on o.ledger_id = r.ledger_id
        and o.period_ym = r.period_ym
        and o.source_sha = r.source_sha
        and o.src_row = r.src_row
)

select
    ledger_id, poolarea_no, insutype, period_ym, period_start_date, payer_class, age_bucket,
    count(*) as item_cnt,
    sum(open_amt)::decimal(18, 2) as open_amt,
    sum(fee_amt)::decimal(18, 2) as late_fee_due_amt
from feed
group by ledger_id, poolarea_no, insutype, period_ym, period_start_date, payer_class, age_bucket
