-- grain: one leaf account of one ledger in one month, signed debit minus credit
with account as (
    select distinct book, ledger_id, account_code
    from led_movement
),

dense as (
    select
        m.book, m.ledger_id, m.poolarea_no, m.insutype, m.first_ym, m.period_ym,
        m.period_start_date, m.ledger_no, a.account_code,
        coalesce(v.opening_net_amt, 0) as opening_net_amt,
        coalesce(v.debit_amt, 0) as debit_amt,
        coalesce(v.credit_amt, 0) as credit_amt,
        coalesce(v.closing_debit_amt, 0) as closing_debit_amt,
        coalesce(v.closing_credit_amt, 0) as closing_credit_amt,
        coalesce(v.carry_net_amt, 0) as carry_net_amt,
        coalesce(v.adjust_net_amt, 0) as adjust_net_amt
    from led_month as m
    inner join account as a
        on m.book = a.book
        and m.ledger_id = a.ledger_id
    left join led_movement as v
        on m.book = v.book
        and m.ledger_id = v.ledger_id
        and m.period_ym = v.period_ym
        and a.account_code = v.account_code
),

running as (
    select
        *,
        sum(
            opening_net_amt + debit_amt - credit_amt + closing_debit_amt - closing_credit_amt
        ) over (
            partition by ledger_no, account_code
            order by period_ym
        ) as post_net_amt
    from dense
)

select
    book, ledger_id, poolarea_no, insutype, first_ym, period_ym, period_start_date, account_code,
    (post_net_amt - closing_debit_amt + closing_credit_amt - debit_amt + credit_amt)
        ::decimal(18, 2) as open_net_amt,
    debit_amt::decimal(18, 2) as debit_amt,
    credit_amt::decimal(18, 2) as credit_amt,
    closing_debit_amt::decimal(18, 2) as closing_debit_amt,
    closing_credit_amt::decimal(18, 2) as closing_credit_amt,
    carry_net_amt::decimal(18, 2) as carry_net_amt,
    adjust_net_amt::decimal(18, 2) as adjust_net_amt,
    (post_net_amt - closing_debit_amt + closing_credit_amt)::decimal(18, 2) as pre_net_amt,
    post_net_amt::decimal(18, 2) as post_net_amt,
    ledger_no
from running
