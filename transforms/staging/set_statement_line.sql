-- grain: one moved bank line with its place in its account's statement and the balance after it
-- Places follow the date, then the files by name, then the file's own order. An untold balance is
-- carried on from the last one told.
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

-- a file taken in once and replayed later is one file
file as (
    select source_sha, min(source_file) as source_file
    from intake_batch
    group by source_sha
),

moved as (
    select t.source_sha, t.src_row, t.event_ym, t.poolarea_no, i.scheme, t.traf_sn, t.init_traf_sn,
        t.hif_acct_type, t.hif_acct_type || '|' || coalesce(t.bankacct_mask, '') as account_id,
        t.traf_item, t.incexpd_dirc, t.amt, t.balc, t.acen_date, t.int_begndate, t.int_enddate,
        t.int_rate, t.term_flag, t.fin_vali_flag, f.source_file,
        (case t.incexpd_dirc when '1' then t.amt else -t.amt end)::decimal(18, 2) as signed_amt
    from fund_transfers as t
    inner join scheme as i on t.insutype = i.insutype
    left join file as f on t.source_sha = f.source_sha
    -- F = cancelled before it moved money; 1/2 in transit, 9 failed: no cash moved either
    where t.fin_vali_flag <> 'F'
        and coalesce(t.fin_dspo_flag, '4') = '4'
),

placed as (
    select *,
        row_number() over (
            partition by poolarea_no, scheme, account_id
            order by acen_date, source_file, source_sha, src_row
        ) as line_no
    from moved
),

-- the balance that the account would have had before its first line, by each balance told
based as (
    select *,
        sum(signed_amt) over line as running_amt,
        balc - sum(signed_amt) over line as base_amt
    from placed
    window line as (partition by poolarea_no, scheme, account_id order by line_no)
)

select source_sha, src_row, event_ym, poolarea_no, scheme, traf_sn, init_traf_sn, hif_acct_type,
    account_id, line_no, traf_item,
    case incexpd_dirc when '1' then 'IN' else 'OUT' end as leg,
    amt, signed_amt, balc, acen_date, int_begndate, int_enddate, int_rate, term_flag, fin_vali_flag,
    -- what the last balance told before this line makes it
    (running_amt + last_value(base_amt ignore nulls) over (
        partition by poolarea_no, scheme, account_id order by line_no
        rows between unbounded preceding and 1 preceding
    ))::decimal(18, 2) as due_balc,
    (running_amt + last_value(base_amt ignore nulls) over (
        partition by poolarea_no, scheme, account_id order by line_no
        rows between unbounded preceding and current row
    ))::decimal(18, 2) as line_balc
from based
