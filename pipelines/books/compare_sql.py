"""What ``compare`` asks of the marts; parameters ``$ledger``, ``$ym`` and ``$row``."""

# per book, measure and event; scope: 'before' = earlier years and openings, 'year' = this year to
# the month, 'month' = the month. The carry pair moves pending money between its own accounts.
CAUSES = """
with line as (
    select j.book, j.event_code, j.period_ym, j.is_opening, a.element, a.fund, j.account_code,
        j.credit_amt - j.debit_amt as net_amt
    from fct_journal as j
    inner join dim_account as a
        on j.insutype = a.insutype
        and j.account_code = a.account_code
    where j.ledger_id = $ledger and j.period_ym <= $ym and not j.is_closing
),

measured as (
    select *,
        [case when element in ('income', 'expense', 'net_asset') then 'net' end,
        case when element in ('income', 'expense', 'net_asset') and account_code <> '3101'
            then case fund when 'POOL' then 'net_pool' when 'NA' then 'net_pool'
                when 'PA' then 'net_pa' when 'PEND' then 'net_pend' end end,
        case when element = 'asset' then 'asset' end,
        case when starts_with(account_code, '1102') then '1102'
            when account_code = '1103' then '1103'
            when account_code = '200104' then '200104'
            when starts_with(account_code, '2102') then '2102' end] as balances,
        [case when element in ('income', 'expense') and event_code not in ('E88', 'E89')
            then 'flow' end,
        case when element in ('income', 'expense') and event_code not in ('E88', 'E89')
            then case fund when 'POOL' then 'flow_pool' when 'PA' then 'flow_pa'
                when 'PEND' then 'flow_pend' end end] as flows
    from line
),

split as (
    select book, event_code, unnest(balances) as measure,
        case
            when is_opening or period_ym < $ym // 100 * 100 + 1 then 'before'
            when period_ym < $ym then 'year'
            else 'month'
        end as scope,
        net_amt
    from measured
    union all
    select book, event_code, unnest(flows), 'flow', net_amt
    from measured
    where period_ym = $ym and not is_opening
)

select book, measure, scope, event_code,
    (sum(net_amt) * case when measure in ('asset', '1102', '1103') then -1 else 1 end
    )::decimal(18, 2) as amt
from split
where measure is not null
group by book, measure, scope, event_code
order by all
"""
VALUES = """
select book, 'IS:' || row_code as line_key, month_amt
from fct_income_statement
where ledger_id = $ledger and period_ym = $ym and period_type = 'M'
union all
select book, 'BS:' || row_code, close_amt
from fct_balance_sheet
where ledger_id = $ledger and period_ym = $ym and period_type = 'M'
"""
BALANCES = """
select book, account_code, closing_amt
from fct_ledger_month
where ledger_id = $ledger and period_ym = $ym and closing_stage = 'post'
"""
TREND = """
select period_ym, book, month_amt
from fct_income_statement
where ledger_id = $ledger and period_type = 'M' and row_code = $row and period_ym <= $ym
order by period_ym, book
"""
