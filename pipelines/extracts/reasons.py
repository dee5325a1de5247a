"""Why a row does not pass: checks in the order in which they name the row's primary reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.table import Declaration

Disposition = Literal["accepted", "duplicate", "superseded", "held", "quarantined", "out_of_scope"]
DISPOSITIONS: tuple[Disposition, ...] = (
    "accepted",
    "duplicate",
    "superseded",
    "held",
    "quarantined",
    "out_of_scope",
)

COL_COUNT = "COL_COUNT"
ENC_INVALID = "ENC_INVALID"
ID_FLOAT_MANGLED = "ID_FLOAT_MANGLED"
TEXT_TOO_LONG = "TEXT_TOO_LONG"
AMT_IDENTITY = "AMT_IDENTITY"
DUP_EXACT = "DUP_EXACT"
DUP_CONFLICT = "DUP_CONFLICT"
SUPERSEDED_OLD = "SUPERSEDED_OLD"
ORPHAN_REVERSAL = "ORPHAN_REVERSAL"
VOUCHER_UNBALANCED = "VOUCHER_UNBALANCED"
VOUCHER_INCOMPLETE = "VOUCHER_INCOMPLETE"


@dataclass(frozen=True)
class Check:
    """One way in which a parsed row can fail.

    ``fails`` is SQL over the parsed relation; a row fails where it is TRUE (NULL does not fail).
    """

    reason: str
    disposition: Disposition
    columns: tuple[str, ...]
    fails: str


#: checks found while cutting a file into records, before any cell is read; numbered from -1 down
RECORD_CHECKS: dict[int, Check] = {
    -1: Check(COL_COUNT, "quarantined", (), ""),
    -2: Check(ENC_INVALID, "quarantined", (), ""),
}
RECORD_CODE: dict[str, int] = {check.reason: code for code, check in RECORD_CHECKS.items()}


def columns_named(decl: Declaration, *texts: str) -> tuple[str, ...]:
    """The declared columns that a predicate's text names, in declared order."""
    words = {word for text in texts for word in re.findall(r"[A-Za-z_][A-Za-z_0-9]*", text)}
    return tuple(col.name for col in decl.columns if col.name in words)


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values in their order, each once."""
    return tuple(dict.fromkeys(values))
