-- grain: one step of the procedure for one warning
select event_no, warning_id, rule_id, series_id, period_ym, level, level_order, step, state_from,
    state_to, by_whom, event_at, reason, note, owner, due_date, quiet_through_ym
from warning_event
