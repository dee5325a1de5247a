"""Tokens → units: who stands below whom. What has no certain parent is rejected, never attached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.regions.model import MUNICIPALITIES, Rejected, Token, Unit

if TYPE_CHECKING:
    from pipelines.regions.model import Level

_CJK_NAME = re.compile(r"^[㐀-䶿一-鿿〇\U00020000-\U000323af]+$")
_PROVINCE_ENDINGS = ("省", "自治区")


@dataclass(frozen=True)
class Assembly:
    """Every token once: as a unit or as a rejected token."""

    units: tuple[Unit, ...]
    rejected: tuple[Rejected, ...]


@dataclass
class _Place:
    """The place in the text: what the next line belongs to."""

    province: str | None = None
    #: prefecture (or municipality) that a line of names belongs to
    parent: str | None = None
    seen_province_digit: bool = False


def assemble(tokens: tuple[Token, ...]) -> Assembly:
    """Give each token its parents.

    A '1' line before any '2' line is one of the four municipalities or is rejected; after an
    unknown level or an unreadable name the parent is unknown and the names below are rejected.
    """
    place = _Place()
    units: list[Unit] = []
    rejected: list[Rejected] = []
    for token in tokens:
        outcome = _step(token, place)
        if isinstance(outcome, Unit):
            units.append(outcome)
        else:
            rejected.append(Rejected(token.line, token.no, token.raw, outcome))
    return Assembly(tuple(units), tuple(rejected))


def bad_name(name: str) -> str:
    """'' for a name of CJK characters, else the reason why it is none."""
    if "\ufffd" in name:
        return "BROKEN_CHARACTER"
    return "" if _CJK_NAME.match(name) else "NOT_A_NAME"


def _step(token: Token, place: _Place) -> Unit | str:
    """Advance ``place`` over the token; the unit it is, or the reason why it is none."""
    wrong = bad_name(token.name)
    if token.mark == "2":
        return _upper(token, place, wrong)
    if token.mark == "1":
        return _lower(token, place, wrong)
    if token.mark == "county":
        return _moved_down(token, place, wrong)
    if token.mark == "plain":
        return wrong or _plain(token, place)
    return _outside(token, place, wrong)


def _upper(token: Token, place: _Place, wrong: str) -> Unit | str:
    place.seen_province_digit = True
    place.province = None if wrong else token.name
    place.parent = token.name if token.name in MUNICIPALITIES else None
    return wrong or _unit(token, "province", token.name, None)


def _lower(token: Token, place: _Place, wrong: str) -> Unit | str:
    place.parent = None if wrong else token.name
    if wrong:
        return wrong
    if not place.seen_province_digit:
        if token.name in MUNICIPALITIES:
            place.province = token.name
            return _unit(token, "province", token.name, None)
        place.province = place.parent = None
        return "LEVEL_BEFORE_PROVINCE"
    if place.province is None:
        place.parent = None
        return "ORPHAN_LINE"
    return _unit(token, "prefecture", place.province, token.name)


def _plain(token: Token, place: _Place) -> Unit | str:
    if place.province is None or place.parent is None:
        return "ORPHAN_LINE"
    return _unit(token, "county", place.province, place.parent)


def _moved_down(token: Token, place: _Place, wrong: str) -> Unit | str:
    """A level line that a correction made a county directly under the province."""
    place.parent = None
    if wrong or place.province is None:
        return wrong or "ORPHAN_LINE"
    return _unit(token, "county", place.province, None)


def _outside(token: Token, place: _Place, wrong: str) -> str:
    """A token of a line with an unknown level, or behind the name of a level line."""
    if token.mark == "extra":
        return wrong or "LEVEL_LINE_EXTRA"
    if token.no == 1:
        place.parent = None
        # such a name can only be a province's, so the province is unknown as well
        if token.name.endswith(_PROVINCE_ENDINGS) or token.name in MUNICIPALITIES:
            place.province = None
    return "UNKNOWN_LEVEL"


def _unit(token: Token, level: Level, province: str, prefecture: str | None) -> Unit:
    return Unit(
        token.line,
        token.no,
        token.raw,
        token.name,
        level,
        province,
        prefecture,
        correction_ids=token.correction_ids,
        issues=token.issues,
    )
