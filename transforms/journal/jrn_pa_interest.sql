-- grain: one ledger and month: a month's interest on its personal accounts by the bank's rule
-- On the balance at the month's start, as the rows common to all books make it.
with entry as (
    select e.ledger_id, e.poolarea_no, e.scheme, e.period_ym, e.debit_account, e.credit_account,
        e.amount
    from jrn_entry as e
    left join jrn_book as b on e.book = b.book
    where e.book is null or b.is_statutory
),

account_line as (
    select e.ledger_id, e.poolarea_no, e.period_ym, e.amount as amt
    from entry as e
    inner join rule_account as a
        on e.scheme = a.insutype
        and e.credit_account = a.account_code
    where a.fund = 'PA'
    union all
    select e.ledger_id, e.poolarea_no, e.period_ym, -e.amount
    from entry as e
    inner join rule_account as a
        on e.scheme = a.insutype
        and e.debit_account = a.account_code
    where a.fund = 'PA'
    union all
    select ledger_id, poolarea_no, (year(out_date) * 100 + month(out_date))::integer, pa_amt
    from jrn_pending_out
    where way = 'ATTRIBUTE'
    union all
    -- an opening balance stands at the start of its month
    select ledger_id, poolarea_no,
        case
            when event_code <> 'OPEN' then (year(posting_date) * 100 + month(posting_date))::integer
            when month(posting_date) = 1 then (year(posting_date) * 100 - 88)::integer
            else (year(posting_date) * 100 + month(posting_date) - 1)::integer
        end,
        credit_amt - debit_amt
    from stg_voucher
    where fund = 'PA' and not is_decision
),

movement as (
    select ledger_id, poolarea_no, period_ym, sum(amt)::decimal(18, 2) as amt
    from account_line
    group by ledger_id, poolarea_no, period_ym
),

span as (
    select m.ledger_id, m.poolarea_no, min(m.period_ym) as first_ym, max(r.through_ym) as last_ym
    from movement as m
    cross join param_run as r
    group by m.ledger_id, m.poolarea_no
),

month as (
    select ledger_id, poolarea_no,
        unnest(generate_series(
            make_date(first_ym // 100, first_ym % 100, 1)::timestamp,
            make_date(last_ym // 100, last_ym % 100, 1)::timestamp,
            interval 1 month
        ))::date as month_start
    from span
),

balance as (
    select t.ledger_id, t.poolarea_no, t.month_start,
        coalesce(sum(m.amt) over (
            partition by t.ledger_id order by t.month_start
            rows between unbounded preceding and 1 preceding
        ), 0)::decimal(18, 2) as start_amt
    from month as t
    left join movement as m
        on t.ledger_id = m.ledger_id
        and m.period_ym = year(t.month_start) * 100 + month(t.month_start)
),

rated as (
    select b.ledger_id, b.poolarea_no, b.month_start,
        greatest(b.start_amt * 100, 0)::hugeint as start_fen,
        v.value::decimal(9, 6) as rate,
        (v.value::decimal(9, 6) * 1000000)::hugeint as rate_millionth
    from balance as b
    inner join stg_parameter as v
        on v.name = 'pa_interest_rate'
        and b.poolarea_no = v.poolarea_no
        and b.month_start between v.valid_from and v.valid_to
)

select
    ledger_id, poolarea_no, month_start,
    (year(month_start) * 100 + month(month_start))::integer as period_ym,
    (start_fen::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as start_amt,
    rate,
    (half_up(start_fen * rate_millionth, 12000000)::decimal(18, 0)
        * 0.01::decimal(3, 2))::decimal(18, 2) as interest_amt
from rated
