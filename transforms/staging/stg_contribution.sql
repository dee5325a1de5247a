-- grain: one paid premium row that tells money once, with cash date, bank account and split
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

paid as (
    select
        c.source_sha, c.src_row, c.clct_detl_id, c.init_clct_detl_id, c.clct_obj, c.emp_no_hash,
        c.poolarea_no, c.insutype, c.psn_type, c.emp_mgt_type, c.cashym, c.accrym_begn, c.clct_type,
        c.revs_flag, c.traf_sumamt, c.traf_time, c.arvl_date, c.clct_time, c.intsury_time,
        c.emp_clct_amt, c.psn_clct_amt, c.oth_clct_amt, c.inte, c.latefee,
        coalesce(c.clct_way, '01') as clct_way,
        i.scheme,
        c.poolarea_no || '-' || i.scheme as ledger_id
    from contributions as c
    inner join scheme as i on c.insutype = i.insutype
    -- 36, 40, 41 move money inside the fund: no cash, not posted from here
    where c.clct_flag = '1'
        and c.clct_type not in ('36', '40', '41')
),

-- employers that tell a month themselves: their employees' rows tell the same money again
told_by_employer as (
    select distinct poolarea_no, insutype, emp_no_hash, cashym
    from paid
    where clct_obj = 'E'
),

once as (
    select p.*
    from paid as p
    left join told_by_employer as e
        on p.clct_obj = 'S'
        and p.poolarea_no = e.poolarea_no
        and p.insutype = e.insutype
        and p.emp_no_hash = e.emp_no_hash
        and p.cashym = e.cashym
    where e.poolarea_no is null
),

dated as (
    select
        o.*,
        w.receipt_account,
        w.refund_account,
        case w.cash_date_column
            when 'intsury_time'
                then coalesce(o.intsury_time::date, o.arvl_date, o.clct_time::date)
            else coalesce(o.arvl_date, o.clct_time::date)
        end as cash_date,
        -- finsubs_amt is not premium: the subsidy posts from the bank row (E08)
        (o.emp_clct_amt + o.psn_clct_amt + o.oth_clct_amt)::decimal(18, 2) as premium_amt
    from once as o
    inner join rule_clct_way as w on o.clct_way = w.clct_way
),

original as (
    select
        clct_detl_id,
        min(cash_date) as original_date,
        -- the day from which the original's split is known; none while it is pending
        min(case when traf_sumamt is not null then coalesce(traf_time::date, cash_date) end)
            as attributed_date
    from dated
    where revs_flag <> '-'
    group by clct_detl_id
),

classed as (
    select
        d.*,
        -- a negative 基数补差 or 比例补差 gives money back like a refund
        d.revs_flag = '-' or d.clct_type in ('20', '991') or d.premium_amt < 0 as is_refund,
        d.psn_type = '1103' or coalesce(d.emp_mgt_type, '') in ('02', '03') as is_flexible,
        d.scheme = '310' and d.traf_sumamt is null as is_unattributed,
        -- attributed in a later month than it was received: pending in between
        d.scheme = '310'
            and d.traf_sumamt is not null
            and d.traf_time is not null
            and date_trunc('month', d.traf_time) > date_trunc('month', d.cash_date)
            as is_attributed_later,
        -- an original that was never delivered is dated by the month the fee was for [D]
        coalesce(year(q.original_date), d.cashym // 100) < year(d.cash_date) as is_prior_year,
        q.original_date,
        q.attributed_date as original_attributed_date,
        d.scheme = '310'
            and q.original_date is not null
            and (
                q.attributed_date is null
                or date_trunc('month', q.attributed_date) > date_trunc('month', q.original_date)
                    and q.attributed_date > d.cash_date
            ) as is_original_pending
    from dated as d
    left join original as q on d.init_clct_detl_id = q.clct_detl_id
)

select
    source_sha,
    src_row,
    ledger_id,
    poolarea_no,
    scheme,
    cash_date,
    case when is_refund then refund_account else receipt_account end as bank_account,
    case
        when is_refund and is_prior_year then 'E17'
        when is_refund and is_original_pending then 'E16P'
        when is_refund then 'E16'
        when is_unattributed or is_attributed_later then 'E81'
        when scheme = '390' and accrym_begn // 100 > year(cash_date) then 'E05'
        when scheme = '390' then 'E04'
        when is_flexible then 'E03'
        else 'E01'
    end as event_code,
    -- a pending premium's refund leaves pending money with its original: month and day of that
    case
        when is_refund then original_attributed_date
        when is_attributed_later then traf_time::date
    end as attributed_date,
    case when is_refund and is_original_pending then original_date else cash_date end
        as received_date,
    premium_amt,
    (emp_clct_amt + oth_clct_amt)::decimal(18, 2) as employer_amt,
    psn_clct_amt as person_amt,
    coalesce(traf_sumamt, 0)::decimal(18, 2) as pa_amt,
    (premium_amt - coalesce(traf_sumamt, 0))::decimal(18, 2) as pool_amt,
    (inte + latefee)::decimal(18, 2) as latefee_amt
from classed
