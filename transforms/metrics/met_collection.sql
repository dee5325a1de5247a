-- grain: one month of one ledger: premiums assessed and received by window, arrears and their age
with month as (
    select m.ledger_id, m.period_ym, m.period_start_date,
        (m.period_ym // 100 * 100 + 1) as year_from_ym,
        (year(m.period_start_date - interval 11 month) * 100
            + month(m.period_start_date - interval 11 month)) as r12_from_ym
    from led_month as m
    where m.book in (select book from jrn_book where is_statutory)
),

cohort as (
    select ledger_id, due_ym, assessed_ym, cash_ym, is_refund, sum(premium_amt) as premium_amt
    from met_premium_due
    group by ledger_id, due_ym, assessed_ym, cash_ym, is_refund
),

windowed as (
    select m.ledger_id, m.period_ym,
        sum(c.premium_amt) filter (
            c.due_ym >= m.year_from_ym and c.assessed_ym <= m.period_ym
        ) as ytd_assessed_amt,
        sum(c.premium_amt) filter (
            c.due_ym >= m.year_from_ym and c.cash_ym <= m.period_ym
        ) as ytd_received_amt,
        sum(c.premium_amt) filter (c.assessed_ym <= m.period_ym) as r12_assessed_amt,
        sum(c.premium_amt) filter (c.cash_ym <= m.period_ym) as r12_received_amt
    from month as m
    inner join cohort as c
        on m.ledger_id = c.ledger_id
        and c.due_ym between m.r12_from_ym and m.period_ym
    group by m.ledger_id, m.period_ym
),

-- not received in its own month: an arrear until it comes, due on the last day of the month
late as (
    select ledger_id, due_ym, cash_ym, premium_amt,
        last_day(make_date(due_ym // 100, due_ym % 100, 1)) as due_date
    from cohort
    where not is_refund and (cash_ym is null or cash_ym > due_ym)
),

arrear as (
    select m.ledger_id, m.period_ym,
        sum(l.premium_amt) as arrear_amt,
        sum(l.premium_amt) filter (last_day(m.period_start_date) - l.due_date > 90)
            as long_arrear_amt,
        max(last_day(m.period_start_date) - l.due_date) as oldest_day_cnt
    from month as m
    inner join late as l
        on m.ledger_id = l.ledger_id
        and m.period_ym >= l.due_ym
        and (l.cash_ym is null or l.cash_ym > m.period_ym)
    group by m.ledger_id, m.period_ym
)

select
    m.ledger_id, m.period_ym,
    coalesce(w.ytd_assessed_amt, 0)::decimal(18, 2) as ytd_assessed_amt,
    coalesce(w.ytd_received_amt, 0)::decimal(18, 2) as ytd_received_amt,
    coalesce(w.r12_assessed_amt, 0)::decimal(18, 2) as r12_assessed_amt,
    coalesce(w.r12_received_amt, 0)::decimal(18, 2) as r12_received_amt,
    coalesce(a.arrear_amt, 0)::decimal(18, 2) as arrear_amt,
    coalesce(a.long_arrear_amt, 0)::decimal(18, 2) as long_arrear_amt,
    coalesce(a.oldest_day_cnt, 0)::bigint as oldest_arrear_day_cnt
from month as m
left join windowed as w
    on m.ledger_id = w.ledger_id
    and m.period_ym = w.period_ym
left join arrear as a
    on m.ledger_id = a.ledger_id
    and m.period_ym = a.period_ym
