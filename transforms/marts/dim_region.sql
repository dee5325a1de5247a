-- grain: one unit as the region text has it
select source_line, token_no, part_no, level, province, prefecture, county, region_code,
    local_code, code_year, issues
from region_source
