-- grain: one debit and credit pair that touches a bank account, or one account used
-- check: T-30
-- severity: H
-- title: 银行科目只与白名单科目对应；无管理费科目
-- guards: diverted money: a bank account paired with an account it may never meet
with pair as (
    select ledger_id, period_ym, debit_account, credit_account, count(*)::bigint as entry_cnt
    from jrn_book_entry
    group by ledger_id, period_ym, debit_account, credit_account
    union all
    -- a manual voucher pairs each of its debits with each of its credits
    select d.ledger_id, d.period_ym, d.account_code, c.account_code, count(*)::bigint
    from fct_journal as d
    inner join fct_journal as c on d.voucher_id = c.voucher_id
    where d.book in (select book from jrn_book where is_statutory) and d.book = c.book
        and d.rule_id = 'MANUAL' and d.debit_amt <> 0 and not d.is_opening
        and c.credit_amt <> 0
    group by d.ledger_id, d.period_ym, d.account_code, c.account_code
),

bank_pair as (
    select ledger_id, period_ym, debit_account, credit_account, entry_cnt
    from pair
    where debit_account in ('1001', '1002', '1003', '1004', '1005')
        or credit_account in ('1001', '1002', '1003', '1004', '1005')
),

known_account as (
    select insutype, account_code from dim_account where is_leaf
),

used_account as (
    select ledger_id, insutype, period_ym, account_code, count(*)::bigint as line_cnt
    from fct_journal
    group by ledger_id, insutype, period_ym, account_code
)

select
    p.ledger_id,
    p.period_ym,
    '借 ' || p.debit_account || ' 贷 ' || p.credit_account as item,
    0::bigint as expected_amt,
    case
        when exists (
            select 1 from rule_bank_pair as w
            where starts_with(p.debit_account, w.debit_prefix)
                and starts_with(p.credit_account, w.credit_prefix)
        ) then 0
        else p.entry_cnt
    end::bigint as actual_amt
from bank_pair as p
union all
select
    u.ledger_id,
    u.period_ym,
    '科目 ' || u.account_code,
    0::bigint,
    case when k.account_code is null then u.line_cnt else 0 end::bigint
from used_account as u
left join known_account as k
    on u.insutype = k.insutype
    and u.account_code = k.account_code
