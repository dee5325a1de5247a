-- grain: one printed figure and what it is held against
select region_code, scheme, fund, period_ym, item, compared_with, source_key, is_quick,
    printed_value, printed_unit, printed, found, difference, difference_pct, verdict
from met_published_check
