-- grain: one raw file behind one voucher
with voucher as (
    select book, ledger_id, voucher_id,
        -- a late voucher has the rows of the voucher it completes
        case when starts_with(event_id, 'LATE|') then substr(event_id, 13) else event_id end
            as event_id
    from jrn_journal
    where line_no = 1 and not is_closing
)

select v.book, v.voucher_id, s.table_name, s.source_sha, s.source_row_cnt, s.first_src_row,
    s.last_src_row, s.source_amt
from voucher as v
inner join jrn_source as s
    on v.ledger_id = s.ledger_id
    and v.event_id = s.voucher_key
