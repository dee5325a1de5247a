-- grain: W-20: one ledger in one month, its worst difference among the identities of the layer
with sheet as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date,
        max(close_amt) filter (row_code = 'A9') as asset_amt,
        max(close_amt) filter (row_code = 'T9') as liability_net_amt,
        max(close_amt) filter (row_code = 'N9') as net_asset_amt,
        max(year_open_amt) filter (row_code = 'N9') as year_open_amt
    from stm_balance_sheet
    where book in (select book from jrn_book where is_statutory)
        and period_type = 'M'
    group by book, ledger_id, poolarea_no, insutype, period_ym, period_start_date
),

rolled as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, asset_amt,
        liability_net_amt, net_asset_amt,
        coalesce(
            lag(net_asset_amt) over (partition by book, ledger_id order by period_ym),
            year_open_amt
        ) as previous_amt
    from sheet
),

surplus as (
    select book, ledger_id, period_ym, month_amt
    from stm_income_statement
    where period_type = 'M'
        and ((insutype = '310' and row_code = '5') or (insutype = '390' and row_code = '3'))
),

trial as (
    select book, ledger_id, period_ym, sum(post_net_amt)::decimal(18, 2) as difference_amt
    from led_balance
    group by book, ledger_id, period_ym
),

-- a side that is missing is a difference of its whole other side
identity as (
    select r.book, r.ledger_id, r.period_ym, 1 as order_no, '试算平衡' as identity_zh,
        coalesce(t.difference_amt, 0) as difference_amt
    from rolled as r
    left join trial as t
        on r.book = t.book and r.ledger_id = t.ledger_id and r.period_ym = t.period_ym
    union all
    select book, ledger_id, period_ym, 2, '资产总计与负债和净资产总计',
        coalesce(asset_amt, 0) - coalesce(liability_net_amt, 0)
    from rolled
    union all
    select r.book, r.ledger_id, r.period_ym, 3, '净资产期末与期初加本期结余',
        coalesce(r.net_asset_amt, 0) - coalesce(r.previous_amt, 0) - coalesce(s.month_amt, 0)
    from rolled as r
    left join surplus as s
        on r.book = s.book and r.ledger_id = s.ledger_id and r.period_ym = s.period_ym
),

worst as (
    select book, ledger_id, period_ym,
        max(abs(difference_amt))::decimal(18, 2) as difference_amt,
        string_agg(identity_zh, '、' order by order_no) filter (difference_amt <> 0)
            as identities_zh
    from identity
    group by book, ledger_id, period_ym
)

select
    r.book, 'W-20' as rule_id, '勾稽差额' as measure, r.ledger_id, r.poolarea_no, r.insutype,
    'ALL' as fund,
    r.ledger_id || '-ALL' as series_id,
    r.period_ym, r.period_start_date,
    w.difference_amt::decimal(18, 4) as value,
    w.difference_amt as excess_amt,
    w.difference_amt as amount_amt,
    w.identities_zh as detail_zh
from rolled as r
inner join worst as w
    on r.book = w.book and r.ledger_id = w.ledger_id and r.period_ym = w.period_ym
