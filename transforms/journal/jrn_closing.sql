-- grain: one line of the month's closing voucher (E110): income and expense into 3001
with moved as (
    select book, ledger_id, poolarea_no, scheme, period_ym, account_code,
        sum(credit_amt - debit_amt) as credit_balance_amt
    from jrn_posted_line
    group by book, ledger_id, poolarea_no, scheme, period_ym, account_code
),

open_balance as (
    select
        b.book, l.ledger_id, l.poolarea_no, l.scheme, l.period_ym, l.account_code, a.fund,
        a.closes_to,
        sum(l.credit_balance_amt)::decimal(18, 2) as credit_balance_amt
    from moved as l
    inner join jrn_book as b
        on l.book is null or l.book = b.book
    inner join rule_account as a
        on l.scheme = a.insutype
        and l.account_code = a.account_code
    -- 4601 and 4602 close to nothing: pending money stays until it is attributed
    where a.closes_to is not null
    group by b.book, l.ledger_id, l.poolarea_no, l.scheme, l.period_ym, l.account_code, a.fund,
        a.closes_to
),

closing_line as (
    select book, ledger_id, poolarea_no, scheme, period_ym, account_code, fund,
        greatest(credit_balance_amt, 0) as debit_amt,
        greatest(-credit_balance_amt, 0) as credit_amt
    from open_balance
    where credit_balance_amt <> 0
    union all
    select o.book, o.ledger_id, o.poolarea_no, o.scheme, o.period_ym, o.closes_to, a.fund,
        greatest(-sum(o.credit_balance_amt), 0),
        greatest(sum(o.credit_balance_amt), 0)
    from open_balance as o
    inner join rule_account as a
        on o.scheme = a.insutype
        and o.closes_to = a.account_code
    group by o.book, o.ledger_id, o.poolarea_no, o.scheme, o.period_ym, o.closes_to, a.fund
    having sum(o.credit_balance_amt) <> 0
),

-- one line an account: numbered before the texts that all lines share
numbered as (
    select book, ledger_id, poolarea_no, scheme, period_ym, account_code, fund, debit_amt,
        credit_amt,
        row_number() over (
            partition by book, ledger_id, period_ym
            order by debit_amt = 0, account_code
        ) as line_no
    from closing_line
)

select
    book, ledger_id, poolarea_no, scheme,
    'E110|' || period_ym::varchar as voucher_key,
    last_day(make_date(period_ym // 100, period_ym % 100, 1)) as posting_date,
    period_ym,
    period_ym as orig_period_ym,
    last_day(make_date(period_ym // 100, period_ym % 100, 1)) as event_date,
    'E110' as event_code,
    'E110/' || scheme as rule_id,
    '' as line_key,
    account_code,
    fund,
    '期末结转' as summary,
    debit_amt::decimal(18, 2) as debit_amt,
    credit_amt::decimal(18, 2) as credit_amt,
    0::bigint as source_row_cnt,
    line_no
from numbered
