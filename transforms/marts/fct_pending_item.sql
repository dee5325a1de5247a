-- grain: unattributed premiums of one ledger and receipt month, as they stand at each month end
with received as (
    select ledger_id, poolarea_no, insutype, period_ym as received_ym,
        sum(credit_amt - debit_amt) as received_amt
    from jrn_journal
    where account_code = '4601' and event_code = 'E81'
    group by ledger_id, poolarea_no, insutype, period_ym
),

-- what left: attributed to its funds, or given back before that
attributed as (
    select ledger_id, orig_period_ym as received_ym, period_ym,
        sum(debit_amt - credit_amt) as attributed_amt
    from jrn_journal
    where account_code = '4601' and event_code in ('E83', 'E16')
    group by ledger_id, orig_period_ym, period_ym
)

select
    r.ledger_id, r.poolarea_no, r.insutype,
    'PREM' as kind,
    r.received_ym,
    m.period_ym,
    m.period_start_date,
    r.received_amt,
    coalesce(sum(a.attributed_amt), 0) as attributed_amt,
    r.received_amt - coalesce(sum(a.attributed_amt), 0) as open_amt
from received as r
inner join led_month as m
    on r.ledger_id = m.ledger_id
    and m.period_ym >= r.received_ym
left join attributed as a
    on r.ledger_id = a.ledger_id
    and r.received_ym = a.received_ym
    and a.period_ym <= m.period_ym
group by r.ledger_id, r.poolarea_no, r.insutype, r.received_ym, m.period_ym, m.period_start_date,
    r.received_amt
