-- grain: one row that broke one rule over sets of rows
with file as (
    select source_sha, min(source_file) as source_file
    from intake_batch
    group by source_sha
)

select u.rule_id, u.poolarea_no, u.insutype, u.period_ym, f.source_file, u.source_sha, u.src_row,
    u.expected_amt, u.found_amt, u.expected_cnt, u.found_cnt, u.amount
from set_unit as u
cross join param_run as r
left join file as f on u.source_sha = f.source_sha
where u.is_hit
    and u.period_ym <= r.through_ym
