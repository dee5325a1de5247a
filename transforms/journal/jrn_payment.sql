-- grain: one payment order for benefits, with what it pays and its fund sides
-- A clearing row may be paid in parts, or a payment come back: each order takes its share of the
-- pooled amount, cumulated in whole fen and rounded half up; the rest is personal accounts. The
-- last order of a clearing row that is paid in full completes both sides exactly.
with payment as (
    select source_sha, src_row, ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date,
        -signed_amt as amt,
        fee_clr_id,
        case when fee_clr_id is null and dfr_souc = '101' then docno end as setl_id,
        coalesce(pay_prefix, 'PAY') as pay_prefix
    from stg_transfer
    where posting_source = 'clearing'
),

-- a person reimbursed without a clearing row: the settlement that the order names is what is paid
reimbursed as (
    select s.ledger_id, s.insutype, s.setl_id,
        sum(s.hifp_pay)::decimal(18, 2) as hifp_pay,
        sum(s.acct_pay)::decimal(18, 2) as acct_pay
    from stg_settlement as s
    semi join payment as p
        on s.ledger_id = p.ledger_id
        and s.setl_id = p.setl_id
    group by s.ledger_id, s.insutype, s.setl_id
),

payable as (
    select ledger_id, fee_clr_id as payable_id, insutype, fixmedins_code, clr_type, clr_ym,
        act_dfr_amt as pool_amt, acct_pay as pa_amt
    from stg_clearing
    union all
    select ledger_id, 'SETL|' || setl_id, insutype, 'SETL|' || setl_id, '', 0, hifp_pay, acct_pay
    from reimbursed
),

matched as (
    select
        p.source_sha, p.src_row, p.ledger_id, p.poolarea_no, p.scheme, p.traf_sn,
        p.bank_account, p.acen_date, p.amt, p.pay_prefix, c.payable_id as fee_clr_id, c.insutype,
        c.fixmedins_code, c.clr_type, c.clr_ym,
        (c.pool_amt * 100)::hugeint as pool_fen,
        ((c.pool_amt + c.pa_amt) * 100)::hugeint as total_fen,
        (sum(p.amt) over (
            partition by p.ledger_id, c.payable_id
            order by p.acen_date, p.traf_sn
            rows between unbounded preceding and current row
        ) * 100)::hugeint as cumulated_fen
    from payment as p
    left join payable as c
        on coalesce(p.fee_clr_id, 'SETL|' || p.setl_id) = c.payable_id
        and p.ledger_id = c.ledger_id
),

shared as (
    select
        *,
        case when total_fen > 0 then half_up(pool_fen * cumulated_fen, total_fen) end
            as pool_share_fen
    from matched
),

sided as (
    select
        *,
        ((pool_share_fen - coalesce(lag(pool_share_fen) over (
            partition by ledger_id, fee_clr_id order by acen_date, traf_sn
        ), 0))::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as pool_amt
    from shared
)

select
    source_sha, src_row, ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date, amt,
    pay_prefix, fee_clr_id, insutype, fixmedins_code, clr_type, clr_ym,
    pool_amt,
    (amt - pool_amt)::decimal(18, 2) as pa_amt
from sided
