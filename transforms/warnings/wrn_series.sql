-- grain: one series that the score judges: a class, an institution, or the peers of one province
with told as (
    select distinct series_type, series_id, peer_group, ledger_id, poolarea_no, insutype,
        spending_class, fixmedins_code
    from wrn_panel
)

select series_type, series_id, peer_group, ledger_id, poolarea_no, insutype, spending_class,
    fixmedins_code,
    case
        when spending_class is not null
            then case spending_class
                when 'inpatient' then '住院'
                when 'outpatient' then '门诊'
                when 'pharmacy' then '药店'
                when 'maternity' then '生育'
                else spending_class
            end
        else '机构' || fixmedins_code
    end as item_zh
from told
union all
select distinct
    'province', peer_group, peer_group,
    left(poolarea_no, 2) || '0000-' || insutype,
    left(poolarea_no, 2) || '0000',
    insutype, spending_class,
    null,
    case
        when spending_class is not null
            then case spending_class
                when 'inpatient' then '各地住院'
                when 'outpatient' then '各地门诊'
                when 'pharmacy' then '各地药店'
                when 'maternity' then '各地生育'
                else '各地' || spending_class
            end || '支出'
        when right(peer_group, 1) = 'H' then '各医院支出'
        when right(peer_group, 1) = 'P' then '各药店支出'
        else '各机构支出'
    end
from told
