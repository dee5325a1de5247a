-- grain: one rule over sets of rows, one ledger and month: how much was tested, how much was hit
with unit as (
    select u.rule_id, u.poolarea_no, u.insutype, u.period_ym, u.row_cnt, u.is_hit, u.amount
    from set_unit as u
    cross join param_run as r
    where u.period_ym <= r.through_ym
),

counted as (
    select rule_id, poolarea_no, insutype, period_ym,
        coalesce(sum(row_cnt) filter (is_hit is not null), 0)::bigint as rows_tested,
        coalesce(sum(row_cnt) filter (is_hit), 0)::bigint as rows_hit,
        coalesce(sum(row_cnt) filter (is_hit is null), 0)::bigint as rows_undecided,
        sum(amount) filter (is_hit)::decimal(18, 2) as hit_amt
    from unit
    group by rule_id, poolarea_no, insutype, period_ym
)

select
    c.rule_id,
    coalesce(z.reason_zh, c.rule_id) as rule_zh,
    c.poolarea_no,
    c.insutype,
    c.period_ym,
    make_date(c.period_ym // 100, c.period_ym % 100, 1) as period_start_date,
    c.rows_tested,
    c.rows_hit,
    c.rows_undecided,
    c.hit_amt,
    case when c.rows_tested > 0
        then round(c.rows_hit * 1000.0 / c.rows_tested, 4)
    end::decimal(18, 4) as hit_permille
from counted as c
left join rule_reason as z on c.rule_id = z.reason
