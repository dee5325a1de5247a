-- grain: one benefit part of one payment order (payment clock), or of one that came back
-- What is paid is spread over the benefit accounts as the settlements behind it stand: the
-- difference between what DRG/DIP pays and the sum of hifp_pay follows the same shares. Shares are
-- cumulated in whole fen and rounded half up, so the parts always re-add to the payment.
with clock as (
    select poolarea_no, valid_from, valid_to
    from stg_parameter
    where name = 'benefit_clock' and value = 'settlement'
),

-- benefits of these pools are booked when settled (jrn_settled): a payment takes back what is owed
settled_before as (
    select p.*
    from jrn_payment as p
    inner join clock as c
        on p.poolarea_no = c.poolarea_no
        and p.acen_date between c.valid_from and c.valid_to
),

paid_now as (
    select p.*
    from jrn_payment as p
    anti join clock as c
        on p.poolarea_no = c.poolarea_no
        and p.acen_date between c.valid_from and c.valid_to
),

payment as (
    select ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, pay_prefix, insutype,
        fixmedins_code, clr_type, clr_ym, 'POOL' as side, pool_amt as paid_amt
    from paid_now
    where pool_amt <> 0
    union all
    select ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, pay_prefix, insutype,
        fixmedins_code, clr_type, clr_ym, 'PA', pa_amt
    from paid_now
    where pa_amt <> 0
),

weighed as (
    select
        p.ledger_id, p.poolarea_no, p.scheme, p.traf_sn, p.bank_account, p.acen_date,
        p.pay_prefix, p.side,
        w.part,
        w.row_cnt,
        (p.paid_amt * 100)::hugeint as paid_fen,
        (sum(w.weight_amt) over running * 100)::hugeint as cumulated_fen,
        (sum(w.weight_amt) over whole * 100)::hugeint as total_fen
    from payment as p
    inner join jrn_payment_weight as w
        on p.ledger_id = w.ledger_id
        and p.insutype = w.insutype
        and p.fixmedins_code = w.fixmedins_code
        and p.clr_type = w.clr_type
        and p.clr_ym = w.clr_ym
        and p.side = w.side
    where w.weight_amt <> 0
    window
        whole as (partition by p.ledger_id, p.traf_sn, p.side),
        running as (
            partition by p.ledger_id, p.traf_sn, p.side
            order by w.part
            rows between unbounded preceding and current row
        )
),

shared as (
    select
        *,
        half_up(paid_fen * cumulated_fen, total_fen) as share_fen
    from weighed
    -- a payment against settlements that net to nothing has no key: check J-02 tells it
    where total_fen > 0
),

parted as (
    select
        *,
        share_fen - coalesce(lag(share_fen) over (
            partition by ledger_id, traf_sn, side order by part
        ), 0) as part_fen
    from shared
)

select
    ledger_id, poolarea_no, scheme,
    'PAY|' || traf_sn as voucher_key,
    acen_date as posting_date,
    pay_prefix || '.' || part as posting_key,
    bank_account,
    null::varchar as cntp_code,
    year(acen_date) * 100 + month(acen_date) as orig_period_ym,
    -- what comes back is told as money received
    (case pay_prefix when 'RETURN' then -part_fen else part_fen end::decimal(18, 0)
        * 0.01::decimal(3, 2))::decimal(18, 2) as amount,
    row_cnt as source_row_cnt
from parted
where part_fen <> 0
union all
select
    ledger_id, poolarea_no, scheme,
    'PAY|' || traf_sn, acen_date,
    case pay_prefix when 'RETURN' then 'SETTLED.RETURN' else 'SETTLED.PAY' end,
    bank_account, null, year(acen_date) * 100 + month(acen_date),
    case pay_prefix when 'RETURN' then -amt else amt end,
    1::bigint
from settled_before
where amt <> 0
union all
select ledger_id, poolarea_no, scheme, voucher_key, posting_date, posting_key, null, null,
    orig_period_ym, amount, source_row_cnt
from jrn_settled
