-- grain: one bank line that tells a balance, against the one told before it (BALANCE_BREAK)
select
    'BALANCE_BREAK' as rule_id,
    poolarea_no,
    scheme as insutype,
    event_ym as period_ym,
    source_sha,
    src_row,
    1::bigint as row_cnt,
    -- the first balance of an account has nothing before it
    balc <> due_balc as is_hit,
    due_balc as expected_amt,
    balc as found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    abs(balc - due_balc)::decimal(18, 2) as amount
from set_statement_line
where balc is not null
