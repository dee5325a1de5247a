-- grain: one raw file behind one voucher
with voucher as (
    select distinct book, ledger_id, event_id, voucher_id
    from jrn_journal
    where not is_closing
)

select v.book, v.voucher_id, s.table_name, s.source_sha, s.source_row_cnt, s.first_src_row,
    s.last_src_row, s.source_amt
from voucher as v
inner join jrn_source as s
    on v.ledger_id = s.ledger_id
    and v.event_id = s.voucher_key
