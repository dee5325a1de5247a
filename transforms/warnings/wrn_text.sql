-- grain: one warning: rule, series and month, its figures, its reason in words and its recomputation
with told as (
    select
        w.book, w.rule_id, w.measure, w.series_type, w.series_id, w.ledger_id, w.poolarea_no,
        w.insutype, w.fund, w.spending_class, w.fixmedins_code, w.period_ym, w.period_start_date,
        w.opened_ym, w.last_ym, w.state_ym, w.level, w.level_order, w.is_raised, w.is_confirmed,
        w.comparison, w.value, w.threshold, w.excess_amt, w.relative_pct, w.amount_amt,
        w.base_amt, w.peer_cnt, w.is_suppressed, w.shock_series_id, w.shock_ym, w.valid_from,
        w.month_cnt, w.progress_pct, w.arg, w.arg2,
        -- what one month of it is: amounts of a month, a year and a balance side by side
        (w.excess_amt / case p.spread
            when 'span' then w.span_months
            when 'year' then w.period_ym % 100
            when 'twelve' then 12
            when 'run' then nullif(w.value, 0)
            when 'years' then 12 * nullif(w.value, 0)
        end)::decimal(18, 2) as monthly_amt,
        t.title as rule_zh, t.unit, t.owner_role, t.action, t.due_days, t.source,
        p.recompute_sql as recompute_template,
        case
            when w.is_raised then ''
            else '（本月未达到，尚未解除）'
        end || t.reason_template as reason_template,
        -- each name stands for what it is replaced by; the detail first: it may hold names itself
        [
            ('{detail}', coalesce(w.detail_zh, '')),
            ('{item}', coalesce(w.item_zh, '')),
            ('{account}', coalesce(w.account_zh, '')),
            ('{line}', coalesce(w.line_zh, '')),
            ('{ym_point}', coalesce(w.point_zh, '')),
            ('{ym_early}', coalesce(w.early_zh, '')),
            ('{range}', coalesce(w.range_zh, '')),
            ('{peers}', coalesce(w.peers_zh, '')),
            ('{months}', coalesce(w.month_cnt::varchar, '')),
            ('{ym}', coalesce(
                w.period_zh, w.period_ym // 100 || '年' || w.period_ym % 100 || '月'
            ))
        ] as words
    from wrn_told as w
    inner join rule_warning as t
        on w.rule_id = t.rule_id
        and w.measure = t.measure
        and w.scheme = t.scheme
        and w.level = t.level
        and w.valid_from = t.valid_from
    inner join rule_warning_measure as p
        on w.rule_id = p.rule_id
        and w.measure = p.measure
        and last_day(w.period_start_date)
            between p.valid_from and coalesce(p.valid_to, date '9999-12-31')
),

pool as (
    select poolarea_no, min(poolarea_name) as poolarea_name
    from pooling_area
    group by poolarea_no
    union all
    select p.province_code, min(p.province_name)
    from pooling_area as p
    where not exists (
        select 1 from pooling_area as q where q.poolarea_no = p.province_code
    )
    group by p.province_code
),

scheme as (
    select insutype, min(insutype_name) as insutype_name
    from rule_insutype
    group by insutype
),

-- figures as people write them: 万 and 亿, no zeros at the end
worded as (
    select
        w.*,
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
                (trunc(w.progress_pct * 100) * 0.01)::decimal(18, 4),
                (trunc(w.relative_pct * 100) * 0.01)::decimal(18, 4)
            ],
            lambda figure: regexp_replace(figure::varchar, '[.]?0+$', '')
        ) as figure_zh
    from told as w
    left join pool as p on w.poolarea_no = p.poolarea_no
    left join scheme as i on w.insutype = i.insutype
)

select
    book, rule_id, rule_zh, measure, series_type, series_id, ledger_id, poolarea_no, insutype,
    fund, spending_class, fixmedins_code, period_ym, period_start_date, opened_ym, last_ym,
    state_ym, level, level_order, is_raised, is_confirmed, comparison, value, threshold, unit,
    amount_amt, base_amt, excess_amt, monthly_amt, relative_pct, peer_cnt, is_suppressed,
    shock_series_id, shock_ym, owner_role, action, due_days, valid_from, source,
    list_reduce(
        words || [
            ('{ledger}', ledger_zh),
            ('{fund}', fund_zh),
            ('{amount}', coalesce(money_zh[1], '—')),
            ('{base}', coalesce(money_zh[2], '—')),
            ('{excess}', coalesce(money_zh[3], '—')),
            ('{value}', coalesce(figure_zh[1], '—')),
            ('{threshold}', coalesce(figure_zh[2], '—')),
            ('{progress}', coalesce(figure_zh[3], '—')),
            ('{higher}', case when relative_pct < 0 then '低' else '高' end
                || coalesce(ltrim(figure_zh[4], '-'), '—') || '%')
        ],
        lambda said, pair: (said[2], replace(said[2], pair[1], pair[2])),
        ('', reason_template)
    )[2] as reason_zh,
    case
        when value is not null
            then list_reduce(
                [
                    ('{book}', book),
                    ('{ledger}', ledger_id),
                    ('{series}', series_id),
                    ('{scheme}', insutype),
                    ('{fund}', fund),
                    ('{pool_fund}', case insutype when '390' then 'NA' else 'POOL' end),
                    ('{cash_fund}', case insutype when '390' then 'NA' else 'ALL' end),
                    ('{institution}', coalesce(fixmedins_code, '')),
                    ('{ym}', period_ym::varchar),
                    ('{arg}', coalesce(arg, '')),
                    ('{arg2}', coalesce(arg2, ''))
                ],
                lambda said, pair: (said[2], replace(said[2], pair[1], pair[2])),
                ('', recompute_template)
            )[2]
    end as recompute_sql
from worded
