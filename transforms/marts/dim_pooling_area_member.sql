-- grain: one region code in one pooling area for one stretch of time
select region_code, poolarea_no, valid_from, valid_to, source
from pooling_area_member
