"""What the notes ask of the marts; parameters ``$ledger``, ``$book``, ``$ym``, ``$prefix``."""

HEAD = """
select distinct b.book_name, b.is_statutory, s.poolarea_no,
    coalesce(p.poolarea_name, s.poolarea_no), s.insutype, coalesce(i.insutype_name, s.insutype)
from fct_balance_sheet as s
inner join dim_book as b on s.book = b.book
left join dim_pooling_area as p on s.poolarea_no = p.poolarea_no
left join dim_insurance as i on s.insutype = i.insutype
where s.ledger_id = $ledger and s.book = $book and s.period_ym = $ym and s.period_type = 'M'
"""
# a leaf account with a balance or a movement this year, on its normal side
MOVEMENTS = """
with year as (
    select account_code, any_value(account_name) as account_name,
        arg_min(opening_amt, period_ym) as opening_amt,
        sum(debit_amt)::decimal(18, 2) as debit_amt,
        sum(credit_amt)::decimal(18, 2) as credit_amt,
        arg_max(closing_amt, period_ym) as closing_amt
    from fct_ledger_month
    where ledger_id = $ledger and book = $book and closing_stage = 'post'
        and starts_with(account_code, $prefix)
        and period_ym between $ym // 100 * 100 + 1 and $ym
    group by account_code
)

select account_code || ' ' || account_name, opening_amt, debit_amt, credit_amt, closing_amt
from year
where opening_amt <> 0 or debit_amt <> 0 or credit_amt <> 0
order by account_code
"""
PENDING = """
select kind, received_ym, received_amt, attributed_amt, open_amt
from fct_pending_item
where ledger_id = $ledger and period_ym = $ym and open_amt <> 0
order by kind desc, received_ym
"""
ACCOUNT_DIFFERENCE = """
select period_ym, platform_amt, book_amt, presplit_amt, diff_amt, adjusted_amt, status
from fct_pa_difference
where ledger_id = $ledger and book = $book and period_ym <= $ym
order by period_ym desc
limit 1
"""
UNPAID = """
select clr_ym, settled_pool_amt, settled_pa_amt, unpaid_pool_amt, unpaid_pa_amt
from fct_unpaid_settlement
where ledger_id = $ledger and clr_ym <= $ym and (unpaid_pool_amt <> 0 or unpaid_pa_amt <> 0)
order by clr_ym
"""
RESERVES = """
select coalesce(sum(reserve_amt), 0)::decimal(18, 2)
from fct_unpaid_settlement
where ledger_id = $ledger and clr_ym <= $ym
"""
LATE = """
select orig_period_ym, event_code, count(*)::integer,
    sum(debit_amt)::decimal(18, 2), sum(credit_amt)::decimal(18, 2)
from fct_journal
where ledger_id = $ledger and book = $book and starts_with(event_id, 'LATE|')
    and period_ym between $ym // 100 * 100 + 1 and $ym
group by orig_period_ym, event_code
order by orig_period_ym, event_code
"""
LITERAL = """
select row_name, form_amt, month_amt, (form_amt - month_amt)::decimal(18, 2)
from fct_income_statement
where ledger_id = $ledger and book = $book and period_ym = $ym and period_type = 'M'
    and form_amt is distinct from month_amt
order by row_order, row_code
"""
OTHER_FUNDS = """
select fund_column_name,
    coalesce(sum(memo_amt) filter (period_ym = $ym), 0)::decimal(18, 2),
    sum(memo_amt)::decimal(18, 2)
from fct_other_fund
where ledger_id = $ledger and period_ym between $ym // 100 * 100 + 1 and $ym
group by fund_column_name
order by fund_column_name
"""
