-- grain: one ledger, month and fund side
-- check: T-14
-- severity: H
-- title: 实际拨付（统筹、个人账户）= 待遇支出
-- guards: a payment without its settlements would leave the bank but never reach expenditure
with clock as (
    select poolarea_no, valid_from, valid_to
    from stg_parameter
    where name = 'benefit_clock' and value = 'settlement'
),

paid_order as (
    select t.ledger_id, t.fee_clr_id, t.traf_sn,
        (year(t.acen_date) * 100 + month(t.acen_date))::integer as period_ym,
        -t.signed_amt as amt
    from stg_transfer as t
    cross join param_run as r
    -- where benefits are booked on settlement a payment is no expenditure
    anti join clock as c
        on t.poolarea_no = c.poolarea_no
        and t.acen_date between c.valid_from and c.valid_to
    where t.posting_source = 'clearing'
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
),

benefit_line as (
    -- a late voucher belongs to the month and the order it completes
    select ledger_id, event_ym as period_ym,
        case when starts_with(event_id, 'LATE|') then substr(event_id, 13) else event_id end
            as event_id,
        debit_amt - credit_amt as amt,
        insutype = '310' and starts_with(account_code, '500102') as is_pa
    from jrn_journal
    where book in (select book from jrn_book where is_statutory)
        and starts_with(account_code, '5001')
        and (starts_with(event_id, 'PAY|') or regexp_matches(event_id, '^LATE\|[0-9]{6}\|PAY\|'))
),

settled as (
    select s.ledger_id, s.event_ym as period_ym,
        sum(s.hifp_pay + case when s.pa_part is null then 0 else s.acct_pay end)::decimal(18, 2)
            as settled_amt
    from stg_settlement as s
    inner join clock as c
        on s.poolarea_no = c.poolarea_no
        and last_day(make_date(s.event_ym // 100, s.event_ym % 100, 1))
            between c.valid_from and c.valid_to
    cross join param_run as r
    where s.event_ym <= r.through_ym
    group by s.ledger_id, s.event_ym
),

booked_settled as (
    select ledger_id, event_ym as period_ym,
        sum(debit_amt - credit_amt)::decimal(18, 2) as booked_amt
    from jrn_journal
    where book in (select book from jrn_book where is_statutory)
        and starts_with(account_code, '5001')
        and regexp_matches(event_id, '^(LATE\|[0-9]{6}\|)?SETL\|')
    group by ledger_id, event_ym
),

-- every order of the month against what was booked in it
ordered as (
    select ledger_id, period_ym, sum(amt)::decimal(18, 2) as ordered_amt
    from paid_order
    group by ledger_id, period_ym
),

booked as (
    select ledger_id, period_ym, sum(amt)::decimal(18, 2) as booked_amt
    from benefit_line
    group by ledger_id, period_ym
),

paid_month as (
    select ledger_id, period_ym from ordered
    union
    select ledger_id, period_ym from booked
),

-- clearing rows paid in full: both fund sides as the clearing row tells them
settled_clearing as (
    select c.ledger_id, c.fee_clr_id, c.act_dfr_amt, c.acct_pay,
        max(p.period_ym) as period_ym
    from stg_clearing as c
    inner join paid_order as p
        on c.ledger_id = p.ledger_id
        and c.fee_clr_id = p.fee_clr_id
    group by c.ledger_id, c.fee_clr_id, c.act_dfr_amt, c.acct_pay
    having sum(p.amt) = c.act_dfr_amt + c.acct_pay
),

booked_clearing as (
    select p.ledger_id, p.fee_clr_id,
        coalesce(sum(b.amt) filter (not b.is_pa), 0)::decimal(18, 2) as pool_amt,
        coalesce(sum(b.amt) filter (b.is_pa), 0)::decimal(18, 2) as pa_amt
    from paid_order as p
    left join benefit_line as b
        on p.ledger_id = b.ledger_id
        and b.event_id = 'PAY|' || p.traf_sn
    group by p.ledger_id, p.fee_clr_id
),

told as (
    select m.ledger_id, m.period_ym, '拨付合计' as item,
        coalesce(o.ordered_amt, 0) as expected_amt,
        coalesce(b.booked_amt, 0) as actual_amt
    from paid_month as m
    left join ordered as o
        on m.ledger_id = o.ledger_id
        and m.period_ym = o.period_ym
    left join booked as b
        on m.ledger_id = b.ledger_id
        and m.period_ym = b.period_ym
    union all
    select c.ledger_id, c.period_ym, '统筹',
        sum(c.act_dfr_amt)::decimal(18, 2), sum(b.pool_amt)::decimal(18, 2)
    from settled_clearing as c
    left join booked_clearing as b
        on c.ledger_id = b.ledger_id
        and c.fee_clr_id = b.fee_clr_id
    group by c.ledger_id, c.period_ym
    union all
    select c.ledger_id, c.period_ym, '个人账户',
        sum(c.acct_pay)::decimal(18, 2), sum(b.pa_amt)::decimal(18, 2)
    from settled_clearing as c
    left join booked_clearing as b
        on c.ledger_id = b.ledger_id
        and c.fee_clr_id = b.fee_clr_id
    group by c.ledger_id, c.period_ym
    union all
    select coalesce(s.ledger_id, b.ledger_id), coalesce(s.period_ym, b.period_ym), '结算合计',
        coalesce(s.settled_amt, 0), coalesce(b.booked_amt, 0)
    from settled as s
    full join booked_settled as b
        on s.ledger_id = b.ledger_id
        and s.period_ym = b.period_ym
)

select t.ledger_id, t.period_ym, t.item, t.expected_amt, t.actual_amt
from told as t
-- rows of closed months that have no open month yet wait, and are not in the books
anti join jrn_closed_pool as x
    on split_part(t.ledger_id, '-', 1) = x.poolarea_no
    and x.is_waiting
