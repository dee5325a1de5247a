-- grain: one counterparty of one advance account, or one advance or temporary-receipt account, in
-- one month with a movement
-- check: T-16
-- severity: H
-- title: 暂付款按往来对象明细不为负；暂收款余额不为负；明细合计 = 科目余额
-- guards: an advance cleared twice, or to the wrong hospital, hides behind the others' balances
with posted as (
    select e.ledger_id, e.period_ym, coalesce(e.cntp_code, '') as cntp_code,
        case when starts_with(r.debit_account, '1101') or starts_with(r.debit_account, '2001')
            then r.debit_account end as debit_account,
        case when starts_with(r.credit_account, '1101') or starts_with(r.credit_account, '2001')
            then r.credit_account end as credit_account,
        e.bank_account, r.debit_account = '@BANK' as is_receipt, e.amount
    from jrn_event as e
    inner join rule_posting as r
        on e.posting_key = r.posting_key
        and e.scheme = r.scheme
        and e.posting_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
        and (r.books is null or list_contains(string_split(r.books, ';'), 'k17'))
),

line as (
    select ledger_id, period_ym, cntp_code, debit_account as account_code, amount as change_amt
    from posted
    where debit_account is not null
    union all
    select ledger_id, period_ym, cntp_code, credit_account, -amount
    from posted
    where credit_account is not null
    union all
    -- a premium from a personal account meets 1101 where others meet the bank
    select ledger_id, period_ym, cntp_code, bank_account,
        case when is_receipt then amount else -amount end
    from posted
    where starts_with(bank_account, '1101')
    union all
    select v.ledger_id, (year(v.posting_date) * 100 + month(v.posting_date))::integer,
        coalesce(v.cntp_code, ''), v.account_code, v.debit_amt - v.credit_amt
    from stg_voucher as v
    cross join param_run as r
    where not v.is_decision
        and (starts_with(v.account_code, '1101') or starts_with(v.account_code, '2001'))
        and year(v.posting_date) * 100 + month(v.posting_date) <= r.through_ym
),

moved as (
    select ledger_id, period_ym, account_code, cntp_code, sum(change_amt) as change_amt
    from line
    group by ledger_id, period_ym, account_code, cntp_code
),

detail as (
    select ledger_id, period_ym, account_code, cntp_code,
        sum(change_amt) over (
            partition by ledger_id, account_code, cntp_code order by period_ym
        )::decimal(18, 2) as balance_amt
    from moved
),

account_moved as (
    select ledger_id, period_ym, account_code, sum(change_amt) as change_amt
    from moved
    group by ledger_id, period_ym, account_code
),

account as (
    select ledger_id, period_ym, account_code,
        sum(change_amt) over (
            partition by ledger_id, account_code order by period_ym
        )::decimal(18, 2) as balance_amt
    from account_moved
),

control as (
    -- a late voucher counts in the month it belongs to, as its rows do
    select ledger_id, (year(event_date) * 100 + month(event_date))::integer as period_ym,
        account_code, sum(debit_amt - credit_amt) as change_amt
    from fct_journal
    where book = 'k17'
        and (starts_with(account_code, '1101') or starts_with(account_code, '2001'))
    group by ledger_id, year(event_date) * 100 + month(event_date), account_code
),

control_balance as (
    select ledger_id, period_ym, account_code,
        sum(change_amt) over (
            partition by ledger_id, account_code order by period_ym
        )::decimal(18, 2) as balance_amt
    from control
)

select ledger_id, period_ym, account_code || ' ' || coalesce(nullif(cntp_code, ''), '未指明') as item,
    greatest(balance_amt, 0)::decimal(18, 2) as expected_amt,
    balance_amt as actual_amt
from detail
where starts_with(account_code, '1101')
union all
select ledger_id, period_ym, account_code || ' 余额',
    least(balance_amt, 0)::decimal(18, 2), balance_amt
from account
where starts_with(account_code, '2001')
union all
select coalesce(a.ledger_id, c.ledger_id), coalesce(a.period_ym, c.period_ym),
    coalesce(a.account_code, c.account_code) || ' 合计',
    c.balance_amt, a.balance_amt
from account as a
full join control_balance as c
    on a.ledger_id = c.ledger_id
    and a.period_ym = c.period_ym
    and a.account_code = c.account_code
-- rows of closed months that have no open month yet wait, and are not in the books
anti join jrn_closed_pool as x
    on split_part(coalesce(a.ledger_id, c.ledger_id), '-', 1) = x.poolarea_no
    and x.is_waiting
