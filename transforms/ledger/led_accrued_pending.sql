-- grain: interest accrued and not yet received of one ledger at one month end, owner unknown
with share as (
    select ledger_id, period_ym, acen_date, accrued_amt
    from stg_interest_share
    where traf_item = 'INTE_IN' and fund = 'PEND'
),

month as (
    select distinct m.ledger_id, m.period_ym
    from led_month as m
    inner join jrn_book as b on m.book = b.book
    where b.is_statutory
)

select m.ledger_id, m.period_ym, sum(s.accrued_amt)::decimal(18, 2) as accrued_amt
from month as m
inner join share as s
    on m.ledger_id = s.ledger_id
    and s.period_ym <= m.period_ym
    and year(s.acen_date) * 100 + month(s.acen_date) > m.period_ym
group by m.ledger_id, m.period_ym
