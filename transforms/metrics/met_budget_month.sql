-- grain: one month of the budget of a ledger's fund, by version: income ('1') or spending ('2')
with version as (
    select
        ledger_id, direction, budg_year, budg_ver,
        min(known_date) as known_date,
        row_number() over (
            partition by ledger_id, direction, budg_year
            order by left(budg_ver, 1) = 'A', length(budg_ver), budg_ver
        ) as version_no
    from met_budget_line
    group by ledger_id, direction, budg_year, budg_ver
),

item_year as (
    select
        ledger_id, direction, budg_year, budg_ver, fund, statement_row,
        coalesce(
            sum(budget_fen) filter (stt_mon = '19'), sum(budget_fen) filter (stt_mon <> '19')
        ) as year_fen,
        coalesce(sum(budget_fen) filter (stt_mon <> '19'), 0) > 0 as has_months
    from met_budget_line
    group by ledger_id, direction, budg_year, budg_ver, fund, statement_row
),

item_month as (
    select l.ledger_id, l.direction, l.budg_year, l.budg_ver, l.fund, l.stt_mon::integer as month,
        l.budget_fen as month_fen
    from met_budget_line as l
    inner join item_year as y
        on l.ledger_id = y.ledger_id
        and l.direction = y.direction
        and l.budg_year = y.budg_year
        and l.budg_ver = y.budg_ver
        and l.statement_row = y.statement_row
    where l.stt_mon <> '19' and y.has_months
    union all
    -- told for the year only: even months that re-add to the year
    select y.ledger_id, y.direction, y.budg_year, y.budg_ver, y.fund, m.generate_series,
        y.year_fen * m.generate_series // 12 - y.year_fen * (m.generate_series - 1) // 12
    from item_year as y
    cross join generate_series(1, 12) as m
    where not y.has_months
)

select
    m.ledger_id, m.direction, m.budg_year, m.budg_ver, m.fund,
    m.month::integer as month,
    sum(m.month_fen)::hugeint as month_fen,
    v.known_date,
    v.version_no
from item_month as m
inner join version as v
    on m.ledger_id = v.ledger_id
    and m.direction = v.direction
    and m.budg_year = v.budg_year
    and m.budg_ver = v.budg_ver
group by m.ledger_id, m.direction, m.budg_year, m.budg_ver, m.fund, m.month, v.known_date,
    v.version_no
