-- grain: one statement row of one province and scheme at one month end: what leaves the sum
with termed as (
    select e.book, e.province_code, e.insutype, e.period_ym, t.period_type, t.statement, t.row_code,
        t.sign * case when t.measure in ('bal_d', 'dr') then 1 else -1 end as sign,
        e.close_net_amt, e.open_net_amt
    from con_elimination as e
    inner join stm_term as t
        on e.book = t.book
        and e.insutype = t.scheme
        and e.statement = t.statement
        and starts_with(e.account_code, t.account_prefix)
    where t.measure in ('bal_d', 'bal_c', 'dr', 'cr', 'cr_ext')
)

select book, province_code, insutype, period_ym, period_type, statement, row_code,
    -- 资产负债表: the balance; 收支表: the year to date
    sum(sign * close_net_amt)::decimal(18, 2) as close_amt,
    sum(sign * open_net_amt)::decimal(18, 2) as open_amt
from termed
group by book, province_code, insutype, period_ym, period_type, statement, row_code
