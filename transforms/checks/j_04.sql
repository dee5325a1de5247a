-- grain: one voucher that has rows behind it
-- check: J-04
-- severity: H
-- title: 每张凭证都有来源
-- guards: a figure that nobody can trace to a row
with voucher as (
    select distinct j.ledger_id, j.period_ym, j.voucher_id
    from fct_journal as j
    left join rule_event as e on j.event_code = e.event_code
    -- what the books compute from themselves has no row of its own: presplit, carry, closing
    where coalesce(e.source_kind, 'row') <> 'computed' and not j.is_closing
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
