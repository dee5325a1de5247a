-- grain: one account of one scheme's chart
with account as (
    select insutype, account_code, account_name, element, normal_side, fund, is_statutory, source
    from rule_account
),

parent as (
    select c.insutype, c.account_code, max(p.account_code) as parent_code
    from account as c
    inner join account as p
        on c.insutype = p.insutype
        and c.account_code <> p.account_code
        and starts_with(c.account_code, p.account_code)
    group by c.insutype, c.account_code
)

select
    a.insutype, a.account_code, a.account_name,
    p.parent_code,
    a.element, a.normal_side, a.fund,
    not exists (
        select 1 from parent as c
        where c.insutype = a.insutype and c.parent_code = a.account_code
    ) as is_leaf,
    a.is_statutory, a.source
from account as a
left join parent as p
    on a.insutype = p.insutype
    and a.account_code = p.account_code
