-- grain: one ledger and month of the book on accrual basis
-- check: T-31
-- severity: H
-- title: 收付实现制收入 = 权责发生制收入 − Δ应收保费 − 核销 + Δ预收 − Δ应收利息 + Δ应付个人账户利息
-- guards: an accrual that never meets its cash: income told twice, or never
with line as (
    select b.book, b.is_accrual, j.ledger_id, j.period_ym, j.insutype, j.account_code,
        j.event_code, j.credit_amt - j.debit_amt as net_amt
    from fct_journal as j
    inner join jrn_book as b on j.book = b.book
    where b.policy = 'B' and not j.is_opening and not j.is_closing
),

-- income of every kind, pending money included; the month-end carry is none
income as (
    select l.book, l.is_accrual, l.ledger_id, l.period_ym, sum(l.net_amt) as income_amt
    from line as l
    inner join rule_account as a
        on l.insutype = a.insutype
        and l.account_code = a.account_code
    where a.element = 'income' and l.event_code not in ('E88', 'E89')
    group by l.book, l.is_accrual, l.ledger_id, l.period_ym
),

-- prepaid premium that is a liability on cash basis too is no difference between the two
bridge as (
    select ledger_id, period_ym,
        sum(case
            when is_accrual and starts_with(account_code, '1102') and event_code <> 'E108'
                then net_amt
            when is_accrual and account_code in ('1103', '210202') then net_amt
            when account_code = '200104' and is_accrual then net_amt
            when account_code = '200104' then -net_amt
        end) as bridge_amt
    from line
    group by ledger_id, period_ym
),

accrual_month as (
    select distinct m.book, m.ledger_id, m.period_ym
    from led_month as m
    inner join jrn_book as b on m.book = b.book
    where b.is_accrual and exists (
        select 1 from jrn_book as c where c.policy = 'B' and not c.is_accrual
    )
)

select
    m.ledger_id,
    m.period_ym,
    b.item_prefix || '收入' as item,
    coalesce(c.income_amt, 0)::decimal(18, 2) as expected_amt,
    (coalesce(a.income_amt, 0) + coalesce(d.bridge_amt, 0))::decimal(18, 2) as actual_amt
from accrual_month as m
inner join jrn_book as b on m.book = b.book
left join income as a
    on m.book = a.book
    and m.ledger_id = a.ledger_id
    and m.period_ym = a.period_ym
left join income as c
    on not c.is_accrual
    and m.ledger_id = c.ledger_id
    and m.period_ym = c.period_ym
left join bridge as d
    on m.ledger_id = d.ledger_id
    and m.period_ym = d.period_ym
