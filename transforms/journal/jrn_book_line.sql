-- grain: one voucher line of one book, or of all books (book empty), before the month's closing
-- view
-- What all books have in common is added up and numbered once; only vouchers in which a book has
-- lines of its own are made book by book.
with line as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, line_key, account_code, fund, summary, debit_amt,
        credit_amt, source_row_cnt, is_opening
    from jrn_line
),

own_voucher as (
    select distinct ledger_id, voucher_key, period_ym
    from line
    where book is not null
),

told as (
    select null::varchar as book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key,
        l.posting_date, l.period_ym, l.orig_period_ym, l.event_code, l.rule_id, l.line_key,
        l.account_code, l.fund, l.summary, l.debit_amt, l.credit_amt, l.source_row_cnt,
        l.is_opening
    from line as l
    anti join own_voucher as o
        on l.ledger_id = o.ledger_id
        and l.voucher_key = o.voucher_key
        and l.period_ym = o.period_ym
    union all
    select b.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key,
        l.posting_date, l.period_ym, l.orig_period_ym, l.event_code, l.rule_id, l.line_key,
        l.account_code, l.fund, l.summary, l.debit_amt, l.credit_amt, l.source_row_cnt,
        l.is_opening
    from line as l
    inner join own_voucher as o
        on l.ledger_id = o.ledger_id
        and l.voucher_key = o.voucher_key
        and l.period_ym = o.period_ym
    inner join jrn_book as b
        on l.book is null or l.book = b.book
),

summed as (
    select
        book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, min(rule_id) as rule_id, line_key, account_code, fund, summary,
        sum(debit_amt)::decimal(18, 2) as debit_amt,
        sum(credit_amt)::decimal(18, 2) as credit_amt,
        sum(source_row_cnt)::bigint as source_row_cnt,
        is_opening
    from told
    group by book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, line_key, account_code, fund, summary, is_opening,
        -- the sides stay apart; what several rules book on one side of an account is one line
        debit_amt <> 0
)

select
    book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
    event_code, rule_id, line_key, account_code, fund, summary, debit_amt, credit_amt,
    source_row_cnt, is_opening,
    row_number() over (
        partition by book, ledger_id, voucher_key, period_ym
        order by debit_amt = 0, account_code, rule_id, event_code, debit_amt, credit_amt,
            summary, line_key, orig_period_ym
    ) as line_no
from summed
