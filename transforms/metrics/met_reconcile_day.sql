-- grain: one link of the way of a premium into the fiscal account, one ledger and day: both its sides
with collected as (
    select s.ledger_id, s.poolarea_no, s.scheme, s.cash_date, s.bank_account, s.source_sha,
        s.src_row, (s.premium_amt + s.latefee_amt)::decimal(18, 2) as amount
    from stg_contribution as s
    cross join param_run as r
    where s.event_code not in ('E19', 'PADEDUCT')
        and year(s.cash_date) * 100 + month(s.cash_date) <= r.through_ym
),

bank as (
    select t.ledger_id, t.poolarea_no, t.scheme, t.acen_date, t.bank_account, t.traf_item, t.leg,
        t.signed_amt
    from stg_transfer as t
    cross join param_run as r
    where t.bank_account in ('1002', '1003', '1005')
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

posted as (
    select ledger_id, poolarea_no, insutype as scheme, posting_date, account_code,
        debit_amt - credit_amt as signed_amt
    from jrn_journal
    where book in (select book from jrn_book where is_statutory)
        and not is_opening
        and account_code in ('1003', '1005')
),

side as (
    -- what the tax office collected by its rows, and what the treasury received
    select ledger_id, poolarea_no, scheme, 'TAX_TREASURY' as link, cash_date as day,
        amount as left_amt, 0 as right_amt
    from collected
    where bank_account = '1005'
    union all
    select ledger_id, poolarea_no, scheme, 'TAX_TREASURY', acen_date, 0, signed_amt
    from bank
    where bank_account = '1005' and traf_item in ('SURY_IN', 'REFD_OUT')
    union all
    -- collected outside the tax office, and what the revenue account received
    select ledger_id, poolarea_no, scheme, 'COLLECT_REVENUE', cash_date, amount, 0
    from collected
    where bank_account = '1002'
    union all
    select ledger_id, poolarea_no, scheme, 'COLLECT_REVENUE', acen_date, 0, signed_amt
    from bank
    where bank_account = '1002' and traf_item in ('PREM_IN', 'REFD_OUT')
    union all
    -- the rows that say they were sent on, and what left the treasury
    select p.ledger_id, p.poolarea_no, p.scheme, 'ROWS_REMITTED', c.ursn_time::date, p.amount, 0
    from collected as p
    inner join contributions as c
        on p.source_sha = c.source_sha
        and p.src_row = c.src_row
    cross join param_run as r
    where p.bank_account = '1005'
        and year(c.ursn_time) * 100 + month(c.ursn_time) <= r.through_ym
    union all
    select ledger_id, poolarea_no, scheme, 'ROWS_REMITTED', acen_date, 0, -signed_amt
    from bank
    where bank_account = '1005' and traf_item = 'URSN'
    union all
    -- sent from treasury and revenue account, and what the fiscal account received
    select ledger_id, poolarea_no, scheme, 'REMITTED_SPECIAL', acen_date, -signed_amt, 0
    from bank
    where bank_account in ('1002', '1005') and traf_item = 'URSN'
    union all
    select ledger_id, poolarea_no, scheme, 'REMITTED_SPECIAL', acen_date, 0, signed_amt
    from bank
    where bank_account = '1003' and traf_item = 'URSN'
    union all
    -- statements of treasury and fiscal account, and the books
    select ledger_id, poolarea_no, scheme,
        case bank_account when '1005' then 'TREASURY_BOOK' else 'SPECIAL_BOOK' end,
        acen_date, signed_amt, 0
    from bank
    where bank_account in ('1003', '1005')
    union all
    select ledger_id, poolarea_no, scheme,
        case account_code when '1005' then 'TREASURY_BOOK' else 'SPECIAL_BOOK' end,
        posting_date, 0, signed_amt
    from posted
)

select
    ledger_id, poolarea_no, scheme as insutype, link, day,
    (year(day) * 100 + month(day))::integer as period_ym,
    sum(left_amt)::decimal(18, 2) as left_amt,
    sum(right_amt)::decimal(18, 2) as right_amt,
    (sum(left_amt) - sum(right_amt))::decimal(18, 2) as diff_amt
from side
group by ledger_id, poolarea_no, scheme, link, day
