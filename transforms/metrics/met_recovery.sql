-- grain: one institution, person or employer class of one ledger in one month: money recovered
-- E43 and E44 with what was set off against payments; set-off prepayments and accounts (E45) are not
select
    ledger_id, poolarea_no, scheme as insutype,
    (year(return_date) * 100 + month(return_date))::integer as period_ym,
    obj_type,
    coalesce(fixmedins_code, '') as fixmedins_code,
    sum(case when is_prior_year then 0 else added_amt end)::decimal(18, 2) as same_year_amt,
    sum(case when is_prior_year then added_amt else 0 end)::decimal(18, 2) as prior_year_amt,
    sum(case when retn_way = '1' then added_amt else 0 end)::decimal(18, 2) as setoff_amt,
    sum(added_amt)::decimal(18, 2) as recovered_amt,
    count(*)::bigint as row_cnt
from stg_recovery
where not is_prepayment
    and not (retn_way is not distinct from '1' and obj_type = '11' and scheme = '310')
group by ledger_id, poolarea_no, scheme, year(return_date), month(return_date), obj_type,
    coalesce(fixmedins_code, '')
