-- grain: one line of a voucher before the month's closing, of one book or of all books
-- view
with entry as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, debit_account, credit_account, fund, style, summary,
        amount, source_row_cnt
    from jrn_book_entry
),

-- red ink keeps a one-sided row of the statement on its side: the other leg is written negative
entry_line as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, '' as line_key,
        debit_account as account_code, fund, summary,
        case when style = 'RC' then 0 else amount end as debit_amt,
        case when style = 'RC' then -amount else 0 end as credit_amt,
        source_row_cnt
    from entry
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, '', credit_account, fund, summary,
        case when style = 'RD' then -amount else 0 end,
        case when style = 'RD' then 0 else amount end,
        source_row_cnt
    from entry
),

manual_line as (
    select
        b.book,
        v.ledger_id, v.poolarea_no, v.scheme,
        'MAN|' || v.voucher_no as voucher_key,
        v.posting_date,
        (year(v.posting_date) * 100 + month(v.posting_date))::integer as period_ym,
        v.orig_period_ym::integer as orig_period_ym, v.event_code,
        'MANUAL' as rule_id,
        v.line_no::varchar as line_key,
        v.account_code, v.fund, v.summary, v.debit_amt, v.credit_amt,
        1::bigint as source_row_cnt
    from stg_voucher as v
    left join rule_event as e on v.event_code = e.event_code
    -- an event of some books only; the others have no such entry
    left join jrn_book as b on list_contains(string_split(e.books, ';'), b.book)
    cross join param_run as r
    where not v.is_decision
        and (e.books is null or b.book is not null)
        and year(v.posting_date) * 100 + month(v.posting_date) <= r.through_ym
),

line as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, line_key, account_code, fund, summary, debit_amt,
        credit_amt, source_row_cnt
    from entry_line
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, line_key, account_code, fund, summary, debit_amt,
        credit_amt, source_row_cnt
    from manual_line
),

account as (
    select insutype, account_code, fund
    from rule_account
)

select
    l.book,
    l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date, l.period_ym,
    l.orig_period_ym, l.event_code, l.rule_id, l.line_key, l.account_code,
    -- bank accounts belong to no fund: the fund stands on the income and expense lines
    coalesce(a.fund, l.fund) as fund,
    l.summary,
    l.debit_amt::decimal(18, 2) as debit_amt,
    l.credit_amt::decimal(18, 2) as credit_amt,
    l.source_row_cnt,
    l.event_code = 'OPEN' as is_opening
from line as l
left join account as a
    on l.scheme = a.insutype
    and l.account_code = a.account_code
