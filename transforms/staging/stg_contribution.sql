-- grain: one premium row that tells money once, with cash date, account and split; one allocation
-- row of the pool to personal accounts; one premium that a personal account paid for another ledger
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

paid as (
    select
        c.source_sha, c.src_row, c.clct_detl_id, c.init_clct_detl_id, c.clct_obj, c.emp_no_hash,
        c.poolarea_no, c.insu_admdvs, c.insutype, c.psn_type, c.emp_mgt_type, c.cashym,
        c.accrym_begn, c.clct_type,
        c.revs_flag, c.traf_sumamt, c.traf_time, c.arvl_date, c.clct_time, c.intsury_time,
        c.emp_clct_amt, c.psn_clct_amt, c.oth_clct_amt, c.inte, c.latefee,
        coalesce(c.clct_way, '01') as clct_way,
        i.scheme,
        c.poolarea_no || '-' || i.scheme as ledger_id
    from contributions as c
    inner join scheme as i on c.insutype = i.insutype
    -- 36, 40, 41 move money inside the fund: no cash, see allocated
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

-- 统筹划账: the pool's premium income becomes the accounts' (E19)
allocated as (
    select
        c.source_sha, c.src_row, c.poolarea_no, i.scheme,
        c.poolarea_no || '-' || i.scheme as ledger_id,
        coalesce(c.traf_time::date, c.arvl_date, c.clct_time::date) as cash_date,
        c.traf_sumamt
    from contributions as c
    inner join scheme as i on c.insutype = i.insutype
    where c.clct_flag = '1'
        and c.clct_type in ('36', '40', '41')
        and i.scheme = '310'
        and c.traf_sumamt <> 0
),

-- 2026年补充规定, where a pool has chosen it: residents' premiums of later years are received ahead
suppl as (
    select scope, value, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_parameter
    where name = 'suppl2026'
),

dated as (
    select
        o.*,
        case when o.scheme = '390' then coalesce(w.other_ledger_account, w.receipt_account)
            else w.receipt_account
        end as receipt_account,
        case when o.scheme = '390' then coalesce(w.other_ledger_account, w.refund_account)
            else w.refund_account
        end as refund_account,
        w.event_code as way_event,
        case when o.scheme = '390' then w.other_ledger_account end as cross_account,
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

told as (
    select
        d.*,
        d.scheme = '390' and d.accrym_begn // 100 > year(d.cash_date)
            and coalesce(p.value, a.value) is not distinct from 'on' as is_ahead,
        make_date(d.accrym_begn // 100, d.accrym_begn % 100, 1) as benefit_year_date
    from dated as d
    left join suppl as p
        on d.poolarea_no = p.scope
        and d.cash_date between p.valid_from and p.valid_to
    left join suppl as a
        on a.scope = '*'
        and d.cash_date between a.valid_from and a.valid_to
),

original as (
    select
        clct_detl_id,
        min(cash_date) as original_date,
        min(case when is_ahead then benefit_year_date end) as recognised_date,
        -- the day from which the original's split is known; none while it is pending
        min(case when traf_sumamt is not null then coalesce(traf_time::date, cash_date) end)
            as attributed_date
    from told
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
        coalesce(year(q.recognised_date), year(q.original_date), d.cashym // 100)
            < year(d.cash_date) as is_prior_year,
        coalesce(d.cash_date < q.recognised_date, false) as is_original_ahead,
        q.recognised_date as original_recognised_date,
        q.original_date,
        q.attributed_date as original_attributed_date,
        d.scheme = '310'
            and q.original_date is not null
            and (
                q.attributed_date is null
                or date_trunc('month', q.attributed_date) > date_trunc('month', q.original_date)
                    and q.attributed_date > d.cash_date
            ) as is_original_pending
    from told as d
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
        -- still pending, of whatever year: it never was income of a fund
        when is_refund and is_original_pending then 'E16P'
        when is_refund and is_prior_year then 'E17'
        when is_refund and is_original_ahead then 'E16A'
        when is_refund then 'E16'
        when is_unattributed or is_attributed_later then 'E81'
        when is_ahead then 'E05s'
        when scheme = '390' and accrym_begn // 100 > year(cash_date) then 'E05'
        when way_event is not null then way_event
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
    -- the month from which a premium received ahead is income
    case
        when is_refund and is_original_ahead then original_recognised_date
        when is_ahead and not is_refund then benefit_year_date
    end as recognised_date,
    premium_amt,
    (emp_clct_amt + oth_clct_amt)::decimal(18, 2) as employer_amt,
    psn_clct_amt as person_amt,
    coalesce(traf_sumamt, 0)::decimal(18, 2) as pa_amt,
    (premium_amt - coalesce(traf_sumamt, 0))::decimal(18, 2) as pool_amt,
    (inte + latefee)::decimal(18, 2) as latefee_amt,
    insu_admdvs,
    -- what the code of the insured's region means in the year of the cash
    region_sk
from classed
left join region_meaning as g
    on insu_admdvs = g.region_code
    and year(cash_date) >= g.year_from
    and year(cash_date) <= g.year_to
union all
select source_sha, src_row, ledger_id, poolarea_no, scheme, cash_date, null, 'E19', null, cash_date,
    null, 0::decimal(18, 2), 0::decimal(18, 2), 0::decimal(18, 2),
    traf_sumamt, (-traf_sumamt)::decimal(18, 2), 0::decimal(18, 2), null, null
from allocated
union all
-- the payer's side of a resident's premium: out of the personal account, due to the other ledger
select source_sha, src_row, poolarea_no || '-310', poolarea_no, '310', cash_date, null, 'PADEDUCT',
    null, cash_date, null, 0::decimal(18, 2), 0::decimal(18, 2), 0::decimal(18, 2),
    (premium_amt + inte + latefee)::decimal(18, 2), 0::decimal(18, 2), 0::decimal(18, 2), null, null
from classed
where cross_account is not null
