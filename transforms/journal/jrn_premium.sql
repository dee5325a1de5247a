-- grain: one premium event amount of a ledger, a posting date and a bank account
with contribution as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code, attributed_date,
        year(received_date) * 100 + month(received_date) as received_ym,
        premium_amt, employer_amt, person_amt, pa_amt, pool_amt, latefee_amt,
        -- the employee's 2 % fills the personal account first, the employer's part the rest
        case
            when pa_amt >= 0 then least(pa_amt, person_amt)
            else greatest(pa_amt, person_amt)
        end as person_pa_amt
    from stg_contribution
),

cash as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        sum(premium_amt)::decimal(18, 2) as premium_amt,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        sum(employer_amt - (pa_amt - person_pa_amt))::decimal(18, 2) as e01_pool_amt,
        sum(pa_amt - person_pa_amt)::decimal(18, 2) as e01_pa_amt,
        sum(person_amt - person_pa_amt)::decimal(18, 2) as e02_pool_amt,
        sum(person_pa_amt)::decimal(18, 2) as e02_pa_amt,
        count(*)::bigint as row_cnt
    from contribution
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code
),

latefee as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account,
        sum(latefee_amt)::decimal(18, 2) as latefee_amt,
        count(*)::bigint as row_cnt
    from contribution
    where latefee_amt <> 0
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account
),

attribution as (
    select
        ledger_id, poolarea_no, scheme, attributed_date,
        -- one voucher a receipt month, so that the pending list can be told by month of receipt
        received_ym as orig_period_ym,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        count(*)::bigint as row_cnt
    from contribution
    where event_code in ('E81', 'E16P') and attributed_date is not null
    group by ledger_id, poolarea_no, scheme, attributed_date, received_ym
),

pending_refund as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account, received_ym,
        sum(-premium_amt)::decimal(18, 2) as amount,
        count(*)::bigint as row_cnt
    from contribution
    where event_code = 'E16P'
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account, received_ym
),

part as (
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E01' as event,
        'E01.POOL' as posting_key, e01_pool_amt as amount, row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E01', 'E01.PA', e01_pa_amt,
        row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E02', 'E02.POOL',
        e02_pool_amt, row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E02', 'E02.PA', e02_pa_amt,
        row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E03', 'E03.POOL', pool_amt,
        row_cnt
    from cash where event_code = 'E03'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E03', 'E03.PA', pa_amt,
        row_cnt
    from cash where event_code = 'E03'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.ALL', premium_amt, row_cnt
    from cash where event_code in ('E04', 'E05')
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E81', 'E81.PEND',
        premium_amt, row_cnt
    from cash where event_code = 'E81'
    union all
    -- refunds arrive negative and post on their own side
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.POOL', -pool_amt, row_cnt
    from cash where event_code in ('E16', 'E17') and scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.PA', -pa_amt, row_cnt
    from cash where event_code in ('E16', 'E17') and scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.ALL', -premium_amt, row_cnt
    from cash where event_code in ('E16', 'E17') and scheme = '390'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E12', 'E12.ALL', latefee_amt,
        row_cnt
    from latefee
)

select
    ledger_id, poolarea_no, scheme,
    event || '|' || cash_date::varchar || '|' || bank_account as voucher_key,
    cash_date as posting_date,
    posting_key,
    bank_account,
    year(cash_date) * 100 + month(cash_date) as orig_period_ym,
    amount,
    row_cnt as source_row_cnt
from part
where amount <> 0
union all
-- the premium given back was still pending: it never reached income
select
    ledger_id, poolarea_no, scheme,
    'E16P|' || cash_date::varchar || '|' || bank_account,
    cash_date, 'E16.PEND', bank_account, received_ym, amount, row_cnt
from pending_refund
where amount <> 0
union all
select
    ledger_id, poolarea_no, scheme,
    'E83|' || attributed_date::varchar || '|' || orig_period_ym::varchar,
    attributed_date, 'E83.POOL', null, orig_period_ym, pool_amt, row_cnt
from attribution
where pool_amt <> 0
union all
select
    ledger_id, poolarea_no, scheme,
    'E83|' || attributed_date::varchar || '|' || orig_period_ym::varchar,
    attributed_date, 'E83.PA', null, orig_period_ym, pa_amt, row_cnt
from attribution
where pa_amt <> 0
