-- grain: one account and side of a closed month's voucher, of one book, not posted as it is now
-- What today's rows make of the closed months, less what was posted for them.
with closed_pool as (
    select poolarea_no, max(closed_ym) as closed_ym
    from closed_period
    group by poolarea_no
),

-- one key, one side: what it should be by now and what was posted for it
claim as (
    select b.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key as event_key,
        l.posting_date as event_date, l.event_code, l.rule_id, l.account_code, l.fund, l.summary,
        l.debit_amt, l.credit_amt, l.source_row_cnt, l.debit_amt <> 0 as is_debit
    from jrn_book_line as l
    inner join closed_pool as c
        on l.poolarea_no = c.poolarea_no
        and l.period_ym <= c.closed_ym
    inner join jrn_book as b
        on l.book is null or l.book = b.book
    union all
    select book, ledger_id, poolarea_no, insutype,
        case when starts_with(event_id, 'LATE|') then substr(event_id, 13) else event_id end,
        event_date, event_code, rule_id, account_code, fund, summary, -debit_amt, -credit_amt,
        -source_row_cnt, debit_amt <> 0
    from closed_line
    where not is_closing
)

select book, ledger_id, poolarea_no, scheme, event_key, event_date, event_code, rule_id,
    account_code, fund, summary, is_debit,
    sum(debit_amt)::decimal(18, 2) as debit_amt,
    sum(credit_amt)::decimal(18, 2) as credit_amt,
    sum(source_row_cnt)::bigint as source_row_cnt
from claim
group by book, ledger_id, poolarea_no, scheme, event_key, event_date, event_code, rule_id,
    account_code, fund, summary, is_debit
having sum(debit_amt) <> 0 or sum(credit_amt) <> 0
