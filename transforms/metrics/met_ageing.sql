-- grain: one month of one ledger of employees: heads and pool spending, in service and retired
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

head as (
    select h.poolarea_no || '-' || i.scheme as ledger_id, h.stt_ym as period_ym,
        sum(h.insu_psncnt) filter (h.psn_type = '11') as active_cnt,
        sum(h.insu_psncnt) filter (h.psn_type = '12') as retired_cnt
    from insured_headcount as h
    inner join scheme as i on h.insutype = i.insutype
    where i.scheme = '310' and h.psn_type in ('11', '12')
    group by h.poolarea_no, i.scheme, h.stt_ym
),

spent as (
    select ledger_id, event_ym as period_ym,
        sum(hifp_pay) filter (psn_group = '11') as active_amt,
        sum(hifp_pay) filter (psn_group = '12') as retired_amt
    from stg_settlement
    where scheme = '310' and psn_group in ('11', '12')
    group by ledger_id, event_ym
)

select
    h.ledger_id, h.period_ym::integer as period_ym,
    h.active_cnt::bigint as active_cnt,
    h.retired_cnt::bigint as retired_cnt,
    coalesce(s.active_amt, 0)::decimal(18, 2) as active_amt,
    coalesce(s.retired_amt, 0)::decimal(18, 2) as retired_amt
from head as h
left join spent as s
    on h.ledger_id = s.ledger_id
    and h.period_ym = s.period_ym
where h.active_cnt is not null and h.retired_cnt is not null
