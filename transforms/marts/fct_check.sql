-- grain: one check of the release
select check_id, severity, title, status, rows_tested, rows_failed, difference_amt
from check_result
