-- grain: one fund of one notice between levels from one of its months to the next, year to date
with side as (
    select
        book, province_code, insutype, period_ym, kind, fund_part, notice,
        case when role = 'payer' then ledger_id else cntp_ledger_id end as payer_ledger_id,
        case when role = 'payer' then cntp_ledger_id else ledger_id end as payee_ledger_id,
        case when role = 'payer' then net_amt else 0 end as payer_amt,
        case when role = 'payer' then 0 else -net_amt end as payee_amt
    from con_line
    where basis = 'NOTICE' and not is_opening
),

moved as (
    select book, province_code, insutype, period_ym, kind, fund_part, notice, payer_ledger_id,
        payee_ledger_id, sum(payer_amt) as payer_amt, sum(payee_amt) as payee_amt
    from side
    group by book, province_code, insutype, period_ym, kind, fund_part, notice, payer_ledger_id,
        payee_ledger_id
),

to_date as (
    select
        book, province_code, insutype, kind, fund_part, notice, payer_ledger_id, payee_ledger_id,
        period_ym,
        coalesce(lead(period_ym) over notice_year - 1, period_ym // 100 * 100 + 12) as to_ym,
        sum(payer_amt) over notice_year as payer_amt,
        sum(payee_amt) over notice_year as payee_amt
    from moved
    window notice_year as (
        partition by book, province_code, insutype, kind, fund_part, notice, payer_ledger_id,
            payee_ledger_id, period_ym // 100
        order by period_ym
    )
)

select
    book, province_code, insutype, kind, fund_part, notice, payer_ledger_id, payee_ledger_id,
    period_ym::integer as from_ym,
    to_ym::integer as to_ym,
    payer_amt::decimal(18, 2) as payer_amt,
    payee_amt::decimal(18, 2) as payee_amt,
    -- both sides of a numbered notice, to the fen; anything else stays in the statements
    case when notice <> '' and payer_amt = payee_amt then payer_amt else 0 end::decimal(18, 2)
        as eliminated_amt
from to_date
