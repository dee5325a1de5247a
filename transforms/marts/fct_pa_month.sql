-- grain: one movement type of one pooling area's personal accounts in one month
with ordered as (
    select
        poolarea_no, acct_ym, acct_incexpd_type, amt, balc,
        -- a balance stands until the next movement: only a person's last one counts
        row_number() over (
            partition by poolarea_no, psn_no_hash, acct_ym
            order by updt_time desc, source_sha desc, src_row desc
        ) = 1 as is_last
    from account_details
    cross join param_run
    where acct_ym <= through_ym
)

select
    poolarea_no,
    acct_ym as period_ym,
    make_date(acct_ym // 100, acct_ym % 100, 1) as period_start_date,
    acct_incexpd_type,
    count(*) as row_cnt,
    sum(amt) as amt,
    coalesce(sum(balc) filter (is_last), 0) as balance_amt
from ordered
group by poolarea_no, acct_ym, acct_incexpd_type
