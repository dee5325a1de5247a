-- grain: one voucher line as posted, of one book or of all (book empty); late ones after closed months
-- A closed month keeps its lines. What today's rows make of it, less what was posted for it, goes to
-- the first open month with the month it belongs to: one rule for late, replaced, reversed and
-- released rows.
with closed_pool as (
    select poolarea_no, max(closed_ym) as closed_ym
    from closed_period
    group by poolarea_no
),

computed as materialized (
    select l.book, l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date,
        l.period_ym, l.orig_period_ym, l.event_code, l.rule_id, l.line_key, l.account_code, l.fund,
        l.summary, l.debit_amt, l.credit_amt, l.source_row_cnt, l.is_opening, l.line_no,
        l.period_ym <= coalesce(c.closed_ym, 0) as is_closed
    from jrn_book_line as l
    left join closed_pool as c on l.poolarea_no = c.poolarea_no
),

frozen as (
    select
        book, ledger_id, poolarea_no, insutype as scheme, event_id as voucher_key, posting_date,
        period_ym, orig_period_ym, event_date, event_code, rule_id,
        line_no::varchar as line_key, account_code, fund, summary, debit_amt, credit_amt,
        source_row_cnt, is_opening
    from closed_line
    where not is_closing
),

placed as (
    select l.*,
        (year(l.event_date) * 100 + month(l.event_date))::integer as event_ym,
        (make_date(c.closed_ym // 100, c.closed_ym % 100, 1) + interval 1 month)::date
            as posting_date
    from jrn_late_line as l
    inner join closed_pool as c on l.poolarea_no = c.poolarea_no
)

select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
    posting_date as event_date, event_code, rule_id, line_key, account_code, fund, summary,
    debit_amt, credit_amt, source_row_cnt, is_opening, line_no
from computed
where not is_closed
union all
select book, ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
    event_date, event_code, rule_id, line_key, account_code, fund, summary, debit_amt, credit_amt,
    -- numbered among the lines that stand there now
    source_row_cnt, is_opening, null
from frozen
union all
select
    p.book, p.ledger_id, p.poolarea_no, p.scheme,
    'LATE|' || p.event_ym::varchar || '|' || p.event_key,
    p.posting_date,
    (year(p.posting_date) * 100 + month(p.posting_date))::integer,
    p.event_ym,
    p.event_date, p.event_code, p.rule_id, '', p.account_code, p.fund, p.summary,
    p.debit_amt, p.credit_amt, p.source_row_cnt, false, null
from placed as p
cross join param_run as r
where year(p.posting_date) * 100 + month(p.posting_date) <= r.through_ym
