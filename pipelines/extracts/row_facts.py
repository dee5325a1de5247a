"""What a quarantine file keeps of a refused row beside its reasons: key, line hash, difference."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pipelines.extracts.repair_cells import repair_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.table import Declaration

#: domain letter of the keyed hash of a raw line
LINE_DOMAIN = b"L"
#: the form of an amount identity among the row rules: one column against a sum of columns
_IDENTITY = re.compile(r"abs\((\w+) - \((\w+(?: \+ \w+)*)\)\) <= \{cent\}")


def line_hash(raw: bytes, key: str) -> str:
    """A keyed hash of a raw line: equal lines are found, no line can be guessed without the key."""
    return hashlib.sha256(key.encode("ascii") + LINE_DOMAIN + raw).hexdigest()[:32]


def row_key(decl: Declaration, cells: Mapping[str, str]) -> str | None:
    """The values of the table's key, joined by ``;`` as they are staged; ``cells`` by column.

    None where a key cell is empty or not a cell of the file. No key holds a person's id: these are
    the numbers that the platform gives to rows.
    """
    values: list[str] = []
    for name in decl.spec.key:
        col = decl.column(name)
        text, _ = repair_cell(col, cells.get(name, ""))
        if col.meta.kind in ("count", "ym"):
            text = str(int(text)) if text.isascii() and text.isdigit() else ""
        if not text and not col.meta.default:
            return None
        values.append(text)
    return ";".join(values)


def identity_gap(decl: Declaration, cells: Mapping[str, str]) -> Decimal | None:
    """By how much (yuan) the first broken amount identity of a row misses: whole less parts.

    None where no identity is broken or an amount cannot be read.
    """
    for rule in decl.spec.rules:
        found = _IDENTITY.fullmatch(rule.predicate)
        if found is None:
            continue
        whole, *parts = [_amount(decl, cells, name) for name in (found[1], *found[2].split(" + "))]
        if whole is None or None in parts:
            return None
        gap = whole - sum((part for part in parts if part is not None), Decimal("0.00"))
        if gap:
            return gap
    return None


def _amount(decl: Declaration, cells: Mapping[str, str], name: str) -> Decimal | None:
    col = decl.column(name)
    text, _ = repair_cell(col, cells.get(name, ""))
    try:
        amount = Decimal(text or col.meta.default)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal("1e16") else None
