-- grain: one unit in one comparison
select comparison, level, old_key, new_key, province, old_name, new_name, change, change_year,
    detail
from region_change
