-- grain: one unit tested by one rule over a set of rows; units told only as a number are one row
-- view
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_double_collection
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_transfer
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_balance
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_interest
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_budget
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_headcount
union all
select rule_id, poolarea_no, insutype, period_ym, source_sha, src_row, row_cnt, is_hit,
    expected_amt, found_amt, expected_cnt, found_cnt, amount
from set_recovery
