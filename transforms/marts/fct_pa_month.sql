-- grain: one movement type of one pooling area's personal accounts in one month
select
    poolarea_no,
    acct_ym as period_ym,
    make_date(acct_ym // 100, acct_ym % 100, 1) as period_start_date,
    acct_incexpd_type,
    count(*) as row_cnt,
    sum(amt) as amt,
    sum(balc) as balance_amt
from account_details
group by poolarea_no, acct_ym, acct_incexpd_type
