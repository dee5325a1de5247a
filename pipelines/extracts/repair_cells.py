"""Cells that cannot be read as they stand but whose meaning is certain, in their plain form.

Nothing is guessed: what could mean two things (``1,23,4.5``), or has lost digits (``5.201E+19``,
``12.345``), or is no date (``45322``, ``2024-02-30``), stays as it is and is refused by the checks.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipelines.extracts.decode import BLANKS
from pipelines.extracts.shape import is_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from schemas.columns import Kind
    from schemas.table import Column

#: a cell lost blanks at its ends other than spaces
WS_STRIPPED = "WS_STRIPPED"
#: ``="123"`` or ``'123``: marks that keep a spreadsheet from taking an id for a number
EXCEL_TEXT = "EXCEL_TEXT"
#: full-width characters of a number, date or code
WIDTH_UNIFIED = "WIDTH_UNIFIED"
#: ``nan`` or ``null`` for an empty cell
NULL_TEXT = "NULL_TEXT"
#: grouping, currency sign or brackets of an amount
AMT_UNIFIED = "AMT_UNIFIED"
#: ``.0`` behind a code or a month
FLOAT_SUFFIX = "FLOAT_SUFFIX"
#: ``+08:00`` behind a local time
OFFSET_STRIPPED = "OFFSET_STRIPPED"

_NULLS = frozenset({"nan", "null"})
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_AMOUNT = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,2})?")
_BRACKETS = re.compile(r"\((.*)\)")
_FLOAT_CODE = re.compile(r"([0-9]{1,15})\.0")
_FLOAT_MONTH = re.compile(r"([0-9]{6})\.0")
_EXCEL = re.compile(r'="([^"]*)"')
_DAY = re.compile(
    r"([1-9][0-9]{3})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})"
    r"|([0-9]{2})([0-9]{2}))(| [0-9]{2}:[0-9]{2}:[0-9]{2})"
)


def repair_cell(col: Column, text: str) -> tuple[str, tuple[str, ...]]:
    """The text in its plain form ('' = empty), and the kinds of repair that count as warnings.

    A text that is not understood comes back trimmed and otherwise as it was.
    """
    bare = text.strip(BLANKS)
    told = [WS_STRIPPED] if bare != text.strip(" ") else []
    if not bare or not (is_code(col) or col.meta.kind != "text"):
        return bare, tuple(told)
    value = bare
    marked = _EXCEL.fullmatch(value)
    if marked or (value.startswith("'") and len(value) > 1):
        value = marked[1] if marked else value[1:]
        told.append(EXCEL_TEXT)
    wide = unicodedata.normalize("NFKC", value)
    if wide != value:
        told.append(WIDTH_UNIFIED)
    value = wide.strip(BLANKS)
    if value.lower() in _NULLS:
        return "", (*told, NULL_TEXT)
    value, kinds = _BY_KIND.get(col.meta.kind, _same)(value)
    return value, (*told, *kinds)


def repair_row(
    columns: Sequence[Column | None], cells: Sequence[str]
) -> tuple[list[str], set[str]]:
    """The cells of a record in their plain forms; those without a declared column stay."""
    told: set[str] = set()
    out: list[str] = []
    for col, cell in zip(columns, cells, strict=True):
        if col is None or not cell:
            out.append(cell)
            continue
        value, kinds = repair_cell(col, cell)
        told.update(kinds)
        out.append(value)
    return out, told


def _same(text: str) -> tuple[str, tuple[str, ...]]:
    return text, ()


def _money(text: str) -> tuple[str, tuple[str, ...]]:
    if _AMOUNT.fullmatch(text.removeprefix("-")):
        return text, ()
    value, sign = text, ""
    bracketed = _BRACKETS.fullmatch(value)
    if bracketed:
        value, sign = bracketed[1], "-"
    if value.startswith("-") and not sign:
        value, sign = value[1:], "-"
    value = value.removeprefix("¥")
    if value.startswith("-") and not sign:
        value, sign = value[1:], "-"
    if _GROUPED.fullmatch(value):
        value = value.replace(",", "")
    if not _AMOUNT.fullmatch(value):
        return text, ()
    return sign + value, (AMT_UNIFIED,)


def _month(text: str) -> tuple[str, tuple[str, ...]]:
    found = _FLOAT_MONTH.fullmatch(text)
    return (found[1], (FLOAT_SUFFIX,)) if found else (text, ())


def _code(text: str) -> tuple[str, tuple[str, ...]]:
    found = _FLOAT_CODE.fullmatch(text)
    return (found[1], (FLOAT_SUFFIX,)) if found else (text, ())


def _date(text: str) -> tuple[str, tuple[str, ...]]:
    found = _DAY.fullmatch(text)
    return (_iso(found), ()) if found and not found[8] else (text, ())


def _stamp(text: str) -> tuple[str, tuple[str, ...]]:
    bare = text.removesuffix("+08:00")
    found = _DAY.fullmatch(bare)
    if not found or (bare != text and not found[8]):
        return text, ()
    return _iso(found) + found[8], (OFFSET_STRIPPED,) if bare != text else ()


def _iso(found: re.Match[str]) -> str:
    month, day = (found[2] or found[4] or found[6], found[3] or found[5] or found[7])
    return f"{found[1]}-{int(month):02d}-{int(day):02d}"


_BY_KIND: dict[Kind, Callable[[str], tuple[str, tuple[str, ...]]]] = {
    "money": _money,
    "ym": _month,
    "date": _date,
    "stamp": _stamp,
    "text": _code,
    "ident": _code,
}
