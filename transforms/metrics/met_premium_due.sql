-- grain: one assessed premium row that tells money once, paid or not, with its payer class and base
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

told as (
    select
        c.source_sha, c.src_row, c.clct_obj, c.poolarea_no, c.insutype, i.scheme,
        c.poolarea_no || '-' || i.scheme as ledger_id,
        c.cashym, c.emp_no_hash, c.clct_flag, c.clct_type, c.revs_flag,
        -- S03: those who insure themselves, the centre that pays for others, else the employer's type
        case
            when c.clct_obj <> 'E' then c.clct_obj
            when c.emp_mgt_type in ('02', '03', '05') then c.emp_mgt_type
            else coalesce(c.emp_type, '10')
        end as payer_class,
        coalesce(c.emp_clctstd, c.clctstd) as base_amt,
        c.clct_psncnt as person_cnt,
        c.emp_clct_amt, c.psn_clct_amt, c.finsubs_amt,
        (c.emp_clct_amt + c.psn_clct_amt + c.oth_clct_amt)::decimal(18, 2) as premium_amt
    from contributions as c
    inner join scheme as i on c.insutype = i.insutype
    where c.clct_type not in ('36', '40', '41')
),

-- what the books post decides what is received: rows, amounts and cash dates are theirs
received as (
    select source_sha, src_row, cash_date, starts_with(event_code, 'E16') or event_code = 'E17'
            as is_refund
    from stg_contribution
    where event_code not in ('E19', 'PADEDUCT')
),

-- an employer's own row goes before its employees' rows, as with paid premiums
told_by_employer as (
    select distinct poolarea_no, insutype, emp_no_hash, cashym
    from told
    where clct_obj = 'E'
),

paid as (
    select t.*, r.cash_date, r.is_refund
    from told as t
    inner join received as r
        on t.source_sha = r.source_sha
        and t.src_row = r.src_row
),

unpaid as (
    select t.*, null::date as cash_date, false as is_refund
    from told as t
    left join told_by_employer as e
        on t.clct_obj = 'S'
        and t.poolarea_no = e.poolarea_no
        and t.insutype = e.insutype
        and t.emp_no_hash = e.emp_no_hash
        and t.cashym = e.cashym
    where e.poolarea_no is null
        and t.clct_flag = '0'
        and t.revs_flag = 'Z'
        and t.premium_amt > 0
        and t.clct_type not in ('20', '991')
),

premium as (
    select * from paid
    union all by name
    select * from unpaid
)

select
    source_sha, src_row, ledger_id, poolarea_no, scheme as insutype,
    cashym as due_ym,
    case when cash_date is not null then (year(cash_date) * 100 + month(cash_date))::integer end
        as cash_ym,
    -- a refund lowers what was assessed on the day it is paid, not before
    case
        when is_refund then greatest(cashym, (year(cash_date) * 100 + month(cash_date)))
        else cashym
    end::integer as assessed_ym,
    payer_class, emp_no_hash, is_refund, premium_amt, emp_clct_amt, psn_clct_amt, finsubs_amt,
    base_amt, person_cnt
from premium
