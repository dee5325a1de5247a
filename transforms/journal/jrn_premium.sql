-- grain: one premium event amount of a ledger, a posting date and a bank account
-- A premium in arrears or ahead of its month has a key of its own: books on cash basis book it like
-- any other, a book on accrual basis against what was due or is not due yet.
with class as (
    select source_sha, src_row, '@' || accrual_class as suffix
    from stg_accrual_class
    where accrual_class <> 'N'
        and exists (select 1 from jrn_book where is_accrual)
),

contribution as (
    select
        c.ledger_id, c.poolarea_no, c.scheme, c.cash_date, c.bank_account, c.event_code,
        c.attributed_date,
        year(c.received_date) * 100 + month(c.received_date) as received_ym,
        c.recognised_date, c.premium_amt, c.employer_amt, c.person_amt, c.pa_amt, c.pool_amt,
        c.latefee_amt,
        -- the employee's 2 % fills the personal account first, the employer's part the rest
        case
            when c.pa_amt >= 0 then least(c.pa_amt, c.person_amt)
            else greatest(c.pa_amt, c.person_amt)
        end as person_pa_amt,
        coalesce(k.suffix, '') as suffix
    from stg_contribution as c
    left join class as k
        on c.source_sha = k.source_sha
        and c.src_row = k.src_row
        and c.event_code in ('E01', 'E03', 'E04', 'E05', 'E07')
),

cash as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code, suffix,
        sum(premium_amt)::decimal(18, 2) as premium_amt,
        sum(pool_amt)::decimal(18, 2) as pool_amt,
        sum(pa_amt)::decimal(18, 2) as pa_amt,
        sum(employer_amt - (pa_amt - person_pa_amt))::decimal(18, 2) as e01_pool_amt,
        sum(pa_amt - person_pa_amt)::decimal(18, 2) as e01_pa_amt,
        sum(person_amt - person_pa_amt)::decimal(18, 2) as e02_pool_amt,
        sum(person_pa_amt)::decimal(18, 2) as e02_pa_amt,
        count(*)::bigint as row_cnt
    from contribution
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code, suffix
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

pending_refund as (
    select
        ledger_id, poolarea_no, scheme, cash_date, bank_account, received_ym,
        sum(-premium_amt)::decimal(18, 2) as amount,
        count(*)::bigint as row_cnt
    from contribution
    -- of an earlier year: the books differ in it, see jrn_pending_event
    where event_code = 'E16P' and received_ym // 100 = year(cash_date)
    group by ledger_id, poolarea_no, scheme, cash_date, bank_account, received_ym
),

-- premiums received ahead become income at once when their benefit year begins
recognised as (
    select
        ledger_id, poolarea_no, scheme, recognised_date,
        sum(premium_amt)::decimal(18, 2) as amount,
        count(*)::bigint as row_cnt
    from contribution
    where recognised_date is not null
    group by ledger_id, poolarea_no, scheme, recognised_date
),

part as (
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E01' as event,
        'E01.POOL' || suffix as posting_key, e01_pool_amt as amount, row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E01', 'E01.PA' || suffix, e01_pa_amt,
        row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E02', 'E02.POOL' || suffix,
        e02_pool_amt, row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E02', 'E02.PA' || suffix, e02_pa_amt,
        row_cnt
    from cash where event_code = 'E01'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.POOL' || suffix, pool_amt, row_cnt
    from cash where event_code in ('E03', 'E07') and scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.PA' || suffix, pa_amt, row_cnt
    from cash where event_code in ('E03', 'E07') and scheme = '310'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, event_code,
        event_code || '.ALL' || suffix, premium_amt, row_cnt
    from cash where event_code in ('E04', 'E05', 'E05s', 'E07') and scheme = '390'
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
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E16A', 'E16.ADVANCE',
        -premium_amt, row_cnt
    from cash where event_code = 'E16A'
    union all
    -- no money moves: the pool's income becomes the accounts', or an account pays another ledger
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E19', 'E19.PA', pa_amt,
        row_cnt
    from cash where event_code = 'E19'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'PADEDUCT', 'PADEDUCT.ALL',
        pa_amt, row_cnt
    from cash where event_code = 'PADEDUCT'
    union all
    select ledger_id, poolarea_no, scheme, cash_date, bank_account, 'E12', 'E12.ALL', latefee_amt,
        row_cnt
    from latefee
)

select
    ledger_id, poolarea_no, scheme,
    event || '|' || cash_date::varchar || '|' || coalesce(bank_account, '') as voucher_key,
    cash_date as posting_date,
    posting_key,
    bank_account,
    null::varchar as cntp_code,
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
    cash_date, 'E16.PEND', bank_account, null, received_ym, amount, row_cnt
from pending_refund
where amount <> 0
union all
select
    ledger_id, poolarea_no, scheme,
    'E06s|' || recognised_date::varchar,
    recognised_date, 'E06s.ALL', null, null,
    year(recognised_date) * 100 + month(recognised_date), amount, row_cnt
from recognised
where amount <> 0
