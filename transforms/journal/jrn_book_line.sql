-- grain: one voucher line of one book before the month's closing: its own lines and the common ones
with line as (
    select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym,
        orig_period_ym, event_code, rule_id, line_key, account_code, fund, summary, debit_amt,
        credit_amt, source_row_cnt, is_opening
    from jrn_line
)

select
    b.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date, l.period_ym,
    l.orig_period_ym, l.event_code, min(l.rule_id) as rule_id, l.line_key, l.account_code, l.fund,
    l.summary,
    sum(l.debit_amt)::decimal(18, 2) as debit_amt,
    sum(l.credit_amt)::decimal(18, 2) as credit_amt,
    sum(l.source_row_cnt)::bigint as source_row_cnt,
    l.is_opening
from line as l
inner join jrn_book as b
    on l.book is null or l.book = b.book
group by b.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date, l.period_ym,
    l.orig_period_ym, l.event_code, l.line_key, l.account_code, l.fund, l.summary, l.is_opening,
    -- the sides stay apart; what several rules book on one side of an account is one line
    l.debit_amt <> 0
