-- grain: one part of one version of a recovery that posts, or of a prepayment that is cleared
-- Same year and set off against a payment: no entry, the payment is already net. A prepayment is
-- cleared against the benefits of its institution's clearing month, as its settlements stand.
with recovery as (
    select
        ledger_id, poolarea_no, scheme, recovery_id, return_date, bank_account, added_amt,
        case
            when retn_way = '1' and obj_type = '11' and scheme = '310' and is_prior_year
                then 'PASETOFF_PRIOR.ALL'
            when retn_way = '1' and obj_type = '11' and scheme = '310'
                then 'PASETOFF.' || pool_part
            when retn_way = '1' and is_prior_year then 'SETOFF_PRIOR.' || pool_part
            when retn_way = '1' then null
            when is_prior_year then 'RECOVER_PRIOR.ALL'
            else 'RECOVER.' || pool_part
        end as posting_key
    from stg_recovery
    where not is_prepayment
),

-- the institution's shares of its clearing month, all insurance and clearing types of the ledger
institution_part as (
    select ledger_id, fixmedins_code, clr_ym, part,
        sum(weight_amt)::decimal(18, 2) as weight_amt
    from jrn_payment_weight
    where side = 'POOL'
    group by ledger_id, fixmedins_code, clr_ym, part
    having sum(weight_amt) <> 0
),

weighed as (
    select
        r.ledger_id, r.poolarea_no, r.scheme, r.recovery_id, r.return_date, r.fixmedins_code,
        p.part,
        (r.added_amt * 100)::hugeint as cleared_fen,
        (sum(p.weight_amt) over running * 100)::hugeint as cumulated_fen,
        (sum(p.weight_amt) over whole * 100)::hugeint as total_fen
    from stg_recovery as r
    left join institution_part as p
        on r.ledger_id = p.ledger_id
        and r.fixmedins_code = p.fixmedins_code
        and r.clr_ym = p.clr_ym
    where r.is_prepayment
    window
        whole as (partition by r.ledger_id, r.recovery_id),
        running as (
            partition by r.ledger_id, r.recovery_id
            order by p.part
            rows between unbounded preceding and current row
        )
),

shared as (
    select
        *,
        half_up(cleared_fen * cumulated_fen, total_fen) as share_fen
    from weighed
    where total_fen > 0
),

cleared as (
    select
        ledger_id, poolarea_no, scheme, recovery_id, return_date, fixmedins_code,
        'CLEAR.' || part as posting_key,
        share_fen - coalesce(lag(share_fen) over (
            partition by ledger_id, recovery_id order by part
        ), 0) as part_fen
    from shared
    union all
    -- nothing to clear against: no rule has this key, J-01 tells it
    select ledger_id, poolarea_no, scheme, recovery_id, return_date, fixmedins_code,
        'CLEAR.UNKNOWN', cleared_fen
    from weighed
    where coalesce(total_fen, 0) <= 0
)

select
    ledger_id, poolarea_no, scheme,
    'REC|' || recovery_id as voucher_key,
    return_date as posting_date,
    posting_key,
    bank_account,
    null::varchar as cntp_code,
    year(return_date) * 100 + month(return_date) as orig_period_ym,
    added_amt as amount,
    1::bigint as source_row_cnt
from recovery
where posting_key is not null
union all
select
    ledger_id, poolarea_no, scheme,
    'REC|' || recovery_id,
    return_date,
    posting_key,
    null,
    fixmedins_code,
    year(return_date) * 100 + month(return_date),
    (part_fen::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2),
    1::bigint
from cleared
where part_fen <> 0
