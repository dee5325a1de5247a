-- grain: one unit in the event years for which it is seen the same in the release's geography
select region_sk, year_from, year_to, as_of_year, as_of_region_sk, as_of_region_code,
    as_of_region_name, as_of_prefecture_code, as_of_prefecture_name, as_of_province_code,
    as_of_province_name, candidate_cnt, note
from region_as_of
