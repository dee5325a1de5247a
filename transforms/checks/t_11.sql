-- grain: one bank account of one ledger on one day with a movement
-- check: T-11
-- severity: H
-- title: 账面银行存款 = 银行对账单余额，逐日逐户
-- guards: a receipt booked a day late, or never, is invisible in month totals
with book_day as (
    select ledger_id, account_code, event_date as posting_date,
        sum(debit_amt - credit_amt)::decimal(18, 2) as change_amt,
        bool_and(is_opening) as is_opening
    from jrn_journal
    where book in (select book from jrn_book where is_statutory)
        and account_code in ('1002', '1003', '1004', '1005')
    group by ledger_id, account_code, event_date
),

statement_line as (
    select t.ledger_id, t.bank_account as account_code, t.acen_date, t.traf_sn, t.signed_amt,
        t.balc
    from stg_transfer as t
    cross join param_run as r
    where year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

statement_day as (
    select ledger_id, account_code, acen_date, last(balc order by traf_sn) as balance_amt
    from statement_line
    group by ledger_id, account_code, acen_date
),

-- what stood in the account before the first line of its statement
statement_start as (
    select ledger_id, account_code,
        first(balc - signed_amt order by acen_date, traf_sn) as start_amt
    from statement_line
    group by ledger_id, account_code
),

-- every day on which either side moved
moved_day as (
    select ledger_id, account_code, posting_date as day from book_day
    union
    select ledger_id, account_code, acen_date from statement_day
),

told as (
    select
        d.ledger_id, d.account_code, d.day,
        sum(coalesce(b.change_amt, 0)) over (
            partition by d.ledger_id, d.account_code order by d.day
        )::decimal(18, 2) as book_amt,
        last_value(s.balance_amt ignore nulls) over (
            partition by d.ledger_id, d.account_code order by d.day
            rows between unbounded preceding and current row
        ) as statement_amt,
        coalesce(b.is_opening, false) as is_opening
    from moved_day as d
    left join book_day as b
        on d.ledger_id = b.ledger_id
        and d.account_code = b.account_code
        and d.day = b.posting_date
    left join statement_day as s
        on d.ledger_id = s.ledger_id
        and d.account_code = s.account_code
        and d.day = s.acen_date
)

select
    t.ledger_id,
    (year(t.day) * 100 + month(t.day))::integer as period_ym,
    t.account_code || ' ' || t.day::varchar as item,
    coalesce(t.statement_amt, o.start_amt)::decimal(18, 2) as expected_amt,
    t.book_amt as actual_amt
from told as t
left join statement_start as o
    on t.ledger_id = o.ledger_id
    and t.account_code = o.account_code
-- rows of closed months that have no open month yet wait, and are not in the books
anti join jrn_closed_pool as x
    on split_part(t.ledger_id, '-', 1) = x.poolarea_no
    and x.is_waiting
-- an opening balance of an account that has no statement has nothing to meet
where o.ledger_id is not null or not t.is_opening
