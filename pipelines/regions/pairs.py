"""Tokens of the pairs text → units: a name that is a province opens a pair, the next closes it.

Counting items two by two would shift every pair behind a lost item. What no province opened is
rejected; where a province follows a province, one item is lost, and that is told as a row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipelines.regions.hierarchy import Assembly, bad_name
from pipelines.regions.model import Rejected, Unit
from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pipelines.regions.model import Token

FILE_NAME = "placeholder_codes.csv"
_COLUMNS = ("province", "placeholder", "code")
#: end of a placeholder's code → its name, for the one whose name the text has lost
_NAME_BY_CODE = {"0100": "市辖区", "0200": "县"}


@dataclass(frozen=True)
class Placeholders:
    """Names that stand for what has no prefecture of its own, and their codes.

    ``lost`` are those whose name no text holds: they can only be told from a gap.
    """

    codes: Mapping[tuple[str, str], str]
    lost: frozenset[tuple[str, str]]

    def missing(self, province: str, read: Collection[str]) -> str | None:
        """The one placeholder of the province that was not read, if it is the lost one."""
        left = [(p, name) for p, name in self.codes if p == province and name not in read]
        return left[0][1] if len(left) == 1 and left[0] in self.lost else None


def read_placeholders(path: Path) -> Placeholders:
    """Read the table of placeholders. Raises JiecunError REGION_RULES_UNREADABLE."""
    codes: dict[tuple[str, str], str] = {}
    lost: set[tuple[str, str]] = set()
    for row in read_rows(path, _COLUMNS):
        name = row["placeholder"] or _NAME_BY_CODE.get(row["code"][2:], "")
        codes[row["province"], name] = row["code"]
        if not row["placeholder"]:
            lost.add((row["province"], name))
    return Placeholders(codes, frozenset(lost))


def assemble_pairs(
    tokens: Sequence[Token], provinces: Collection[str], placeholders: Placeholders
) -> Assembly:
    """Pair every token of the list, in its order.

    Each province item is a row of its own, so the rows give back the text. A gap is identified only
    where its province has one gap and one placeholder that was not read; else it stays without a
    name.
    """
    place = _Place()
    for token in tokens:
        wrong = bad_name(token.name)
        if wrong:
            place.rejected.append(Rejected(token.line, token.no, token.raw, wrong))
            place.open = None
        elif token.name in provinces:
            if place.open is not None:
                place.units.append(_gap(place.open.name, token, part=0))
            place.units.append(_unit(token, token.name, None))
            place.open = token
        elif place.open is None:
            place.rejected.append(Rejected(token.line, token.no, token.raw, "ORPHAN_LINE"))
        else:
            place.units.append(_unit(token, place.open.name, token.name))
            place.open = None
    if place.open is not None:
        place.units.append(_gap(place.open.name, place.open, part=2))
    return Assembly(tuple(_identified(place.units, placeholders)), tuple(place.rejected))


@dataclass
class _Place:
    """What was read so far; ``open`` is the province that waits for its city."""

    units: list[Unit] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    open: Token | None = None


def _unit(token: Token, province: str, prefecture: str | None) -> Unit:
    return Unit(
        token.line,
        token.no,
        token.raw,
        token.name,
        "province" if prefecture is None else "prefecture",
        province,
        prefecture,
        correction_ids=token.correction_ids,
        issues=token.issues,
    )


def _gap(province: str, token: Token, part: int) -> Unit:
    return Unit(
        token.line, token.no, "", "", "prefecture", province, None, part, issues=("LOST_TEXT",)
    )


def _identified(units: Sequence[Unit], placeholders: Placeholders) -> Iterable[Unit]:
    """The units with placeholders marked as such, and gaps named where only one name is left."""
    gaps = Counter(unit.province for unit in units if not unit.name)
    read = {(unit.province, unit.name) for unit in units}
    for unit in units:
        name = unit.name
        if not name and gaps[unit.province] == 1:
            held = {other for province, other in read if province == unit.province}
            name = placeholders.missing(unit.province, held) or ""
        if unit.level == "prefecture" and (unit.province, name) in placeholders.codes:
            issues = unit.issues or ("PLACEHOLDER_NAME",)
            unit = replace(  # noqa: PLW2901
                unit, name=name, prefecture=name, level="placeholder", issues=issues
            )
        yield unit
