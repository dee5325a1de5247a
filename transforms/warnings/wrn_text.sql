-- grain: one warning: rule, series and month, its figures, and its reason in words
with told as (
    select
        l.book, l.rule_id, l.series_id, s.ledger_id, s.poolarea_no, s.insutype, s.fund,
        l.period_ym, s.period_start_date, s.period_end_date, l.opened_ym, l.level, l.level_order,
        s.value, t.threshold, t.unit, l.excess_amt, t.owner_role, t.action, t.valid_from,
        t.reason_template, s.amount_amt, s.base_amt, s.month_cnt, s.progress_pct, s.account_zh,
        s.detail_zh,
        coalesce(s.period_zh, s.period_ym // 100 || '年' || s.period_ym % 100 || '月')
            as period_zh
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
),

pool as (
    select poolarea_no, min(poolarea_name) as poolarea_name
    from pooling_area
    group by poolarea_no
),

scheme as (
    select insutype, min(insutype_name) as insutype_name
    from rule_insutype
    group by insutype
),

-- figures as people write them: 万 and 亿, no zeros at the end
worded as (
    select
        w.book, w.rule_id, w.series_id, w.ledger_id, w.poolarea_no, w.insutype, w.fund,
        w.period_ym, w.period_start_date, w.period_end_date, w.opened_ym, w.level, w.level_order,
        w.value, w.threshold, w.unit, w.excess_amt, w.owner_role, w.action, w.valid_from,
        w.reason_template, w.month_cnt, w.period_zh, w.account_zh, w.detail_zh,
        coalesce(p.poolarea_name, w.poolarea_no) || coalesce(i.insutype_name, w.insutype)
            as ledger_zh,
        case w.fund when 'POOL' then '统筹基金' when 'PA' then '个人账户基金' else '基金' end
            as fund_zh,
        list_transform(
            [w.amount_amt, w.base_amt, w.excess_amt],
            lambda amt: case
                when abs(amt) >= 100000000 then (amt * 0.00000001)::decimal(18, 2) || '亿元'
                when abs(amt) >= 10000 then (amt * 0.0001)::decimal(18, 2) || '万元'
                else amt || '元'
            end
        ) as money_zh,
        list_transform(
            -- cut to two decimals, never rounded over a threshold; four where two would equal it
            [
                case
                    when trunc(w.value * 100) = w.threshold * 100 then w.value
                    else trunc(w.value * 100) * 0.01
                end::decimal(18, 4),
                w.threshold,
                (trunc(w.progress_pct * 100) * 0.01)::decimal(18, 4)
            ],
            lambda figure: regexp_replace(figure::varchar, '[.]?0+$', '')
        ) as figure_zh
    from told as w
    left join pool as p on w.poolarea_no = p.poolarea_no
    left join scheme as i on w.insutype = i.insutype
)

select
    book, rule_id, series_id, ledger_id, poolarea_no, insutype, fund, period_ym,
    period_start_date, period_end_date, opened_ym, level, level_order, value, threshold, unit,
    excess_amt, owner_role, action, valid_from,
    -- the detail first: it may hold a placeholder of its own
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        reason_template,
        '{detail}', coalesce(detail_zh, '')),
        '{ledger}', ledger_zh),
        '{fund}', fund_zh),
        '{ym}', period_zh),
        '{account}', coalesce(account_zh, '')),
        '{months}', coalesce(month_cnt::varchar, '')),
        '{amount}', coalesce(money_zh[1], '—')),
        '{base}', coalesce(money_zh[2], '—')),
        '{excess}', coalesce(money_zh[3], '—')),
        '{value}', coalesce(figure_zh[1], '—')),
        '{threshold}', figure_zh[2]),
        '{progress}', coalesce(figure_zh[3], '—')
    ) as reason_zh
from worded
