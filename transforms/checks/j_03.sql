-- grain: one ledger and month
-- check: J-03
-- severity: H
-- title: 凭证号每账套每月从 1 连续
-- guards: a gap or a repeat in the numbers is the first thing an auditor asks about
with voucher as (
    select distinct book, ledger_id, period_ym, voucher_id, voucher_no
    from fct_journal
    where not is_opening
)

select
    v.ledger_id,
    v.period_ym,
    b.item_prefix || '凭证号' as item,
    count(*)::bigint as expected_amt,
    case
        when min(v.voucher_no) = 1 and count(distinct v.voucher_no) = count(*)
            then max(v.voucher_no)
    end::bigint as actual_amt
from voucher as v
inner join jrn_book as b on v.book = b.book
group by b.item_prefix, v.ledger_id, v.period_ym
