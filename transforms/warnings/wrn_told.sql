-- grain: one open warning in one month with all its figures, not yet worded
with ruled as (
    select
        l.book, l.rule_id, l.measure, coalesce(s.series_type, p.series_type) as series_type,
        l.series_id, s.ledger_id, s.poolarea_no, s.insutype, s.fund, s.spending_class,
        s.fixmedins_code, s.item_zh, l.period_ym, s.period_start_date, l.opened_ym, l.last_ym,
        l.state_ym, l.level, l.level_order, l.is_raised, l.is_confirmed, t.comparison, s.value,
        t.threshold, coalesce(l.excess_amt, s.excess_amt) as excess_amt, s.relative_pct,
        s.amount_amt, s.base_amt, s.month_cnt, s.progress_pct, s.period_zh, s.account_zh,
        s.line_zh, s.point_zh, s.early_zh, s.range_zh, s.detail_zh, s.arg, s.arg2,
        (s.period_ym // 100 - s.from_ym // 100) * 12 + s.period_ym % 100 - s.from_ym % 100 + 1
            as span_months,
        null::bigint as peer_cnt, null::varchar as peers_zh, false as is_suppressed,
        null::varchar as shock_series_id, null::integer as shock_ym,
        l.scheme, l.valid_from
    from wrn_level as l
    inner join wrn_signal as s
        on l.book = s.book
        and l.rule_id = s.rule_id
        and l.measure = s.measure
        and l.series_id = s.series_id
        and l.period_ym = s.period_ym
    inner join rule_warning as t
        on l.rule_id = t.rule_id
        and l.measure = t.measure
        and l.scheme = t.scheme
        and l.level = t.level
        and l.valid_from = t.valid_from
    inner join rule_warning_measure as p
        on l.rule_id = p.rule_id
        and l.measure = p.measure
        and s.period_end_date between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
),

scored as (
    select j.book, j.rule_id, j.measure, j.series_type, j.series_id, j.ledger_id, j.poolarea_no,
        j.insutype, j.fund, j.spending_class, j.fixmedins_code, j.item_zh, j.period_ym,
        j.period_start_date, j.opened_ym, j.last_ym, j.state_ym, j.level, j.level_order,
        j.is_raised, j.is_confirmed, j.comparison, j.value, j.threshold, j.excess_amt,
        j.relative_pct, j.amount_amt, j.base_amt, j.detail_zh, j.peer_cnt, j.peers_zh,
        j.is_suppressed, j.shock_series_id, j.shock_ym, 1 as span_months,
        t.scheme, t.valid_from
    from wrn_jump as j
    inner join rule_warning as t
        on j.rule_id = t.rule_id
        and j.measure = t.measure
        and j.level = t.level
        and t.scheme in (j.insutype, 'ALL')
        and j.period_end_date between t.valid_from and coalesce(t.valid_to, date '9999-12-31')
)

select * from ruled
union all by name
select * from scored
