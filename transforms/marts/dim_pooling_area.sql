-- grain: one pooling area
select poolarea_no, poolarea_name, level, province_code, province_name
from pooling_area
