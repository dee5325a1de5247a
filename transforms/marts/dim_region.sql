-- grain: one unit in the years in which it bore one code, name and path
select region_sk, region_code, local_code, code_order, region_name, region_short,
    level, kind, parent_code, parent_sk, province_code, province_name, prefecture_code,
    prefecture_name, valid_from, valid_to, date_precision, is_current, status, successor_sk,
    successor_cnt, code_source, code_year, source
from region
