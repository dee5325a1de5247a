-- grain: one delivered code in the years in which it means one unit
select region_code, year_from, year_to, region_sk, via
from region_meaning
