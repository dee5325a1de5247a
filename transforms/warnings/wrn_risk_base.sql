-- grain: one residents' ledger that keeps a risk fund in one month
with balance as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        -sum(post_net_amt) as balance_amt,
        -sum(open_net_amt) as open_amt
    from led_balance
    where book in (select book from jrn_book where is_statutory)
        and starts_with(account_code, '3101') and insutype = '390'
    group by book, ledger_id, poolarea_no, insutype, period_ym, period_start_date
),

raised as (
    select book, ledger_id, period_ym, sum(credit_amt - debit_amt) as raised_amt
    from led_balance
    where starts_with(account_code, '4001') or starts_with(account_code, '4101')
    group by book, ledger_id, period_ym
),

spent as (
    select book, ledger_id, period_ym, sum(debit_amt - credit_amt) as used_amt
    from jrn_journal
    where event_code = 'E78' and starts_with(account_code, '3101') and not is_closing
    group by book, ledger_id, period_ym
),

rolled as (
    select b.book, b.ledger_id, b.poolarea_no, b.insutype, b.period_ym, b.period_start_date,
        b.balance_amt,
        first_value(b.open_amt) over year_so_far as year_open_amt,
        sum(coalesce(r.raised_amt, 0)) over year_so_far as raised_amt,
        sum(coalesce(u.used_amt, 0)) over year_so_far as used_amt,
        max(b.balance_amt) over so_far as highest_amt
    from balance as b
    left join raised as r
        on b.book = r.book and b.ledger_id = r.ledger_id and b.period_ym = r.period_ym
    left join spent as u
        on b.book = u.book and b.ledger_id = u.ledger_id and b.period_ym = u.period_ym
    window
        year_so_far as (
            partition by b.book, b.ledger_id, b.period_ym // 100 order by b.period_ym
        ),
        so_far as (partition by b.book, b.ledger_id order by b.period_ym)
),

numbered as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, balance_amt,
        year_open_amt, raised_amt, used_amt, highest_amt,
        balance_amt >= highest_amt as is_full,
        row_number() over (partition by book, ledger_id order by period_ym) as month_no
    from rolled
),

-- months in a row since the balance was last at its highest
counted as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, balance_amt,
        year_open_amt, raised_amt, used_amt, highest_amt,
        month_no - coalesce(max(case when is_full then month_no end) over (
            partition by book, ledger_id order by period_ym
        ), 0) as short_month_cnt
    from numbered
)

select
    c.book, c.ledger_id, c.poolarea_no, c.insutype, c.period_ym, c.period_start_date,
    c.balance_amt::decimal(18, 2) as balance_amt,
    c.year_open_amt::decimal(18, 2) as year_open_amt,
    c.raised_amt::decimal(18, 2) as raised_amt,
    c.used_amt::decimal(18, 2) as used_amt,
    -- never more than what is missing, never more than there is
    least(greatest(c.year_open_amt, 0), greatest(-coalesce(m.ytd_net_amt, 0), 0))
        ::decimal(18, 2) as entitled_amt,
    c.highest_amt::decimal(18, 2) as highest_amt,
    c.short_month_cnt::bigint as short_month_cnt
from counted as c
left join wrn_month as m
    on c.book = m.book
    and c.ledger_id = m.ledger_id
    and c.period_ym = m.period_ym
