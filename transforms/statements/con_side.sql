-- grain: one account of one ledger toward one other at one month end, at year open or at close
with moved as (
    select book, province_code, ledger_id, insutype, kind, role, account_order, account_code,
        cntp_ledger_id, period_ym,
        sum(net_amt) as net_amt,
        coalesce(sum(net_amt) filter (is_opening), 0) as opening_amt
    from con_line
    where basis = 'PAIR'
    group by book, province_code, ledger_id, insutype, kind, role, account_order, account_code,
        cntp_ledger_id, period_ym
),

position as (
    select book, province_code, ledger_id, insutype, kind, role, account_order, account_code,
        cntp_ledger_id,
        row_number() over (order by book, ledger_id, account_code, cntp_ledger_id) as position_no
    from moved
    group by book, province_code, ledger_id, insutype, kind, role, account_order, account_code,
        cntp_ledger_id
),

dense as (
    select p.*, m.period_ym, coalesce(v.net_amt, 0) as net_amt,
        coalesce(v.opening_amt, 0) as opening_amt
    from position as p
    inner join led_month as m
        on p.book = m.book
        and p.ledger_id = m.ledger_id
    left join moved as v
        on p.book = v.book
        and p.ledger_id = v.ledger_id
        and p.account_code = v.account_code
        and p.cntp_ledger_id = v.cntp_ledger_id
        and m.period_ym = v.period_ym
),

running as (
    select
        *,
        sum(net_amt) over (partition by position_no order by period_ym) as close_amt,
        sum(net_amt) over (
            partition by position_no, period_ym // 100 order by period_ym
        ) as ytd_amt,
        sum(opening_amt) over (partition by position_no, period_ym // 100) as year_opening_amt
    from dense
),

staged as (
    select *, 'close' as stage, close_amt as balance_amt
    from running
    union all
    -- 年初余额: the last December, or what the ledger's first month brought in
    select *, 'open', close_amt - ytd_amt + year_opening_amt
    from running
),

oriented as (
    select *, role = 'payer' or balance_amt > 0 as is_payer
    from staged
    where balance_amt <> 0
)

select
    book, province_code, insutype, kind, period_ym, stage, account_order, account_code, is_payer,
    case when is_payer then ledger_id else cntp_ledger_id end as payer_ledger_id,
    case when is_payer then cntp_ledger_id else ledger_id end as payee_ledger_id,
    (case when is_payer then balance_amt else -balance_amt end)::decimal(18, 2) as amt
from oriented
