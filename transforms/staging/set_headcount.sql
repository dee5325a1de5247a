-- grain: one headcount row under one rule: against the month before, its movements, or its groups
-- HEADCOUNT_ROLL, HEADCOUNT_JUMP, HEADCOUNT_SUM
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

allowed as (
    select value as pct, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_intake
    where limit_id = 'headcount_jump_pct'
),

told as (
    select h.source_sha, h.src_row, h.event_ym, h.stt_ym, h.poolarea_no, h.insu_admdvs, h.insutype,
        i.scheme, h.psn_type, h.insu_psncnt, h.new_insu_cnt, h.paus_insu_cnt,
        make_date(h.stt_ym // 100, h.stt_ym % 100, 1) as month_date
    from insured_headcount as h
    inner join scheme as i on h.insutype = i.insutype
),

-- the month before, where it was delivered
rolled as (
    select t.*, b.insu_psncnt as before_cnt
    from told as t
    left join told as b
        on t.poolarea_no = b.poolarea_no
        and t.insu_admdvs = b.insu_admdvs
        and t.insutype = b.insutype
        and t.psn_type = b.psn_type
        and (t.month_date - interval 1 month)::date = b.month_date
),

grouped as (
    select poolarea_no, insu_admdvs, insutype, stt_ym, sum(insu_psncnt)::bigint as group_cnt
    from told
    where psn_type <> 'ALL'
    group by poolarea_no, insu_admdvs, insutype, stt_ym
),

judged as (
    select 'HEADCOUNT_ROLL' as rule_id, source_sha, src_row, event_ym, poolarea_no, scheme,
        insu_psncnt, before_cnt + new_insu_cnt - paus_insu_cnt as expected_cnt,
        insu_psncnt <> before_cnt + new_insu_cnt - paus_insu_cnt as is_hit
    from rolled
    union all
    -- residents enrol for the year in January
    select 'HEADCOUNT_JUMP', r.source_sha, r.src_row, r.event_ym, r.poolarea_no, r.scheme,
        r.insu_psncnt, r.before_cnt,
        case when r.before_cnt > 0 then
            abs(r.insu_psncnt - r.before_cnt) * 100 > r.before_cnt * a.pct
        end
    from rolled as r
    left join allowed as a on r.month_date between a.valid_from and a.valid_to
    where r.scheme <> '390' or r.stt_ym % 100 <> 1
    union all
    select 'HEADCOUNT_SUM', t.source_sha, t.src_row, t.event_ym, t.poolarea_no, t.scheme,
        t.insu_psncnt, g.group_cnt, t.insu_psncnt <> g.group_cnt
    from told as t
    left join grouped as g
        on t.poolarea_no = g.poolarea_no
        and t.insu_admdvs = g.insu_admdvs
        and t.insutype = g.insutype
        and t.stt_ym = g.stt_ym
    where t.psn_type = 'ALL'
)

select
    rule_id,
    poolarea_no,
    scheme as insutype,
    event_ym as period_ym,
    source_sha,
    src_row,
    1::bigint as row_cnt,
    is_hit,
    null::decimal(18, 2) as expected_amt,
    null::decimal(18, 2) as found_amt,
    expected_cnt,
    insu_psncnt as found_cnt,
    null::decimal(18, 2) as amount
from judged
