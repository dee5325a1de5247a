-- grain: one leaf account of one ledger in one month, before or after closing
with balance as (
    select
        b.book, b.ledger_id, b.poolarea_no, b.insutype, b.period_ym, b.period_start_date,
        b.account_code, a.account_name, a.fund,
        case a.normal_side when 'D' then 1 else -1 end as side_sign,
        b.open_net_amt, b.debit_amt, b.credit_amt, b.closing_debit_amt, b.closing_credit_amt,
        b.pre_net_amt, b.post_net_amt
    from led_balance as b
    inner join rule_account as a
        on b.insutype = a.insutype
        and b.account_code = a.account_code
)

select
    book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, account_code,
    account_name, fund,
    'pre' as closing_stage,
    side_sign * open_net_amt as opening_amt,
    debit_amt,
    credit_amt,
    side_sign * pre_net_amt as closing_amt
from balance
union all
select
    book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, account_code,
    account_name, fund,
    'post',
    side_sign * open_net_amt,
    debit_amt + closing_debit_amt,
    credit_amt + closing_credit_amt,
    side_sign * post_net_amt
from balance
