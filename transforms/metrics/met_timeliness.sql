-- grain: one month of payment of one ledger: cleared applications and the working days they waited
select
    ledger_id, period_ym,
    count(*)::bigint as paid_cnt,
    count(*) filter (is_in_time)::bigint as in_time_cnt,
    sum(workday_cnt)::bigint as workday_cnt
from met_wait
group by ledger_id, period_ym
