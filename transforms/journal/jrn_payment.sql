-- grain: one payment order to an institution, with the clearing row it pays and its fund sides
-- A clearing row may be paid in parts, or a payment come back: each order takes its share of the
-- pooled amount, cumulated in whole fen and rounded half up; the rest is personal accounts. The
-- last order of a clearing row that is paid in full completes both sides exactly.
with payment as (
    select source_sha, src_row, ledger_id, poolarea_no, scheme, traf_sn, bank_account, acen_date,
        -signed_amt as amt,
        fee_clr_id
    from stg_transfer
    where posting_source = 'clearing'
        and coalesce(dfr_souc, '201') <> '103'
),

cleared as (
    select ledger_id, fee_clr_id, insutype, fixmedins_code, clr_type, clr_ym, act_dfr_amt,
        acct_pay
    from stg_clearing
),

matched as (
    select
        p.source_sha, p.src_row, p.ledger_id, p.poolarea_no, p.scheme, p.traf_sn,
        p.bank_account, p.acen_date, p.amt, c.fee_clr_id, c.insutype, c.fixmedins_code,
        c.clr_type, c.clr_ym,
        (c.act_dfr_amt * 100)::hugeint as pool_fen,
        ((c.act_dfr_amt + c.acct_pay) * 100)::hugeint as total_fen,
        (sum(p.amt) over (
            partition by p.ledger_id, p.fee_clr_id
            order by p.acen_date, p.traf_sn
            rows between unbounded preceding and current row
        ) * 100)::hugeint as cumulated_fen
    from payment as p
    left join cleared as c
        on p.fee_clr_id = c.fee_clr_id
        and p.ledger_id = c.ledger_id
),

shared as (
    select
        *,
        case
            when total_fen > 0 and pool_fen * cumulated_fen >= 0
                then (2 * pool_fen * cumulated_fen + total_fen) // (2 * total_fen)
            when total_fen > 0
                then -((-2 * pool_fen * cumulated_fen + total_fen) // (2 * total_fen))
        end as pool_share_fen
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
    fee_clr_id, insutype, fixmedins_code, clr_type, clr_ym,
    pool_amt,
    (amt - pool_amt)::decimal(18, 2) as pa_amt
from sided
