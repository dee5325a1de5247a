-- grain: one lot of pending money: kind, ledger and month of receipt
with receipt as (
    select ledger_id, poolarea_no, scheme, period_ym, amount, source_row_cnt,
        case posting_key when 'E81.PEND' then 'PREM' else 'INTE' end as kind
    from jrn_event
    where posting_key in (
        'E81.PEND', 'INTE_IN.PEND', 'INTE_IN.PEND@ACCRUED', 'BOND_INTE.PEND'
    )
)

select
    ledger_id, poolarea_no, scheme, kind,
    period_ym as received_ym,
    sum(amount)::decimal(18, 2) as in_amt,
    sum(source_row_cnt)::bigint as row_cnt
from receipt
group by ledger_id, poolarea_no, scheme, kind, period_ym
