-- grain: one column of one mart
select table_name, table_zh, grain, column_no, column_name, column_zh, sql_type, unit, note,
    sensitivity, is_key
from declared_column
