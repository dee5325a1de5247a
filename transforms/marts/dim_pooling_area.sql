-- grain: one pooling area
select poolarea_no, poolarea_name, level, province_code, province_name, region_code,
    prefecture_code, prefecture_name, as_of_year, geography_note, valid_from, valid_to, source
from pooling_area
