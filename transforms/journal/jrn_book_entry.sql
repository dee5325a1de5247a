-- grain: one entry of one book, or of all books where it names none
with rule as (
    select rule_id, posting_key, scheme, event_code, debit_account, credit_account, fund, style,
        summary, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_posting
),

computed as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key,
        bank_account, orig_period_ym, amount, source_row_cnt, period_ym
    from jrn_pending_event
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, null,
        orig_period_ym, amount, source_row_cnt, period_ym
    from jrn_accrual_event
)

select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
    event_code, rule_id, debit_account, credit_account, fund, style, summary, amount,
    source_row_cnt
from jrn_entry
union all
select
    e.book, e.ledger_id, e.poolarea_no, e.scheme, e.voucher_key, e.posting_date, e.period_ym,
    e.orig_period_ym, r.event_code, r.rule_id, r.debit_account,
    case r.credit_account when '@BANK' then e.bank_account else r.credit_account end,
    r.fund, r.style, r.summary, e.amount, e.source_row_cnt
from computed as e
inner join rule as r
    on e.posting_key = r.posting_key
    and e.scheme = r.scheme
    and e.posting_date between r.valid_from and r.valid_to
