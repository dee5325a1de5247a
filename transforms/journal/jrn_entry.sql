-- grain: one posting rule applied to one event amount: a debit and a credit, of one book or of all
with rule as (
    select rule_id, posting_key, scheme, event_code, debit_account, credit_account, fund, style,
        summary, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to,
        null as book
    from rule_posting
    where books is null
    union all
    select r.rule_id, r.posting_key, r.scheme, r.event_code, r.debit_account, r.credit_account,
        r.fund, r.style, r.summary, r.valid_from, coalesce(r.valid_to, date '9999-12-31'), b.book
    from rule_posting as r
    inner join jrn_book as b on list_contains(string_split(r.books, ';'), b.book)
)

select
    r.book,
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
    r.style,
    r.summary,
    e.amount,
    e.source_row_cnt
from jrn_event as e
inner join rule as r
    on e.posting_key = r.posting_key
    and e.scheme = r.scheme
    and e.posting_date between r.valid_from and r.valid_to
