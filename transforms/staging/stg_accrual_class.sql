-- grain: one assessed premium: paid in its month, in arrears, or ahead of it
-- A premium due before the books begin has no receivable to come from: it stays on cash basis.
with first_month as (
    select ledger_id, min(year(acen_date) * 100 + month(acen_date)) as first_ym
    from stg_transfer
    group by ledger_id
)

select
    a.source_sha, a.src_row, a.ledger_id, a.poolarea_no, a.scheme, a.clct_detl_id, a.due_ym,
    a.payer_hash, a.payer_class, a.cash_date, a.event_code, a.premium_amt, a.pool_amt, a.pa_amt,
    case
        when a.due_ym < f.first_ym then 'N'
        when a.cash_date is null then 'ARREAR'
        when year(a.cash_date) * 100 + month(a.cash_date) > a.due_ym then 'ARREAR'
        when year(a.cash_date) * 100 + month(a.cash_date) < a.due_ym then 'ADVANCE'
        else 'N'
    end as accrual_class
from stg_assessment as a
inner join first_month as f on a.ledger_id = f.ledger_id
