-- grain: one attribute of the release
select attribute, value
from param_attribute
