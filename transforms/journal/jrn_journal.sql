-- grain: one numbered voucher line of one book
-- A voucher's lines are either common to all books or of one book: it is hashed once, numbered in
-- each book, and its lines meet it once for all books.
with unnumbered as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening
    from jrn_posted_line
    where line_no is null
),

line as not materialized (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening, false as is_closing, line_no
    from jrn_posted_line
    where line_no is not null
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, is_opening, false,
        row_number() over (
            partition by book, ledger_id, voucher_key, period_ym
            order by debit_amt = 0, account_code, rule_id, event_code, debit_amt, credit_amt,
                summary, line_key, orig_period_ym
        )
    from unnumbered
    union all
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_date, event_code, rule_id, line_key, account_code, fund, summary,
        debit_amt, credit_amt, source_row_cnt, false, true, line_no
    from jrn_closing
),

voucher as (
    select
        coalesce(book, '') as line_book, ledger_id, voucher_key, period_ym,
        min(posting_date) as posting_date,
        bool_or(is_opening) as is_opening,
        bool_or(is_closing) as is_closing,
        left(sha256(ledger_id || '|' || voucher_key || '|' || period_ym::varchar), 16)
            as voucher_id
    from line
    group by book, ledger_id, voucher_key, period_ym
),

numbered as (
    select
        b.book, v.line_book, v.ledger_id, v.voucher_key, v.period_ym, v.voucher_id,
        case
            when v.is_opening then 0
            else row_number() over (
                partition by b.book, v.ledger_id, v.period_ym, v.is_opening
                order by v.is_closing, v.posting_date, v.voucher_key
            )
        end as voucher_no
    from voucher as v
    inner join jrn_book as b
        on v.line_book = '' or v.line_book = b.book
)

select
    n.book,
    l.ledger_id,
    l.poolarea_no,
    l.scheme as insutype,
    l.period_ym,
    make_date(l.period_ym // 100, l.period_ym % 100, 1) as period_start_date,
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
    on coalesce(l.book, '') = n.line_book
    and l.ledger_id = n.ledger_id
    and l.voucher_key = n.voucher_key
    and l.period_ym = n.period_ym
