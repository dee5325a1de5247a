-- grain: one rule for one series in one month, at the highest level it reaches
select
    book,
    left(sha256(book || '|' || rule_id || '|' || series_id || '|' || period_ym), 16)
        as warning_id,
    rule_id,
    series_id,
    ledger_id,
    poolarea_no,
    insutype,
    fund,
    period_ym,
    period_start_date,
    opened_ym,
    level,
    level_order,
    value,
    threshold,
    unit,
    excess_amt,
    'open' as state,
    owner_role as owner,
    period_end_date + 10 as due_date,
    reason_zh,
    action as action_zh,
    valid_from as rule_valid_from,
    -- nothing later than the month itself is read
    period_ym as data_through_ym
from wrn_text
