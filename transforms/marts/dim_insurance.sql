-- grain: one insurance type
select insutype, insutype_name, scheme, in_scope
from rule_insutype
