"""Look-up rules that several extracts share."""

from __future__ import annotations

from schemas.table import LookupRule


def region_known(year: str) -> LookupRule:
    """The insured's region is a code that the lists or aliases know in the year of the event.

    ``year`` is the SQL of that year over the row's columns. A code whose unit has ended is still
    known; one that no list had yet is not.
    """
    return LookupRule(
        "REGION_UNKNOWN",
        "ref_region_code",
        (("insu_admdvs", "region_code"), (year, "year")),
        "参保区划在事件当年不在区划表内",
    )


def pool_match(year: str) -> LookupRule:
    """The row's pool is one that the map gives for its region in the year of the event."""
    return LookupRule(
        "POOL_MISMATCH",
        "ref_pooling_area_member",
        (("insu_admdvs", "region_code"), ("poolarea_no", "poolarea_no"), (year, "year")),
        "参保区划与统筹区在事件当年不符，暂挂",
        disposition="held",
    )


POOL_KNOWN = LookupRule(
    "POOL_UNKNOWN",
    "ref_pooling_area",
    (("poolarea_no", "poolarea_no"),),
    "统筹区编号不在统筹区表内",
)
SCHEME_KNOWN = LookupRule(
    "INSUTYPE_UNKNOWN", "ref_insutype", (("insutype", "insutype"),), "险种代码未知"
)
SCHEME_IN_SCOPE = LookupRule(
    "OUT_OF_SCOPE",
    "ref_insutype_in_scope",
    (("insutype", "insutype"),),
    "险种不在本系统范围",
    disposition="out_of_scope",
)
