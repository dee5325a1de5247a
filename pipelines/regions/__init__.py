"""The regions room: a region text is read, corrected as data and resolved to year-end codes.

decode → list_reader or pairs_reader (tokens) → corrections → hierarchy or pairs (units) →
corrections → resolve → frames; ``rejoin`` of the frames is the text again.
"""

from __future__ import annotations

from pipelines.regions.load import (
    RegionLoad,
    load_region_list,
    load_region_pairs,
    load_region_text,
    write_region_load,
)
from pipelines.regions.pooling import pooling_areas
from pipelines.regions.strict import assert_strict

__all__ = [
    "RegionLoad",
    "assert_strict",
    "load_region_list",
    "load_region_pairs",
    "load_region_text",
    "pooling_areas",
    "write_region_load",
]
