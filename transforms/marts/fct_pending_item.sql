-- grain: pending money of one ledger, kind and receipt month, as it stands at each month end
with month as (
    select m.ledger_id, m.insutype, m.period_ym, m.period_start_date
    from led_month as m
    inner join jrn_book as b on m.book = b.book
    where b.is_statutory
)

select
    l.ledger_id, l.poolarea_no, m.insutype,
    l.kind,
    l.received_ym,
    m.period_ym,
    m.period_start_date,
    l.in_amt as received_amt,
    coalesce(sum(o.out_amt), 0)::decimal(18, 2) as attributed_amt,
    (l.in_amt - coalesce(sum(o.out_amt), 0))::decimal(18, 2) as open_amt
from jrn_pending_lot as l
inner join month as m
    on l.ledger_id = m.ledger_id
    and m.period_ym >= l.received_ym
left join jrn_pending_out as o
    on l.ledger_id = o.ledger_id
    and l.kind = o.kind
    and l.received_ym = o.received_ym
    and year(o.out_date) * 100 + month(o.out_date) <= m.period_ym
group by l.ledger_id, l.poolarea_no, m.insutype, l.kind, l.received_ym, m.period_ym,
    m.period_start_date, l.in_amt
