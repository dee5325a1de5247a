-- grain: one statement row of one ledger in one month, every measure its terms can ask for
-- Annual rows stand in December (flows: the year's), annual balances in the ledger's first month too.
with balance as (
    select book, ledger_id, poolarea_no, insutype, first_ym, period_ym, period_start_date,
        account_code, open_net_amt, debit_amt, credit_amt, carry_net_amt, adjust_net_amt,
        post_net_amt
    from led_balance
),

-- few accounts, many balances: which term counts an account is told once for each account
counted as (
    select a.book, a.insutype, a.account_code, t.period_type, t.statement, t.row_code, t.sign,
        t.measure, t.form_measure
    from (select distinct book, insutype, account_code from balance) as a
    inner join stm_term as t
        on a.book = t.book
        and a.insutype = t.scheme
        and starts_with(a.account_code, t.account_prefix)
),

termed as (
    select
        b.book, b.ledger_id,
        case when t.period_type = 'Y' and t.statement = 'IS' then b.period_ym // 100 * 100 + 12
            else b.period_ym
        end as period_ym,
        t.period_type, t.statement, t.row_code,
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
    select book, ledger_id, period_ym, period_type, statement, row_code,
        sum(value_amt)::decimal(18, 2) as value_amt,
        sum(form_amt)::decimal(18, 2) as form_amt,
        sum(open_amt)::decimal(18, 2) as open_amt
    from termed
    group by book, ledger_id, period_ym, period_type, statement, row_code
)

select
    m.book, m.ledger_id, m.poolarea_no, m.insutype, m.first_ym, m.period_ym, m.period_start_date,
    r.period_type, r.statement, r.row_code, r.row_order, r.row_name,
    coalesce(s.value_amt, 0)::decimal(18, 2) as value_amt,
    coalesce(s.form_amt, 0)::decimal(18, 2) as form_amt,
    coalesce(s.open_amt, 0)::decimal(18, 2) as open_amt
from led_month as m
inner join stm_row as r
    on m.book = r.book
    and m.insutype = r.scheme
left join summed as s
    on m.book = s.book
    and m.ledger_id = s.ledger_id
    and m.period_ym = s.period_ym
    and r.period_type = s.period_type
    and r.statement = s.statement
    and r.row_code = s.row_code
where (
        r.period_type = 'M' or m.period_ym % 100 = 12
        or r.statement = 'BS' and m.period_ym = m.first_ym
    )
    -- a row of an account that few ledgers keep is told by those that keep it
    and (
        r.needs_account is null
        or exists (
            select 1 from balance as k
            where k.book = m.book and k.ledger_id = m.ledger_id and k.account_code = r.needs_account
        )
    )
