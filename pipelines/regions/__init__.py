"""The regions room: a region text is read, corrected as data and resolved to year-end codes.

decode → list_reader (tokens) → corrections → hierarchy (units) → corrections → resolve → frames.
"""

from __future__ import annotations

from pipelines.regions.load import (
    RegionLoad,
    assert_strict,
    load_region_list,
    write_region_load,
)
from pipelines.regions.pooling import pooling_areas

__all__ = [
    "RegionLoad",
    "assert_strict",
    "load_region_list",
    "pooling_areas",
    "write_region_load",
]
