"""What sort of unit a name tells of, by its level and its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.regions.model import MUNICIPALITIES

if TYPE_CHECKING:
    from pipelines.regions.model import Level, Unit

#: suffix → kind, the longer suffixes first
_SUFFIXES: dict[Level, tuple[tuple[str, str], ...]] = {
    "province": (
        ("特别行政区", "special_region"),
        ("自治区", "autonomous_region"),
        ("省", "province"),
        ("市", "municipality"),
    ),
    "prefecture": (
        ("自治州", "autonomous_prefecture"),
        ("地区", "prefecture"),
        ("盟", "league"),
        ("市", "prefecture_city"),
    ),
    "county": (
        ("自治县", "autonomous_county"),
        ("自治旗", "autonomous_banner"),
        ("行政委员会", "admin_zone"),
        ("特区", "special_district"),
        ("县", "county"),
        ("旗", "banner"),
        ("区", "district"),
        ("市", "county_city"),
    ),
    "placeholder": (("", "placeholder"),),
}


def has_legal_suffix(level: Level, name: str) -> bool:
    """Whether the name ends as a unit of that level does."""
    return _by_suffix(level, name) is not None


def kind_of(unit: Unit) -> str | None:
    """The kind of a unit; None where the name ends in no legal suffix."""
    if unit.uncoded_kind:
        return unit.uncoded_kind
    kind = _by_suffix(unit.level, unit.name)
    if kind and unit.level == "county" and unit.prefecture is None:
        return "direct_county"
    if kind == "municipality" and unit.name not in MUNICIPALITIES:
        return None
    return kind


def _by_suffix(level: Level, name: str) -> str | None:
    for suffix, kind in _SUFFIXES[level]:
        if name.endswith(suffix) and len(name) > len(suffix):
            return kind
    return None
