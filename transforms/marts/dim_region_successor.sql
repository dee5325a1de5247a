-- grain: one ended unit and one unit that follows it
select old_code, old_name, change_year, new_code, new_name, kind, share, document_no, source
from region_successor
