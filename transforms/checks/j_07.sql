-- grain: one ledger and year of recoveries, same year and earlier years apart
-- check: J-07
-- severity: S
-- title: 追回资金明细与账上追回一致（当年冲减支出、以前年度计其他收入）
-- guards: money recovered from hospitals would be told in a list and miss in the books
with listed as (
    select
        r.ledger_id,
        year(r.return_date) as year,
        sum(r.added_amt) filter (
            -- set off against a payment of the same year: the payment is booked net
            not r.is_prior_year and r.retn_way is distinct from '1'
        ) as same_year_amt,
        sum(r.added_amt) filter (r.is_prior_year) as prior_year_amt
    from stg_recovery as r
    cross join param_run as p
    where not r.is_prepayment
        and not (r.retn_way is not distinct from '1' and r.obj_type = '11' and r.scheme = '310')
        and year(r.return_date) * 100 + month(r.return_date) <= p.through_ym
    group by r.ledger_id, year(r.return_date)
),

-- late postings stand in the month they belong to
booked as (
    select
        book, ledger_id, event_ym // 100 as year,
        sum(credit_amt - debit_amt) filter (
            event_code = 'E43' and starts_with(account_code, '5001')
        ) as same_year_amt,
        sum(credit_amt - debit_amt) filter (
            event_code = 'E44' and starts_with(account_code, '4501')
        ) as prior_year_amt
    from jrn_journal
    where event_code in ('E43', 'E44')
        and book in (select book from jrn_book where is_statutory)
    group by book, ledger_id, event_ym // 100
),

told as (
    select ledger_id, year
    from listed
    union
    select ledger_id, year
    from booked
)

select
    t.ledger_id,
    (t.year * 100 + 12)::integer as period_ym,
    '当年追回' as item,
    coalesce(l.same_year_amt, 0)::decimal(18, 2) as expected_amt,
    coalesce(b.same_year_amt, 0)::decimal(18, 2) as actual_amt
from told as t
left join listed as l
    on t.ledger_id = l.ledger_id
    and t.year = l.year
left join booked as b
    on t.ledger_id = b.ledger_id
    and t.year = b.year
union all
select
    t.ledger_id,
    (t.year * 100 + 12)::integer,
    '追回以前年度',
    coalesce(l.prior_year_amt, 0)::decimal(18, 2),
    coalesce(b.prior_year_amt, 0)::decimal(18, 2)
from told as t
left join listed as l
    on t.ledger_id = l.ledger_id
    and t.year = l.year
left join booked as b
    on t.ledger_id = b.ledger_id
    and t.year = b.year
