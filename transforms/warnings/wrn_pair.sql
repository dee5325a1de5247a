-- grain: one pair of accounts of which one is a bank account, of one ledger in one month
with pair as (
    select ledger_id, period_ym, debit_account, credit_account, count(*)::bigint as entry_cnt,
        sum(amount)::decimal(18, 2) as entry_amt
    from jrn_entry
    group by ledger_id, period_ym, debit_account, credit_account
    union all
    -- a manual voucher pairs each of its debits with each of its credits
    select d.ledger_id, d.period_ym, d.account_code, c.account_code, count(*)::bigint,
        sum(least(abs(d.debit_amt), abs(c.credit_amt)))::decimal(18, 2)
    from jrn_journal as d
    inner join jrn_journal as c
        on d.book = c.book
        and d.voucher_id = c.voucher_id
    where d.book in (select book from jrn_book where is_statutory)
        and d.rule_id = 'MANUAL' and d.debit_amt <> 0 and not d.is_opening
        and c.credit_amt <> 0
    group by d.ledger_id, d.period_ym, d.account_code, c.account_code
),

banked as (
    select ledger_id, period_ym, debit_account, credit_account,
        case
            when debit_account in ('1001', '1002', '1003', '1004', '1005') then debit_account
            else credit_account
        end as account_code,
        sum(entry_cnt)::bigint as entry_cnt,
        sum(abs(entry_amt))::decimal(18, 2) as entry_amt
    from pair
    where debit_account in ('1001', '1002', '1003', '1004', '1005')
        or credit_account in ('1001', '1002', '1003', '1004', '1005')
    group by ledger_id, period_ym, debit_account, credit_account
)

select
    p.ledger_id,
    left(p.ledger_id, 6) as poolarea_no,
    right(p.ledger_id, 3) as insutype,
    p.period_ym::integer as period_ym,
    make_date(p.period_ym // 100, p.period_ym % 100, 1) as period_start_date,
    p.account_code, p.debit_account, p.credit_account,
    exists (
        select 1 from rule_bank_pair as w
        where starts_with(p.debit_account, w.debit_prefix)
            and starts_with(p.credit_account, w.credit_prefix)
            and last_day(make_date(p.period_ym // 100, p.period_ym % 100, 1))
                between w.valid_from and coalesce(w.valid_to, date '9999-12-31')
    ) as is_allowed,
    p.entry_cnt, p.entry_amt
from banked as p
