-- grain: one budget item of one ledger in one month
with budget_row as (
    select
        b.poolarea_no || '-' || i.scheme as ledger_id,
        i.scheme, b.budg_year, b.budg_ver, b.budg_item, b.stt_mon, b.budg_amt,
        r.statement_row
    from budget as b
    inner join rule_insutype as i on b.insutype = i.insutype and i.in_scope
    inner join rule_budget_item as r
        on i.scheme = r.scheme
        and b.budg_item = r.budg_item
    where nullif(b.fixmedins_code, '') is null
),

-- the active version is the last one: B0, then A1, A2, …
active as (
    select ledger_id, budg_year, first(
        budg_ver order by left(budg_ver, 1) = 'A' desc, length(budg_ver) desc, budg_ver desc
    ) as budg_ver
    from budget_row
    group by ledger_id, budg_year
),

current_budget as (
    select b.ledger_id, b.budg_year, b.budg_ver, b.budg_item, b.statement_row, b.stt_mon,
        b.budg_amt
    from budget_row as b
    inner join active as a
        on b.ledger_id = a.ledger_id
        and b.budg_year = a.budg_year
        and b.budg_ver = a.budg_ver
),

actual as (
    select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, row_code,
        ytd_amt
    from stm_income_statement
    where book in (select book from jrn_book where is_statutory)
        and period_type = 'M'
),

measured as (
    select
        a.book, a.ledger_id, a.poolarea_no, a.insutype, a.period_ym, a.period_start_date,
        c.budg_item, c.budg_ver,
        sum(c.budg_amt) filter (c.stt_mon = '19') as year_row_amt,
        sum(c.budg_amt) filter (c.stt_mon <> '19') as months_amt,
        sum(c.budg_amt) filter (
            c.stt_mon <> '19' and c.stt_mon::integer <= a.period_ym % 100
        ) as budget_ytd_amt,
        max(a.ytd_amt) as actual_ytd_amt
    from actual as a
    inner join current_budget as c
        on a.ledger_id = c.ledger_id
        and a.period_ym // 100 = c.budg_year
        and a.row_code = c.statement_row
    group by a.book, a.ledger_id, a.poolarea_no, a.insutype, a.period_ym, a.period_start_date,
        c.budg_item, c.budg_ver
)

select
    book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, budg_item, budg_ver,
    coalesce(year_row_amt, months_amt, 0) as budget_year_amt,
    budget_ytd_amt,
    actual_ytd_amt,
    case
        when coalesce(year_row_amt, months_amt, 0) > 0
            then try_cast(
                round(actual_ytd_amt / coalesce(year_row_amt, months_amt), 6) as decimal(9, 6)
            )
    end as execution_ratio
from measured
