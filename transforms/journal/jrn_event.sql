-- grain: one amount of one event, before accounts are known
with event as (
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, bank_account,
        cntp_code, orig_period_ym, amount, source_row_cnt
    from jrn_premium
    union all
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, bank_account,
        cntp_code, orig_period_ym, amount, source_row_cnt
    from jrn_benefit
    union all
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, bank_account,
        cntp_code, orig_period_ym, amount, source_row_cnt
    from jrn_transfer
    union all
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, bank_account,
        cntp_code, orig_period_ym, amount, source_row_cnt
    from jrn_recovery
)

select
    e.ledger_id, e.poolarea_no, e.scheme, e.voucher_key, e.posting_date, e.posting_key,
    e.bank_account, e.cntp_code, e.orig_period_ym::integer as orig_period_ym, e.amount,
    e.source_row_cnt,
    (year(e.posting_date) * 100 + month(e.posting_date))::integer as period_ym
from event as e
cross join param_run as r
where year(e.posting_date) * 100 + month(e.posting_date) <= r.through_ym
