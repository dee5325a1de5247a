-- grain: one voucher that is not a closing
-- check: J-04
-- severity: H
-- title: 每张凭证都有来源
-- guards: a figure that nobody can trace to a row
with voucher as (
    select distinct ledger_id, period_ym, voucher_id
    from fct_journal
    where not is_closing
),

sourced as (
    select voucher_id, sum(source_row_cnt)::bigint as row_cnt
    from fct_voucher_source
    group by voucher_id
)

select
    v.ledger_id,
    v.period_ym,
    v.voucher_id as item,
    1::bigint as expected_amt,
    case when s.row_cnt > 0 then 1 end::bigint as actual_amt
from voucher as v
left join sourced as s on v.voucher_id = s.voucher_id
