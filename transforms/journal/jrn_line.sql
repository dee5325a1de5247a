-- grain: one line of a voucher before the month's closing
with entry_line as (
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
        event_code, rule_id, debit_account as account_code, fund, summary,
        amount as debit_amt, 0::decimal(18, 2) as credit_amt, source_row_cnt
    from jrn_entry
    union all
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
        event_code, rule_id, credit_account, fund, summary,
        0::decimal(18, 2), amount, source_row_cnt
    from jrn_entry
),

manual_line as (
    select
        v.ledger_id, v.poolarea_no, v.scheme,
        'MAN|' || v.voucher_no as voucher_key,
        v.posting_date,
        (year(v.posting_date) * 100 + month(v.posting_date))::integer as period_ym,
        v.orig_period_ym::integer as orig_period_ym, v.event_code,
        'MANUAL' as rule_id,
        v.account_code, v.fund, v.summary, v.debit_amt, v.credit_amt,
        1::bigint as source_row_cnt
    from stg_voucher as v
    cross join param_run as r
    where year(v.posting_date) * 100 + month(v.posting_date) <= r.through_ym
),

line as (
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
        event_code, rule_id, account_code, fund, summary, debit_amt, credit_amt, source_row_cnt
    from entry_line
    union all
    select ledger_id, poolarea_no, scheme, voucher_key, posting_date, period_ym, orig_period_ym,
        event_code, rule_id, account_code, fund, summary, debit_amt, credit_amt, source_row_cnt
    from manual_line
),

account as (
    select insutype, account_code, fund
    from rule_account
)

select
    l.ledger_id, l.poolarea_no, l.scheme, l.voucher_key, l.posting_date, l.period_ym,
    l.orig_period_ym, l.event_code, l.rule_id, l.account_code,
    -- bank accounts belong to no fund: the fund stands on the income and expense lines
    coalesce(a.fund, l.fund) as fund,
    l.summary, l.debit_amt, l.credit_amt, l.source_row_cnt,
    l.event_code = 'OPEN' as is_opening
from line as l
left join account as a
    on l.scheme = a.insutype
    and l.account_code = a.account_code
