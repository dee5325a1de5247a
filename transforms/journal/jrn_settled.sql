-- grain: one benefit part of one month's settlements, of pools that book benefits on settlement
-- For pools without payment data (benefit_clock = settlement): the cost of the month against what is
-- owed to the institutions (200105); what the bank pays later takes that back. Not the rule's basis.
with clock as (
    select poolarea_no, valid_from, valid_to
    from stg_parameter
    where name = 'benefit_clock' and value = 'settlement'
),

settled as (
    select s.ledger_id, s.poolarea_no, s.scheme, s.event_ym, s.pool_part, s.pa_part, s.hifp_pay,
        s.acct_pay
    from stg_settlement as s
    inner join clock as c
        on s.poolarea_no = c.poolarea_no
        and last_day(make_date(s.event_ym // 100, s.event_ym % 100, 1))
            between c.valid_from and c.valid_to
),

part as (
    select ledger_id, poolarea_no, scheme, event_ym, pool_part as part, hifp_pay as amt
    from settled
    where hifp_pay <> 0
    union all
    select ledger_id, poolarea_no, scheme, event_ym, pa_part, acct_pay
    from settled
    where acct_pay <> 0 and pa_part is not null
)

select
    ledger_id, poolarea_no, scheme,
    'SETL|' || event_ym::varchar as voucher_key,
    last_day(make_date(event_ym // 100, event_ym % 100, 1)) as posting_date,
    'SETL.' || part as posting_key,
    event_ym as orig_period_ym,
    sum(amt)::decimal(18, 2) as amount,
    count(*)::bigint as source_row_cnt
from part
group by ledger_id, poolarea_no, scheme, event_ym, part
having sum(amt) <> 0
