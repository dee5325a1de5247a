-- grain: one movement out of a lot of pending money: attributed to its funds, or given back
with premium as (
    select ledger_id, poolarea_no, scheme, attributed_date as out_date,
        (year(received_date) * 100 + month(received_date))::integer as received_ym,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        count(*)::bigint as row_cnt
    from stg_contribution
    where event_code in ('E81', 'E16P') and attributed_date is not null
    group by ledger_id, poolarea_no, scheme, attributed_date, year(received_date),
        month(received_date)
),

refund as (
    select ledger_id, poolarea_no, scheme, cash_date as out_date, bank_account,
        (year(received_date) * 100 + month(received_date))::integer as received_ym,
        sum(-premium_amt)::decimal(18, 2) as refund_amt,
        count(*)::bigint as row_cnt
    from stg_contribution
    where event_code = 'E16P'
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account, year(received_date),
        month(received_date)
),

-- an accountant's decision: which receipt month, how much to which fund
decision_line as (
    select ledger_id, poolarea_no, scheme, voucher_no, posting_date,
        orig_period_ym::integer as received_ym, account_code, debit_amt, credit_amt
    from stg_voucher
    where is_decision
),

decision as (
    select
        ledger_id, poolarea_no, scheme, voucher_no,
        posting_date as out_date,
        received_ym,
        case
            when bool_or(account_code = '4602' or starts_with(account_code, '4201')) then 'INTE'
            else 'PREM'
        end as kind,
        coalesce(sum(credit_amt - debit_amt) filter (
            starts_with(account_code, '420101') or account_code in ('400101', '300101')
        ), 0)::decimal(18, 2) as pool_amt,
        coalesce(sum(credit_amt - debit_amt) filter (
            starts_with(account_code, '420102') or account_code in ('400102', '300102')
        ), 0)::decimal(18, 2) as pa_amt,
        count(*)::bigint as row_cnt
    from decision_line
    group by ledger_id, poolarea_no, scheme, voucher_no, posting_date, received_ym
)

select ledger_id, poolarea_no, scheme, 'PREM' as kind, received_ym, out_date, 'ATTRIBUTE' as way,
    'E83|' || out_date::varchar || '|' || received_ym::varchar as voucher_key,
    null::varchar as bank_account,
    pool_amt, pa_amt, (pool_amt + pa_amt)::decimal(18, 2) as out_amt, row_cnt
from premium
union all
select ledger_id, poolarea_no, scheme, 'PREM', received_ym, out_date, 'REFUND',
    'E16P|' || out_date::varchar || '|' || bank_account, bank_account,
    0, 0, refund_amt, row_cnt
from refund
union all
select ledger_id, poolarea_no, scheme, kind, received_ym, out_date, 'ATTRIBUTE',
    'MAN|' || voucher_no, null,
    pool_amt, pa_amt, (pool_amt + pa_amt)::decimal(18, 2), row_cnt
from decision
