-- grain: one notice or pair whose two sides do not meet at one month end
with month as (
    select distinct book, period_ym
    from led_month
),

-- the other side of a notice that this year does not show may stand in another one
notice_year as (
    select book, kind, fund_part, notice, payer_ledger_id, payee_ledger_id,
        from_ym // 100 as year,
        bool_or(payer_amt <> 0) as has_payer,
        bool_or(payee_amt <> 0) as has_payee
    from con_notice
    where notice <> ''
    group by book, kind, fund_part, notice, payer_ledger_id, payee_ledger_id, year
),

open_notice as (
    select book, province_code, insutype, from_ym, to_ym, kind, fund_part, notice,
        payer_ledger_id, payee_ledger_id, payer_amt, payee_amt
    from con_notice
    where payer_amt <> eliminated_amt or payee_amt <> eliminated_amt
),

other_year as (
    select o.book, o.province_code, o.insutype, o.from_ym, o.to_ym, o.kind, o.fund_part, o.notice,
        o.payer_ledger_id, o.payee_ledger_id, o.payer_amt, o.payee_amt,
        exists (
            select 1 from notice_year as n
            where n.book = o.book and n.kind = o.kind and n.fund_part = o.fund_part
                and n.notice = o.notice and n.payer_ledger_id = o.payer_ledger_id
                and n.payee_ledger_id = o.payee_ledger_id and n.year <> o.from_ym // 100
                and (n.has_payee and o.payee_amt = 0 or n.has_payer and o.payer_amt = 0)
        ) as is_other_year
    from open_notice as o
),

open_item as (
    select o.book, o.province_code, o.insutype, m.period_ym, o.kind, o.fund_part, o.notice,
        o.payer_ledger_id, o.payee_ledger_id, o.payer_amt, o.payee_amt, 'NOTICE' as basis,
        o.is_other_year
    from other_year as o
    inner join month as m
        on o.book = m.book
        and m.period_ym between o.from_ym and o.to_ym
    union all
    select book, province_code, insutype, period_ym, kind, '', '', payer_ledger_id,
        payee_ledger_id, payer_amt, payee_amt, 'PAIR', false
    from con_pair
    where stage = 'close' and (payer_amt <> eliminated_amt or payee_amt <> eliminated_amt)
),

kind as (
    select kind, min(kind_zh) as kind_zh
    from rule_elimination
    group by kind
),

told as (
    select
        o.book, o.province_code, o.insutype, o.period_ym, o.kind, k.kind_zh, o.fund_part, o.basis,
        o.notice, o.payer_ledger_id, o.payee_ledger_id, o.payer_amt, o.payee_amt,
        p.province_code as payer_province, q.province_code as payee_province,
        o.is_other_year
    from open_item as o
    inner join kind as k on o.kind = k.kind
    left join con_ledger as p
        on o.book = p.book
        and o.payer_ledger_id = p.ledger_id
    left join con_ledger as q
        on o.book = q.book
        and o.payee_ledger_id = q.ledger_id
)

select
    book, province_code, insutype, period_ym,
    make_date(period_ym // 100, period_ym % 100, 1) as period_start_date,
    kind, kind_zh,
    fund_part,
    payer_ledger_id, payee_ledger_id, notice, payer_amt, payee_amt,
    (payer_amt - payee_amt)::decimal(18, 2) as diff_amt,
    payer_province is not null and payee_province is not null as is_both_loaded,
    case
        when payer_ledger_id = '' or payee_ledger_id = '' then '未写明对方地区'
        when payer_province is null or payee_province is null then '对方账套未载入，不适用'
        when payer_province <> payee_province then '对方在省外，不在本省抵销'
        when basis = 'PAIR' and (payer_amt = 0 or payee_amt = 0)
            then '只有一方有余额：在途、转付中，或就医地已垫付未清算'
        when basis = 'PAIR' then '双方余额不等：在途、转付中，或就医地已垫付未清算'
        when notice = '' then '无通知单号，无从核对'
        when is_other_year then '另一方记在其他年度'
        when payee_amt = 0 then '付款方已记，收款方未记'
        when payer_amt = 0 then '收款方已记，付款方未记'
        else '同一通知单双方金额不等'
    end as reason_zh
from told
