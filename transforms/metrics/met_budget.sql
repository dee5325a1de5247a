-- grain: one fund of one scope in one month: the spending budget as approved by then, and actual
with version as (
    select distinct ledger_id, budg_year, budg_ver, known_date, version_no
    from met_budget_month
    where direction = '2'
),

item_year as (
    select
        ledger_id, budg_year, budg_ver, fund, statement_row,
        coalesce(
            sum(budget_fen) filter (stt_mon = '19'), sum(budget_fen) filter (stt_mon <> '19')
        ) as year_fen
    from met_budget_line
    where direction = '2'
    group by ledger_id, budg_year, budg_ver, fund, statement_row
),

month as (
    select book, ledger_id, insutype, period_ym, period_start_date,
        last_day(period_start_date) as month_end_date
    from led_month
    where book in (select book from jrn_book where is_statutory)
),

-- the version in force at the end of the month, for its own year (0) and the next (1)
in_force as (
    select
        m.book, m.ledger_id, m.insutype, m.period_ym, m.period_start_date,
        v.budg_year, v.budg_year - m.period_ym // 100 as ahead,
        max_by(v.budg_ver, v.version_no) as budg_ver
    from month as m
    inner join version as v
        on m.ledger_id = v.ledger_id
        and v.budg_year between m.period_ym // 100 and m.period_ym // 100 + 1
        and v.known_date <= m.month_end_date
    group by m.book, m.ledger_id, m.insutype, m.period_ym, m.period_start_date, v.budg_year
),

fund_year as (
    select f.book, f.ledger_id, f.insutype, f.period_ym, y.fund,
        sum(y.year_fen) as budget_year_fen,
        sum(i.month_amt) as actual_month_amt,
        sum(i.ytd_amt) as actual_ytd_amt
    from in_force as f
    inner join item_year as y
        on f.ledger_id = y.ledger_id
        and f.budg_year = y.budg_year
        and f.budg_ver = y.budg_ver
    inner join stm_income_statement as i
        on f.book = i.book
        and f.ledger_id = i.ledger_id
        and f.period_ym = i.period_ym
        and i.period_type = 'M'
        and y.statement_row = i.row_code
    where f.ahead = 0
    group by f.book, f.ledger_id, f.insutype, f.period_ym, y.fund
),

forward as (
    select f.book, f.ledger_id, f.period_ym, m.fund,
        sum(m.month_fen) as forward_fen,
        count(distinct f.budg_year * 100 + m.month) as month_cnt
    from in_force as f
    inner join met_budget_month as m
        on f.ledger_id = m.ledger_id
        and m.direction = '2'
        and f.budg_year = m.budg_year
        and f.budg_ver = m.budg_ver
        and case f.ahead
            when 0 then m.month > f.period_ym % 100
            else m.month <= f.period_ym % 100
        end
    group by f.book, f.ledger_id, f.period_ym, m.fund
),

fund as (
    select b.book, b.ledger_id, b.insutype, b.fund, b.period_ym,
        y.budget_year_fen, y.actual_month_amt, y.actual_ytd_amt,
        case when w.month_cnt = 12 then w.forward_fen end as forward_fen
    from met_base as b
    left join fund_year as y
        on b.book = y.book and b.ledger_id = y.ledger_id and b.fund = y.fund
        and b.period_ym = y.period_ym
    left join forward as w
        on b.book = w.book and b.ledger_id = w.ledger_id and b.fund = w.fund
        and b.period_ym = w.period_ym
    where b.scope_type = 'ledger' and b.fund in ('POOL', 'PA', 'NA')
),

scoped as (
    select m.book, m.scope_type, m.scope_id, m.insutype,
        case when m.insutype = 'ALL' and f.fund = 'NA' then 'POOL' else f.fund end as fund,
        f.period_ym, f.budget_year_fen, f.actual_month_amt, f.actual_ytd_amt, f.forward_fen
    from fund as f
    inner join met_member as m
        on f.book = m.book
        and f.ledger_id = m.member_ledger_id
        and m.insutype in (f.insutype, 'ALL')
),

summed as (
    select book, scope_type, scope_id, insutype, fund, period_ym,
        sum(budget_year_fen)::hugeint as budget_year_fen,
        sum(actual_month_amt) as actual_month_amt,
        sum(actual_ytd_amt) as actual_ytd_amt,
        -- a ledger without the next year's budget would make the sum look small
        case when count(forward_fen) = count(*) then sum(forward_fen)::hugeint end as forward_fen
    from scoped
    group by book, scope_type, scope_id, insutype, fund, period_ym
)

select
    s.book, s.scope_type, s.scope_id, s.insutype, s.fund, s.period_ym,
    (s.budget_year_fen::decimal(18, 0) * 0.01)::decimal(18, 2) as budget_year_amt,
    s.actual_month_amt::decimal(18, 2) as actual_month_amt,
    s.actual_ytd_amt::decimal(18, 2) as actual_ytd_amt,
    (((2 * s.budget_year_fen * w.month_share_e10 + 10000000000) // 20000000000)::decimal(18, 0)
        * 0.01)::decimal(18, 2) as expected_month_amt,
    (((2 * s.budget_year_fen * w.ytd_share_e10 + 10000000000) // 20000000000)::decimal(18, 0)
        * 0.01)::decimal(18, 2) as expected_ytd_amt,
    (s.forward_fen::decimal(18, 0) * 0.01)::decimal(18, 2) as forward_amt,
    w.year_cnt as season_year_cnt
from summed as s
inner join met_season as w
    on s.book = w.book
    and s.scope_id = w.scope_id
    and s.fund = w.fund
    and s.period_ym // 100 = w.year
    and s.period_ym % 100 = w.month
