-- grain: one line of a voucher that adjusts the personal accounts to their details (E91, E92)
-- A line is a line of the detail list where it names the account's owner and its document.
select
    s.source_sha,
    s.src_row,
    s.ledger_id,
    s.poolarea_no,
    s.scheme,
    s.voucher_no,
    s.posting_date,
    s.event_code,
    (s.credit_amt - s.debit_amt)::decimal(18, 2) as adjust_amt,
    case when v.psn_no_hash is not null and v.doc_no is not null
        then s.credit_amt - s.debit_amt
        else 0
    end::decimal(18, 2) as detail_amt
from stg_voucher as s
inner join vouchers as v
    on s.source_sha = v.source_sha
    and s.src_row = v.src_row
    and s.voucher_no = v.voucher_no
    and s.line_no = v.line_no
cross join param_run as r
where s.event_code in ('E91', 'E92')
    and s.account_code = '300102'
    and year(s.posting_date) * 100 + month(s.posting_date) <= r.through_ym
