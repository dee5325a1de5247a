-- grain: one ledger and month
-- check: J-03
-- severity: H
-- title: 凭证号每账套每月从 1 连续
-- guards: a gap or a repeat in the numbers is the first thing an auditor asks about
with voucher as (
    select distinct ledger_id, period_ym, voucher_id, voucher_no
    from fct_journal
    where not is_opening
)

select
    ledger_id,
    period_ym,
    '凭证号' as item,
    count(*)::bigint as expected_amt,
    case
        when min(voucher_no) = 1 and count(distinct voucher_no) = count(*) then max(voucher_no)
    end::bigint as actual_amt
from voucher
group by ledger_id, period_ym
