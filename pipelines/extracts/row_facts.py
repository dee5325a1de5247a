"""What a quarantine file keeps of a refused row beside its reasons: key, line hash, difference."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pipelines.extracts.set_sql import group_key

if TYPE_CHECKING:
    from decimal import Decimal

    from schemas.table import Declaration

#: domain letter of the keyed hash of a raw line
LINE_DOMAIN = b"L"
#: the form of an amount identity among the row rules: one column against a sum of columns
_IDENTITY = re.compile(r"abs\((\w+) - (\(\w+(?: \+ \w+)*\))\) <= \{cent\}")


def line_hash(raw: bytes, key: str) -> str:
    """A keyed hash of a raw line: equal lines are found, no line can be guessed without the key."""
    return hashlib.sha256(key.encode("ascii") + LINE_DOMAIN + raw).hexdigest()[:32]


def key_text(decl: Declaration) -> str:
    """SQL over staged columns: the values of the table's key, joined by ``;``.

    NULL where one is missing. No key holds a person's id: these are the numbers that the platform
    gives to rows.
    """
    parts = [
        f"CAST({name} AS VARCHAR)"
        if not decl.column(name).meta.default
        else f"coalesce(CAST({name} AS VARCHAR), '')"
        for name in decl.spec.key
    ]
    return " || ';' || ".join(parts)


def gap(decl: Declaration, cent: Decimal) -> str:
    """SQL: by how much (yuan) the first broken amount identity misses, the whole less its parts.

    NULL where none is broken beyond ``cent``.
    """
    arms = [
        f"WHEN NOT ({rule.sql(f'{cent:.2f}')}) THEN {found[1]} - {found[2]}"
        for rule in decl.spec.rules
        if (found := _IDENTITY.fullmatch(rule.predicate))
    ]
    return f"TRY(CAST(CASE {' '.join(arms)} END AS DECIMAL(18,2)))" if arms else "NULL"


def refused(decl: Declaration, cent: Decimal, where: str = "true", first: int = 1) -> str:
    """SQL for the rows of temp table ``g`` that failed a check and fit ``where``, in their order.

    Row ``first`` becomes row 1.
    """
    return (
        f"SELECT rn - {first - 1} AS src_row, fails, "
        f"{decl.control_amount or 'NULL'}::DECIMAL(18,2) AS amt, "
        f"{group_key(decl.name)} AS grp, {key_text(decl)} AS row_key, "
        f"{gap(decl, cent)}::DECIMAL(18,2) AS gap "
        f"FROM temp.g WHERE fails IS NOT NULL AND {where} ORDER BY rn"
    )
