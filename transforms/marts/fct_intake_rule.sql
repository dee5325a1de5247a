-- grain: one counting rule of intake on one raw file
with rule_told as (
    select batch_id, table_name, reason, rule_zh, rows_tested, rows_hit
    from intake_rule
),

reason_told as (
    select reason, reason_zh
    from rule_reason
)

select
    t.batch_id, t.table_name, t.reason, coalesce(t.rule_zh, r.reason_zh, t.reason) as rule_zh,
    t.rows_tested, t.rows_hit
from rule_told as t
left join reason_told as r on t.reason = r.reason
