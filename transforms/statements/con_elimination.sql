-- grain: one account of one province and scheme at one month end: what its pools owe one another
with month as (
    select distinct book, period_ym
    from led_month
),

matched as (
    select n.book, n.province_code, n.insutype, n.kind, n.fund_part, m.period_ym,
        sum(n.eliminated_amt) as eliminated_amt
    from con_notice as n
    inner join month as m
        on n.book = m.book
        and m.period_ym between n.from_ym and n.to_ym
    where n.eliminated_amt <> 0
    group by n.book, n.province_code, n.insutype, n.kind, n.fund_part, m.period_ym
),

flow as (
    select n.book, n.province_code, n.insutype, n.period_ym,
        r.account_prefix || n.fund_part as account_code,
        case when r.role = 'payer' then n.eliminated_amt else -n.eliminated_amt end as net_amt
    from matched as n
    inner join rule_elimination as r
        on n.kind = r.kind
        and last_day(make_date(n.period_ym // 100, n.period_ym % 100, 1))
            between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
),

-- an amount falls on the accounts of its side in their order
covered as (
    select
        s.book, s.province_code, s.insutype, s.period_ym, s.stage, s.account_code, s.is_payer,
        s.amt, p.eliminated_amt,
        coalesce(sum(s.amt) over (
            partition by s.book, s.province_code, s.insutype, s.kind, s.period_ym, s.stage,
                s.payer_ledger_id, s.payee_ledger_id, s.is_payer
            order by s.account_order, s.account_code
            rows between unbounded preceding and 1 preceding
        ), 0) as before_amt
    from con_side as s
    inner join con_pair as p
        on s.book = p.book
        and s.province_code = p.province_code
        and s.insutype = p.insutype
        and s.kind = p.kind
        and s.period_ym = p.period_ym
        and s.stage = p.stage
        and s.payer_ledger_id = p.payer_ledger_id
        and s.payee_ledger_id = p.payee_ledger_id
    where p.eliminated_amt <> 0
),

shared as (
    select book, province_code, insutype, period_ym, stage, account_code,
        case when is_payer then 1 else -1 end
            * least(amt, greatest(eliminated_amt - before_amt, 0)) as net_amt
    from covered
),

told as (
    select book, province_code, insutype, period_ym, 'IS' as statement, account_code,
        net_amt as close_net_amt, 0 as open_net_amt
    from flow
    union all
    select book, province_code, insutype, period_ym, 'BS', account_code,
        case when stage = 'close' then net_amt else 0 end,
        case when stage = 'open' then net_amt else 0 end
    from shared
)

select book, province_code, insutype, period_ym, statement, account_code,
    sum(close_net_amt)::decimal(18, 2) as close_net_amt,
    sum(open_net_amt)::decimal(18, 2) as open_net_amt
from told
group by book, province_code, insutype, period_ym, statement, account_code
