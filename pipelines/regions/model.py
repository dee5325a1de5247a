"""The values that pass between the steps: token → unit → resolved unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: how a token stands in the text: '2' and '1' are the level digits of the list (2 = province,
#: 1 = prefecture), 'county' a level line that a correction moved down, 'unknown' any other digit,
#: 'extra' what follows the name on a level line, 'plain' a name on a line without level; of the
#: pairs every name is an 'item'
Mark = Literal["2", "1", "county", "unknown", "extra", "plain", "item"]
Format = Literal["list", "pairs"]
Level = Literal["province", "prefecture", "county", "placeholder"]
MatchMethod = Literal["exact_path", "history_year", "corrected", "placeholder", "none"]
Severity = Literal["info", "warning"]

MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")


@dataclass(frozen=True, slots=True)
class Token:
    """One name of the text where it stands; ``raw`` keeps level digit or bullet, ``name`` not."""

    line: int
    no: int
    raw: str
    name: str
    mark: Mark
    correction_ids: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A token (or a whole line outside the list) that was not read as a unit."""

    line: int
    no: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Something worth knowing; ``line`` 0 is the whole file."""

    line: int
    code: str
    detail: str
    severity: Severity = "info"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its path. ``prefecture`` of a county: None = directly under the province.

    ``raw`` is the text that the unit alone accounts for: '' for the second ``part`` of a glued name
    and for a lost item, which stands before (``part`` 0) or behind (2) the token it was missed at.
    """

    line: int
    no: int
    raw: str
    name: str
    level: Level
    province: str
    prefecture: str | None
    part: int = 1
    #: '' or the kind that a correction gives to a unit which has no GB/T 2260 code
    uncoded_kind: str = ""
    correction_ids: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, str | None, str]:
        """Province, prefecture, own name."""
        return (self.province, self.prefecture, self.name)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A unit and the codes found for it."""

    unit: Unit
    method: MatchMethod
    code: str | None
    year: int | None
    province_code: str | None
    prefecture_code: str | None
    issues: tuple[str, ...]
    local_code: str | None = None
