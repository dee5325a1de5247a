-- grain: one numbered voucher line of one book
with posted as not materialized (
    select b.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date,
        l.period_ym, l.orig_period_ym, l.event_date, l.event_code, l.rule_id, l.line_key,
        l.account_code, l.fund, l.summary, l.debit_amt, l.credit_amt, l.source_row_cnt,
        l.is_opening, l.line_no
    from jrn_posted_line as l
    inner join jrn_book as b
        on l.book is null or l.book = b.book
),

unnumbered as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening, false as is_closing
    from posted
    where line_no is null
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt,
        false, true
    from jrn_closing
),

line as not materialized (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening, false as is_closing, line_no
    from posted
    where line_no is not null
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening, is_closing,
        row_number() over (
            partition by book, ledger_id, voucher_key, period_ym
            order by debit_amt = 0, account_code, rule_id, event_code, debit_amt, credit_amt,
                summary, line_key, orig_period_ym
        )
    from unnumbered
),

voucher as (
    select
        book, ledger_id, voucher_key, period_ym,
        min(posting_date) as posting_date,
        bool_or(is_opening) as is_opening,
        bool_or(is_closing) as is_closing
    from line
    group by book, ledger_id, voucher_key, period_ym
),

numbered as (
    select
        book, ledger_id, voucher_key, period_ym,
        left(sha256(ledger_id || '|' || voucher_key || '|' || period_ym::varchar), 16)
            as voucher_id,
        case
            when is_opening then 0
            else row_number() over (
                partition by book, ledger_id, period_ym, is_opening
                order by is_closing, posting_date, voucher_key
            )
        end as voucher_no
    from voucher
)

select
    l.book,
    l.ledger_id,
    l.poolarea_no,
    l.scheme as insutype,
    l.period_ym,
    l.posting_date,
    l.event_date,
    (year(l.event_date) * 100 + month(l.event_date))::integer as event_ym,
    n.voucher_id,
    n.voucher_no,
    l.line_no,
    l.event_code,
    l.voucher_key as event_id,
    l.rule_id,
    l.account_code,
    l.fund,
    l.debit_amt,
    l.credit_amt,
    l.is_closing,
    l.is_opening,
    l.orig_period_ym,
    l.line_key,
    l.source_row_cnt,
    l.summary
from line as l
inner join numbered as n
    on l.book = n.book
    and l.ledger_id = n.ledger_id
    and l.voucher_key = n.voucher_key
    and l.period_ym = n.period_ym
