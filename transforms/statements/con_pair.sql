-- grain: one payer and one payee of 异地就医 money at one month end, at year open or at close
with pair as (
    select book, province_code, insutype, kind, period_ym, stage, payer_ledger_id, payee_ledger_id,
        coalesce(sum(amt) filter (is_payer), 0)::decimal(18, 2) as payer_amt,
        coalesce(sum(amt) filter (not is_payer), 0)::decimal(18, 2) as payee_amt
    from con_side
    group by book, province_code, insutype, kind, period_ym, stage, payer_ledger_id,
        payee_ledger_id
)

select book, province_code, insutype, kind, period_ym, stage, payer_ledger_id, payee_ledger_id,
    payer_amt, payee_amt,
    -- what both sides hold; the rest stays in the statements and on the list
    greatest(least(payer_amt, payee_amt), 0)::decimal(18, 2) as eliminated_amt
from pair
