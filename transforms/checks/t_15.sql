-- grain: one book of one ledger at a year end: its personal accounts, and what adjusted them
-- check: T-15
-- severity: H
-- title: 个人账户明细合计 = 个人账户基金 − 应收 − 未明确的预分，或有明细清单，或列入差异表
-- guards: account money that nobody owns, or an adjustment of it without a list of owners
with last_balance as (
    select d.poolarea_no, y.period_ym, d.psn_no_hash,
        arg_max(d.balc, (d.acct_ym, d.updt_time, d.source_sha, d.src_row)) as balc
    from account_details as d
    inner join (
        select distinct period_ym from led_month where period_ym % 100 = 12
    ) as y
        on d.acct_ym <= y.period_ym
    group by d.poolarea_no, y.period_ym, d.psn_no_hash
),

platform as (
    select poolarea_no || '-310' as ledger_id, period_ym, sum(balc) as platform_amt
    from last_balance
    group by poolarea_no, period_ym
),

account as (
    select book, ledger_id, period_ym,
        sum(case account_code when '300102' then closing_amt when '110202' then -closing_amt end)
            as account_amt,
        sum(case when starts_with(account_code, '300103') then closing_amt end) as pending_amt
    from fct_ledger_month
    where closing_stage = 'post' and insutype = '310' and period_ym % 100 = 12
    group by book, ledger_id, period_ym
),

told as (
    select a.book, a.ledger_id, a.period_ym, p.platform_amt, a.account_amt, a.pending_amt,
        d.presplit_amt, d.diff_amt, d.adjusted_amt, d.detail_amt
    from account as a
    inner join platform as p
        on a.ledger_id = p.ledger_id
        and a.period_ym = p.period_ym
    left join fct_pa_difference as d
        on a.book = d.book
        and a.ledger_id = d.ledger_id
        and a.period_ym = d.period_ym
    -- a closed month keeps its books; what came later is told against the open months
    anti join jrn_closed_pool as x
        on split_part(a.ledger_id, '-', 1) = x.poolarea_no
        and a.period_ym <= x.closed_ym
        and x.is_late
)

select t.ledger_id, t.period_ym, b.item_prefix || '300102' as item,
    t.platform_amt::decimal(18, 2) as expected_amt,
    (t.account_amt - t.presplit_amt + t.diff_amt - t.adjusted_amt)::decimal(18, 2) as actual_amt
from told as t
inner join jrn_book as b on t.book = b.book
union all
select t.ledger_id, t.period_ym, b.item_prefix || '差额与调整凭证', t.diff_amt, t.adjusted_amt
from told as t
inner join jrn_book as b on t.book = b.book
where t.adjusted_amt <> 0
union all
select t.ledger_id, t.period_ym, b.item_prefix || '调整凭证的明细清单', t.adjusted_amt,
    t.detail_amt
from told as t
inner join jrn_book as b on t.book = b.book
where t.adjusted_amt <> 0
union all
select t.ledger_id, t.period_ym, b.item_prefix || '待转基金不得为负',
    greatest(coalesce(t.pending_amt, 0), 0)::decimal(18, 2),
    coalesce(t.pending_amt, 0)::decimal(18, 2)
from told as t
inner join jrn_book as b on t.book = b.book
where t.adjusted_amt <> 0
