-- grain: one payer of one treating region, or one account of one ledger, at the last month; or one
-- consolidated balance sheet from which something was taken out
-- check: T-18
-- severity: H
-- title: 异地就医：就医地收到 = 参保地预付与清算；两地账户余额 = 收 − 付；抵销后资产 = 负债与净资产
-- guards: money for patients elsewhere would vanish between two pools, or count in both
with last_month as (
    select book, max(period_ym)::integer as period_ym
    from led_month
    group by book
),

-- a late row of a pool closed to the last month has no open month to be posted in
open_pool as (
    select distinct m.poolarea_no
    from led_month as m
    cross join param_run as r
    where m.poolarea_no not in (
        select c.poolarea_no from closed_period as c where c.closed_ym >= r.through_ym
    )
),

-- what the bank statements say was sent and received in the months of the books
bank as (
    select
        t.ledger_id, t.traf_item, t.leg, t.amt,
        coalesce(t.docno, t.approval_id) as notice,
        c.poolarea_no || '-' || t.scheme as cntp_ledger_id
    from stg_transfer as t
    inner join open_pool as o on t.poolarea_no = o.poolarea_no
    cross join param_run as r
    left join con_cntp as c
        on t.cntp_code = c.cntp_code
        and t.acen_date = c.event_date
    where year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
        and t.traf_item in (
            'XPRE_OUT', 'XPRE_FWD', 'XPRE_IN', 'XPRE_DOWN', 'XCLR_OUT', 'XCLR_FWD', 'XCLR_IN',
            'XHOSP_OUT'
        )
),

sent as (
    select cntp_ledger_id as ledger_id, ledger_id as payer_ledger_id, notice, sum(amt) as amt
    from bank
    where leg = 'OUT'
        and traf_item in ('XPRE_OUT', 'XPRE_FWD', 'XPRE_DOWN', 'XCLR_OUT', 'XCLR_FWD')
        and cntp_ledger_id is not null and notice is not null
    group by cntp_ledger_id, ledger_id, notice
),

received as (
    select book, ledger_id, cntp_ledger_id as payer_ledger_id, notice, sum(credit_amt) as amt
    from con_line
    where account_code = '200103' and credit_amt <> 0 and not is_opening and notice <> ''
    group by book, ledger_id, cntp_ledger_id, notice
),

pair as (
    select d.book, d.ledger_id, d.payer_ledger_id,
        sum(s.amt) as sent_amt, sum(d.amt) as received_amt
    from received as d
    inner join sent as s
        on d.ledger_id = s.ledger_id
        and d.payer_ledger_id = s.payer_ledger_id
        and d.notice = s.notice
    group by d.book, d.ledger_id, d.payer_ledger_id
),

-- debit − credit: openings and manual vouchers, and the bank lines of the two accounts
moved as (
    select j.book, j.ledger_id, j.account_code, j.debit_amt - j.credit_amt as net_amt
    from fct_journal as j
    where j.account_code in ('110101', '200103') and j.rule_id = 'MANUAL'
    union all
    select k.book, b.ledger_id,
        case b.traf_item when 'XPRE_OUT' then '110101' else '200103' end,
        case b.leg when 'OUT' then b.amt else -b.amt end
    from bank as b
    cross join jrn_book as k
    where b.traf_item in ('XPRE_OUT', 'XPRE_IN', 'XPRE_DOWN', 'XCLR_IN', 'XHOSP_OUT')
),

counted as (
    select book, ledger_id, account_code, sum(net_amt) as net_amt
    from moved
    group by book, ledger_id, account_code
),

balance as (
    select l.book, l.ledger_id, l.period_ym, l.account_code,
        case l.account_code when '110101' then l.closing_amt else -l.closing_amt end as net_amt
    from fct_ledger_month as l
    inner join last_month as m
        on l.book = m.book
        and l.period_ym = m.period_ym
    inner join open_pool as o on l.poolarea_no = o.poolarea_no
    where l.closing_stage = 'post' and l.account_code in ('110101', '200103')
),

sheet as (
    select book, province_code, insutype, period_type, period_ym,
        max(close_amt) filter (row_code = 'A9') as asset_amt,
        max(close_amt) filter (row_code = 'T9') as source_amt
    from fct_consolidated_balance_sheet
    where row_code in ('A9', 'T9')
    group by book, province_code, insutype, period_type, period_ym
    having bool_or(close_elimination_amt <> 0)
)

select p.ledger_id, m.period_ym,
    b.item_prefix || '200103 收自 ' || p.payer_ledger_id as item,
    p.sent_amt::decimal(18, 2) as expected_amt,
    p.received_amt::decimal(18, 2) as actual_amt
from pair as p
inner join jrn_book as b on p.book = b.book
inner join last_month as m on p.book = m.book
union all
select l.ledger_id, l.period_ym::integer, b.item_prefix || l.account_code || ' 余额',
    coalesce(c.net_amt, 0)::decimal(18, 2), l.net_amt::decimal(18, 2)
from balance as l
inner join jrn_book as b on l.book = b.book
left join counted as c
    on l.book = c.book
    and l.ledger_id = c.ledger_id
    and l.account_code = c.account_code
union all
select s.province_code || '-' || s.insutype, s.period_ym::integer,
    b.item_prefix || s.period_type || ' 合并资产负债表', s.asset_amt, s.source_amt
from sheet as s
inner join jrn_book as b on s.book = b.book
