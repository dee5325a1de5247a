"""The vendored tables that a region text is read with, read once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.regions import corrections as fixes
from pipelines.regions import history as codes
from pipelines.regions import pairs
from pipelines.regions.reference import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.regions.corrections import Correction
    from pipelines.regions.history import History
    from pipelines.regions.model import Format
    from pipelines.regions.pairs import Placeholders

TEXTS_FILE = "region_texts.csv"
LIMITS_FILE = "region_limits.csv"
_COUNTS = ("province", "prefecture", "county", "placeholder", "no_code", "duplicate", "corrections")


@dataclass(frozen=True)
class KnownText:
    """A text that someone has read and accepted, and the counts it must give."""

    sha256: str
    name: str
    format: Format
    #: by the names of ``_COUNTS``; ``province`` counts different ones
    counts: dict[str, int]


@dataclass(frozen=True)
class RegionRules:
    """Everything but the text: code history, placeholders, corrections, known texts, limits."""

    history: History
    placeholders: Placeholders
    corrections: tuple[Correction, ...]
    texts: tuple[KnownText, ...]
    #: share by which the row count may differ from the load before
    row_change: Decimal

    def known(self, sha256: str) -> KnownText | None:
        """The registered text of that hash."""
        return next((text for text in self.texts if text.sha256 == sha256), None)

    def own_corrections(self, sha256: str) -> tuple[Correction, ...]:
        """The corrections that were written for the text of that hash."""
        return tuple(fix for fix in self.corrections if fix.sha16 == sha256[:16])


def read_region_rules(folder: Path) -> RegionRules:
    """Read ``folder``. Raises JiecunError REGION_RULES_UNREADABLE, CORRECTION_INVALID.

    A registered text whose corrections are not all there is REGION_RULES_UNREADABLE as well: read
    without them it would look like a text full of faults.
    """
    corrections = fixes.read_all_corrections(folder)
    texts = tuple(
        KnownText(
            row["sha256"],
            row["name"],
            cast("Format", row["format"]),
            {name: int(row[name]) for name in _COUNTS},
        )
        for row in read_rows(folder / TEXTS_FILE, ("sha256", "name", "format", *_COUNTS))
    )
    for text in texts:
        found = sum(text.sha256.startswith(fix.sha16) for fix in corrections)
        if found != text.counts["corrections"]:
            problem = Problem(
                "REGION_RULES_UNREADABLE",
                f"{text.name} 的更正",
                f"{text.counts['corrections']} 条",
                f"{found} 条",
                f"恢复更正表，或改正 {TEXTS_FILE} 中的条数",
            )
            raise JiecunError(problem, exit_code=EXIT_CHECK)
    return RegionRules(
        codes.read_history(folder / codes.FILE_NAME),
        pairs.read_placeholders(folder / pairs.FILE_NAME),
        corrections,
        texts,
        _row_change(folder / LIMITS_FILE),
    )


def _row_change(path: Path) -> Decimal:
    """The newest value of the limit on the change of the row count."""
    rows = read_rows(path, ("limit_id", "valid_from", "value"))
    dated = {row["valid_from"]: row["value"] for row in rows if row["limit_id"] == "row_change"}
    if not dated:
        problem = Problem(
            "REGION_RULES_UNREADABLE", path.name, "一行 row_change", "没有", "恢复规则文件"
        )
        raise JiecunError(problem, exit_code=EXIT_CHECK)
    return Decimal(dated[max(dated)])
