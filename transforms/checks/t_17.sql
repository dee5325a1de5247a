-- grain: one notice between levels that both sides show, or one side of one kind in one month
-- check: T-17
-- severity: H
-- title: 同一通知单：下级上解支出 = 上级下级上解收入，上级补助支出 = 下级上级补助收入；不符的已列示
-- guards: a province would add up money that only moved between its own pools, or lose the rest
with side as (
    select
        book, insutype, kind, fund_part, notice, role, net_amt, period_ym,
        case when role = 'payer' then ledger_id else cntp_ledger_id end as payer_ledger_id,
        case when role = 'payer' then cntp_ledger_id else ledger_id end as payee_ledger_id
    from con_line
    where basis = 'NOTICE' and not is_opening and notice <> ''
),

kind as (
    select kind, min(kind_zh) as kind_zh
    from rule_elimination
    group by kind
),

notice as (
    select s.book, s.kind, s.fund_part, s.notice, s.payee_ledger_id, s.payer_ledger_id,
        max(s.period_ym) as period_ym,
        sum(s.net_amt) filter (s.role = 'payer') as payer_amt,
        -sum(s.net_amt) filter (s.role = 'payee') as payee_amt
    from side as s
    group by s.book, s.kind, s.fund_part, s.notice, s.payee_ledger_id, s.payer_ledger_id
    having bool_or(s.role = 'payer') and bool_or(s.role = 'payee')
),

month as (
    select distinct book, period_ym
    from led_month
),

-- nothing is netted away: what the accounts show is either matched or on the list
shown as (
    select l.book, l.ledger_id, l.period_ym, r.kind, r.role,
        sum(case when r.role = 'payer' then l.debit_amt - l.credit_amt
            else l.credit_amt - l.debit_amt end) as month_amt
    from fct_ledger_month as l
    inner join rule_elimination as r
        on r.basis = 'NOTICE'
        and starts_with(l.account_code, r.account_prefix)
    where l.closing_stage = 'pre'
    group by l.book, l.ledger_id, l.period_ym, r.kind, r.role
),

shown_to_date as (
    select g.province_code, s.book, g.insutype, s.kind, s.role, m.period_ym,
        sum(s.month_amt) as amt
    from shown as s
    inner join con_ledger as g
        on s.book = g.book
        and s.ledger_id = g.ledger_id
    inner join month as m
        on s.book = m.book
        and s.period_ym between m.period_ym // 100 * 100 + 1 and m.period_ym
    group by g.province_code, s.book, g.insutype, s.kind, s.role, m.period_ym
),

eliminated as (
    select n.book, n.province_code, n.insutype, n.kind, m.period_ym, sum(n.eliminated_amt) as amt
    from con_notice as n
    inner join month as m
        on n.book = m.book
        and m.period_ym between n.from_ym and n.to_ym
    group by n.book, n.province_code, n.insutype, n.kind, m.period_ym
),

listed as (
    select book, province_code, insutype, kind, period_ym,
        sum(payer_amt) as payer_amt, sum(payee_amt) as payee_amt
    from fct_consolidation_difference
    group by book, province_code, insutype, kind, period_ym
)

select n.payee_ledger_id as ledger_id, n.period_ym::integer as period_ym,
    b.item_prefix || k.kind_zh || ' ' || n.notice as item,
    n.payer_amt::decimal(18, 2) as expected_amt,
    n.payee_amt::decimal(18, 2) as actual_amt
from notice as n
inner join jrn_book as b on n.book = b.book
inner join kind as k on n.kind = k.kind
union all
select s.province_code || '-' || s.insutype, s.period_ym::integer,
    b.item_prefix || k.kind_zh || case s.role when 'payer' then ' 付款方' else ' 收款方' end,
    s.amt::decimal(18, 2),
    (coalesce(e.amt, 0)
        + coalesce(case s.role when 'payer' then d.payer_amt else d.payee_amt end, 0))
        ::decimal(18, 2)
from shown_to_date as s
inner join jrn_book as b on s.book = b.book
inner join kind as k on s.kind = k.kind
left join eliminated as e
    on s.book = e.book
    and s.province_code = e.province_code
    and s.insutype = e.insutype
    and s.kind = e.kind
    and s.period_ym = e.period_ym
left join listed as d
    on s.book = d.book
    and s.province_code = d.province_code
    and s.insutype = d.insutype
    and s.kind = d.kind
    and s.period_ym = d.period_ym
