"""附注 as frozen values: numbered sections of sentences and one table each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: text, money in yuan, a count, or nothing
Cell = str | Decimal | int | None


@dataclass(frozen=True)
class Section:
    """One section; ``head`` is empty where there is no table. ``total`` marks its last row."""

    title: str
    sentences: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: bool = False


@dataclass(frozen=True)
class Notes:
    """The notes of one ledger, book and month."""

    release_id: str
    book: str
    book_name: str
    ledger_id: str
    poolarea_no: str
    poolarea_name: str
    scheme: str
    scheme_name: str
    period_ym: int
    sections: tuple[Section, ...]
    #: what the paper is called, and what its file is called
    title: str = "会计报表附注"
    word: str = "附注"

    def section(self, word: str) -> Section:
        """The section whose title holds ``word``; raises KeyError where there is none."""
        for section in self.sections:
            if word in section.title:
                return section
        raise KeyError(word)
