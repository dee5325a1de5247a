-- grain: one raw file
select batch_id, table_name, source_file, source_sha, encoding, rows_read, rows_accepted,
    rows_duplicate, rows_superseded, rows_held, rows_quarantined, rows_out_of_scope, amt_read,
    amt_accepted, amt_duplicate, amt_superseded, amt_held, amt_quarantined, amt_out_of_scope,
    replaced_rows, replaced_amt, released_rows, released_amt
from intake_batch
