-- grain: one posting rule applied to one event amount: a debit and a credit
with rule as (
    select rule_id, posting_key, scheme, event_code, debit_account, credit_account, fund, summary,
        valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_posting
)

select
    e.ledger_id,
    e.poolarea_no,
    e.scheme,
    e.voucher_key,
    e.posting_date,
    e.period_ym,
    e.orig_period_ym,
    r.event_code,
    r.rule_id,
    case r.debit_account when '@BANK' then e.bank_account else r.debit_account end
        as debit_account,
    case r.credit_account when '@BANK' then e.bank_account else r.credit_account end
        as credit_account,
    r.fund,
    r.summary,
    e.amount,
    e.source_row_cnt
from jrn_event as e
inner join rule as r
    on e.posting_key = r.posting_key
    and e.scheme = r.scheme
    and e.posting_date between r.valid_from and r.valid_to
