"""The header row: where it stands among the first records, and how a file's cells are laid out."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.extracts.header_names import clean_header, loose

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipelines.extracts.profile import Profile
    from schemas.table import Declaration

#: records at the start of a file among which the header is looked for
HEAD = 10


@dataclass(frozen=True)
class Layout:
    """How the records of a file are cut into cells, and what each cell is.

    ``columns`` names the cells in their order: a declared column, a name of its own for a cell that
    only ``texts`` use, or '' for a cell nobody needs. ``texts`` gives, for declared columns that
    are not a cell as it stands, SQL over the cells (``c_<name>``, raw text, NULL where empty) whose
    result is read like a delivered cell. ``header_records`` come before the first data record.
    ``cent`` is the tolerance in yuan of the accounting identities of a row.
    """

    columns: tuple[str, ...]
    header_records: int = 1
    delimiter: str = ","
    texts: tuple[tuple[str, str], ...] = ()
    cent: Decimal = Decimal("0.00")

    @property
    def width(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class HeaderRow:
    """The header of a file: its cleaned names, its place among the records, the records before the
    first data record, and the delimiter of the cells."""

    names: tuple[str, ...]
    at: int
    records: int
    delimiter: str


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one record, unquoted where they are quoted."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def find_header(
    texts: Sequence[str],
    decl: Declaration,
    profile: Profile | None,
    delimiter: str = "",
    more: Collection[str] = (),
) -> HeaderRow:
    """The header among the first records of a file: the one with the most known names.

    Title rows may stand above it, a row of Chinese labels below it. A row below counts as labels
    where most of its cells are Chinese and none holds a digit: no row of data can pass so.
    ``more`` are further names to know a header by.
    """
    known = _known_names(decl, profile) | set(more)
    delimiter = delimiter or (profile.delimiter if profile else "")
    fixed = profile.header_records if profile else 0
    best: tuple[int, int, list[str], str] = (-1, 0, [], ",")
    for mark in (delimiter,) if delimiter else (",", "\t", ";", "|"):
        for at, text in enumerate(texts[: fixed or HEAD]):
            names = [clean_header(cell) for cell in cells_of(text, mark)]
            score = len({n for n in names if n in known or loose(n) in known})
            if score > best[0]:
                best = (score, at, names, mark)
    _, at, names, mark = best
    count = at + 1
    while not fixed and count < len(texts) and _labels(cells_of(texts[count], mark), len(names)):
        count += 1
    return HeaderRow(tuple(names), at, fixed or count, mark)


def _known_names(decl: Declaration, profile: Profile | None) -> set[str]:
    known = {name for col in decl.columns for name in (col.name, *col.meta.aliases)}
    if profile:
        known |= {n for rule in profile.columns for n in rule.sources} | set(profile.header)
        known |= set(profile.drop) | set(profile.optional)
        if profile.loose_names:
            known |= {loose(name) for name in known}
    return known


def _labels(cells: Sequence[str], width: int) -> bool:
    filled = [cell for cell in cells if clean_header(cell)]
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in cell) for cell in filled)
    digits = any(c.isdigit() for cell in filled for c in cell)
    return len(cells) == width and chinese >= 3 and 2 * chinese > len(filled) and not digits
