-- grain: one institution with a budget of its own, of one ledger in one month
with line as (
    select
        b.poolarea_no || '-' || i.scheme as ledger_id, b.poolarea_no, i.scheme as insutype,
        b.fixmedins_code, b.budg_year, b.budg_ver, b.budg_item, b.stt_mon, b.budg_amt,
        -- a first budget stands from January at the latest, an adjustment from its approval
        case
            when left(b.budg_ver, 1) = 'A' then coalesce(b.aprv_date, b.updt_time::date)
            else least(
                coalesce(b.aprv_date, make_date(b.budg_year::integer, 1, 1)),
                make_date(b.budg_year::integer, 1, 1)
            )
        end as known_date
    from budget as b
    inner join rule_insutype as i on b.insutype = i.insutype and i.in_scope
    inner join rule_budget_item as r on i.scheme = r.scheme and b.budg_item = r.budg_item
    where nullif(b.fixmedins_code, '') is not null
        -- spending of the pooled fund
        and starts_with(r.statement_row, case i.scheme when '390' then '2' else '3' end)
),

item as (
    select ledger_id, poolarea_no, insutype, fixmedins_code, budg_year, budg_ver, budg_item,
        min(known_date) as known_date,
        coalesce(sum(budg_amt) filter (stt_mon = '19'), sum(budg_amt) filter (stt_mon <> '19'))
            as year_amt
    from line
    group by ledger_id, poolarea_no, insutype, fixmedins_code, budg_year, budg_ver, budg_item
),

version as (
    select ledger_id, poolarea_no, insutype, fixmedins_code, budg_year,
        min(known_date) as known_date,
        sum(year_amt)::decimal(18, 2) as budget_amt,
        row_number() over (
            partition by ledger_id, fixmedins_code, budg_year
            order by left(budg_ver, 1) = 'A', length(budg_ver), budg_ver
        ) as version_no
    from item
    group by ledger_id, poolarea_no, insutype, fixmedins_code, budg_year, budg_ver
),

in_force as (
    select m.book, m.ledger_id, v.poolarea_no, v.insutype, m.period_ym, m.period_start_date,
        v.fixmedins_code,
        max_by(v.budget_amt, v.version_no) as budget_amt
    from wrn_month as m
    inner join version as v
        on m.ledger_id = v.ledger_id
        and m.period_ym // 100 = v.budg_year
        and v.known_date <= last_day(m.period_start_date)
    group by m.book, m.ledger_id, v.poolarea_no, v.insutype, m.period_ym, m.period_start_date,
        v.fixmedins_code
),

spent as (
    select f.book, f.ledger_id, f.poolarea_no, f.insutype, f.fixmedins_code, f.period_ym,
        f.period_start_date, f.budget_amt,
        coalesce(sum(p.amount) filter (p.period_ym <= f.period_ym), 0)::decimal(18, 2) as ytd_amt
    from in_force as f
    left join wrn_panel as p
        on p.series_type = 'institution'
        and f.ledger_id = p.ledger_id
        and f.fixmedins_code = p.fixmedins_code
        and f.period_ym // 100 = p.period_ym // 100
    where f.budget_amt > 0
    group by f.book, f.ledger_id, f.poolarea_no, f.insutype, f.fixmedins_code, f.period_ym,
        f.period_start_date, f.budget_amt
)

select book, ledger_id, poolarea_no, insutype, fixmedins_code, period_ym, period_start_date,
    budget_amt, ytd_amt,
    (ytd_amt * 100 / budget_amt - (period_ym % 100) * 100 / 12)::decimal(18, 4) as pace_pct
from spent
