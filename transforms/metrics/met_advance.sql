-- grain: one institution with prepaid money of one ledger in one month, the oldest cleared first
with month as (
    select m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        last_day(m.period_start_date) as period_end_date,
        (last_day(m.period_start_date) - interval 12 month)::date as old_date
    from led_month as m
    where m.book in (select book from jrn_book where is_statutory)
),

-- 医保预付金 and 集采预付金
account as (
    select '110102' as account_code
    union all
    select '110103'
),

posted as (
    select e.ledger_id, e.cntp_code, e.posting_date,
        case when r.debit_account in (select account_code from account) then e.amount else -e.amount
        end as amount
    from jrn_event as e
    inner join rule_posting as r
        on e.posting_key = r.posting_key
        and e.scheme = r.scheme
        and e.posting_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
    where r.debit_account in (select account_code from account)
        or r.credit_account in (select account_code from account)
    union all
    select v.ledger_id, v.cntp_code, v.posting_date,
        v.debit_amt - v.credit_amt
    from stg_voucher as v
    where v.account_code in (select account_code from account)
),

movement as (
    select ledger_id, coalesce(cntp_code, '') as cntp_code, posting_date,
        sum(greatest(amount, 0)) as lent_amt,
        sum(greatest(-amount, 0)) as cleared_amt
    from posted
    group by ledger_id, coalesce(cntp_code, ''), posting_date
),

standing as (
    select m.ledger_id, m.poolarea_no, m.insutype, v.cntp_code, m.period_ym, m.period_start_date,
        sum(v.lent_amt) as lent_amt,
        sum(v.cleared_amt) as cleared_amt,
        coalesce(sum(v.lent_amt) filter (v.posting_date < m.old_date), 0) as old_lent_amt
    from month as m
    inner join movement as v
        on m.ledger_id = v.ledger_id
        and v.posting_date <= m.period_end_date
    group by m.ledger_id, m.poolarea_no, m.insutype, v.cntp_code, m.period_ym,
        m.period_start_date
)

select
    ledger_id, poolarea_no, insutype, cntp_code, period_ym, period_start_date,
    (lent_amt - cleared_amt)::decimal(18, 2) as advance_amt,
    greatest(old_lent_amt - cleared_amt, 0)::decimal(18, 2) as old_advance_amt
from standing
where lent_amt <> cleared_amt
