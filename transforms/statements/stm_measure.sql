-- grain: one statement row of one ledger in one month, every measure its terms can ask for
-- Ledgers and rows go by their numbers: the statements put the texts on last.
-- Annual rows stand in December (flows: the year's), annual balances in the ledger's first month too.
with balance as (
    select book, ledger_no, insutype, first_ym, period_ym, account_code, open_net_amt, debit_amt,
        credit_amt, carry_net_amt, adjust_net_amt, post_net_amt
    from led_balance
),

-- few accounts, many balances: which term counts an account is told once for each account
counted as materialized (
    select a.book, a.insutype, a.account_code, t.period_type, t.statement, r.row_no, t.sign,
        t.measure, t.form_measure
    from (select distinct book, insutype, account_code from balance) as a
    inner join stm_term as t
        on a.book = t.book
        and a.insutype = t.scheme
        and starts_with(a.account_code, t.account_prefix)
    inner join stm_row as r
        on t.book = r.book
        and t.statement = r.statement
        and t.scheme = r.scheme
        and t.period_type = r.period_type
        and t.row_code = r.row_code
),

termed as (
    select
        b.ledger_no,
        case when t.period_type = 'Y' and t.statement = 'IS' then b.period_ym // 100 * 100 + 12
            else b.period_ym
        end as period_ym,
        t.row_no,
        t.sign * case t.measure
            when 'bal_d' then b.post_net_amt
            when 'bal_c' then -b.post_net_amt
            when 'cr' then b.credit_amt - b.debit_amt
            when 'dr' then b.debit_amt - b.credit_amt
            when 'cr_ext' then b.credit_amt - b.debit_amt - b.carry_net_amt
            when 'adj' then b.adjust_net_amt
        end as value_amt,
        t.sign * case t.form_measure
            when 'bal_d' then b.post_net_amt
            when 'bal_c' then -b.post_net_amt
            when 'cr' then b.credit_amt - b.debit_amt
            when 'dr' then b.debit_amt - b.credit_amt
            when 'cr_ext' then b.credit_amt - b.debit_amt - b.carry_net_amt
            when 'cr_gross' then b.credit_amt
            when 'adj' then b.adjust_net_amt
        end as form_amt,
        -- the balance brought into the ledger's first month
        t.sign * case t.measure
            when 'bal_d' then b.open_net_amt
            when 'bal_c' then -b.open_net_amt
            else 0
        end as open_amt
    from balance as b
    inner join counted as t
        on b.book = t.book
        and b.insutype = t.insutype
        and b.account_code = t.account_code
    where t.period_type = 'M' or t.statement = 'IS' or b.period_ym % 100 = 12
        or b.period_ym = b.first_ym
),

summed as (
    select ledger_no, period_ym, row_no,
        sum(value_amt)::decimal(18, 2) as value_amt,
        sum(form_amt)::decimal(18, 2) as form_amt,
        sum(open_amt)::decimal(18, 2) as open_amt
    from termed
    group by ledger_no, period_ym, row_no
),

-- a row of an account that few ledgers keep is told by those that keep it
kept as (
    select distinct b.ledger_no, r.needs_account
    from balance as b
    inner join stm_row as r
        on b.book = r.book
        and b.account_code = r.needs_account
),

cell as (
    select m.ledger_no, m.period_ym, r.row_no
    from led_month as m
    inner join stm_row as r
        on m.book = r.book
        and m.insutype = r.scheme
    left join kept as k
        on m.ledger_no = k.ledger_no
        and r.needs_account = k.needs_account
    where (
            r.period_type = 'M' or m.period_ym % 100 = 12
            or r.statement = 'BS' and m.period_ym = m.first_ym
        )
        and (r.needs_account is null or k.needs_account is not null)
)

select
    c.ledger_no, c.period_ym, c.row_no,
    coalesce(s.value_amt, 0)::decimal(18, 2) as value_amt,
    coalesce(s.form_amt, 0)::decimal(18, 2) as form_amt,
    coalesce(s.open_amt, 0)::decimal(18, 2) as open_amt
from cell as c
left join summed as s
    on c.ledger_no = s.ledger_no
    and c.period_ym = s.period_ym
    and c.row_no = s.row_no
