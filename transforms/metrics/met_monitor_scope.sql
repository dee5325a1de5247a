-- grain: one scope in one month: the sums of its ledgers behind M-13 … M-20
select
    m.book, m.scope_id, m.insutype, o.period_ym,
    case m.insutype when '390' then 'NA' else 'ALL' end as fund,
    sum(o.ytd_assessed_amt)::decimal(18, 2) as ytd_assessed_amt,
    sum(o.ytd_received_amt)::decimal(18, 2) as ytd_received_amt,
    sum(o.r12_assessed_amt)::decimal(18, 2) as r12_assessed_amt,
    sum(o.r12_received_amt)::decimal(18, 2) as r12_received_amt,
    sum(o.arrear_amt)::decimal(18, 2) as arrear_amt,
    sum(o.long_arrear_amt)::decimal(18, 2) as long_arrear_amt,
    max(o.oldest_arrear_day_cnt) as oldest_arrear_day_cnt,
    sum(o.ytd_premium_amt)::decimal(18, 2) as ytd_premium_amt,
    max(o.oldest_pending_day_cnt) as oldest_pending_day_cnt,
    sum(o.advance_amt)::decimal(18, 2) as advance_amt,
    sum(o.old_advance_amt)::decimal(18, 2) as old_advance_amt,
    sum(o.difference_amt)::decimal(18, 2) as difference_amt,
    -- only of the ledgers whose platform balance is told
    sum(o.account_amt)::decimal(18, 2) as account_amt,
    sum(o.ytd_recovered_amt)::decimal(18, 2) as ytd_recovered_amt,
    sum(o.ytd_paid_cnt)::bigint as ytd_paid_cnt,
    sum(o.ytd_in_time_cnt)::bigint as ytd_in_time_cnt,
    sum(o.ytd_workday_cnt)::bigint as ytd_workday_cnt,
    sum(o.active_cnt)::bigint as active_cnt,
    sum(o.retired_cnt)::bigint as retired_cnt,
    sum(o.r12_active_cnt)::bigint as r12_active_cnt,
    sum(o.r12_retired_cnt)::bigint as r12_retired_cnt,
    sum(o.r12_active_amt)::decimal(18, 2) as r12_active_amt,
    sum(o.r12_retired_amt)::decimal(18, 2) as r12_retired_amt,
    min(o.r12_told_cnt)::bigint as r12_told_cnt
from met_monitor as o
inner join met_member as m
    on o.book = m.book
    and o.ledger_id = m.member_ledger_id
group by m.book, m.scope_id, m.insutype, o.period_ym
