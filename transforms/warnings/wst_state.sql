-- grain: one warning that somebody has acted on: where its last step has brought it
with step as (
    select warning_id, event_no, period_ym, level_order, state_to, owner, due_date,
        quiet_through_ym,
        row_number() over (partition by warning_id order by event_no desc) as steps_back
    from warning_event
)

select warning_id, period_ym, level_order,
    state_to as state,
    owner, due_date,
    -- where no silence is granted the warning does not come back by itself
    quiet_through_ym
from step
where steps_back = 1
