"""Source profiles: what is known of an agency's own layout, written in TOML instead of code.

A profile is chosen by the manifest beside a file, by the file's name, or by its header.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.extracts.header_names import loose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: money unit → power of ten by which it exceeds the yuan
UNITS: dict[str, int] = {
    "分": -2,
    "角": -1,
    "元": 0,
    "千元": 3,
    "万元": 4,
    "百万元": 6,
    "亿元": 8,
}
ENCODINGS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
DELIMITERS = (",", "\t", ";", "|")
REVERSALS = ("", "same_id")
CENTS = (Decimal("0.00"), Decimal("0.01"))
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class ColumnRule:
    """Where one declared column comes from: the first of its sources the file has, else SQL over
    the file's cells, else a constant; then code map, unit and date forms are applied."""

    column: str
    sources: tuple[str, ...] = ()
    sql: str = ""
    value: str | None = None
    codes: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """One layout. ``header_records`` 0 and ``encoding``/``delimiter`` '' mean: found out.

    ``optional`` names cells that expressions use and a file may lack (then NULL). A declared column
    without a rule comes from the cell of its own name or alias. ``cent`` is the tolerance in yuan
    of the accounting identities of a row.
    """

    name: str
    title_zh: str
    table: str
    files: tuple[str, ...] = ()
    name_pattern: str = ""
    header: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    header_records: int = 0
    sheet: str = ""
    nulls: tuple[str, ...] = ()
    money_unit: str = "元"
    dates: tuple[str, ...] = ()
    serial_dates: bool = False
    cent: Decimal = Decimal("0.00")
    reversal: str = ""
    loose_names: bool = False
    drop: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    columns: tuple[ColumnRule, ...] = ()

    @property
    def rules(self) -> dict[str, ColumnRule]:
        return {rule.column: rule for rule in self.columns}

    def own_names(self, column: str, names: Sequence[str]) -> list[str]:
        """Those of a column's own names that fill it by themselves.

        Not the names that the column's own expression uses, that the profile takes for another
        column, or that it drops.
        """
        taken = set(self.drop)
        for rule in self.columns:
            taken |= set(words(rule.sql) if rule.column == column else rule.sources)
        return [name for name in names if name not in taken]


def words(sql: str) -> list[str]:
    """The words of an expression that may be names of cells."""
    return re.findall(r"[^\W\d]\w*", re.sub(r"'[^']*'", " ", sql.lower()))


class ProfileError(ValueError):
    """A value of a profile that cannot stand; the message is Chinese and names the key."""

    def __init__(self, key: str, expected: str, found: str) -> None:
        self.key, self.expected, self.found = key, expected, found
        super().__init__(f"{key}: 应为 {expected}，实为 {found}")


def cent_of(key: str, value: object) -> Decimal:
    """The tolerance ``0.00`` or ``0.01`` from a text or number."""
    text = str(value)
    if text not in ("0", "0.0", "0.00", "0.01"):
        raise ProfileError(key, "0.00 或 0.01", text[:40])
    return CENTS[text == "0.01"]


def choose(
    profiles: Iterable[Profile], file_name: str, table: str, header: Iterable[str]
) -> list[Profile]:
    """The profiles that claim a file: by its name, or failing that by its header."""
    mine = [p for p in profiles if not table or p.table == table]
    named = [
        p
        for p in mine
        if any(fnmatch.fnmatchcase(file_name, pattern) for pattern in p.files)
        or (p.name_pattern and re.fullmatch(p.name_pattern, file_name))
    ]
    if named:
        return named
    names = set(header)
    loosely = {loose(n) for n in names}
    return [
        p
        for p in mine
        if p.header and all(n in names or (p.loose_names and loose(n) in loosely) for n in p.header)
    ]
