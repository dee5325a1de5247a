-- grain: one budget line of a ledger's fund, by version: income ('1') or spending ('2')
with item as (
    select
        scheme, budg_item, statement_row,
        -- rows 1 and 3 of the employees' form are pooled, 2 and 4 the personal accounts
        case
            when scheme = '390' then 'NA'
            when left(statement_row, 1) in ('1', '3') then 'POOL'
            else 'PA'
        end as fund,
        case
            when scheme || left(statement_row, 1) in ('3101', '3102', '3901') then '1'
            else '2'
        end as direction
    from rule_budget_item
)

select
    b.poolarea_no || '-' || i.scheme as ledger_id,
    b.budg_year, b.budg_ver, r.direction, r.fund, r.statement_row, b.stt_mon,
    (b.budg_amt * 100)::hugeint as budget_fen,
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
inner join item as r on i.scheme = r.scheme and b.budg_item = r.budg_item
where nullif(b.fixmedins_code, '') is null
