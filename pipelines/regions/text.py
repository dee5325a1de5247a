"""The text as lines and blanks, and how rows and quarantine give it back.

``canonical`` is what two texts have in common that differ only in blanks, line ends and a line feed
at the end: each run of blanks is one space, none stands at the ends of a line. ``rejoin`` makes
that form from the frames alone, for every text that can be read at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

#: Unicode blanks, also those of no width that editors and joined files leave behind
BLANK = r"[\s\u200b\u2060\ufeff]"
_BLANKS = re.compile(rf"{BLANK}+")
_WORD = re.compile(rf"(?:(?!{BLANK}).)+", re.DOTALL)
_USUAL_BLANK = " "


def lines_of(text: str) -> list[str]:
    """The lines, split on line feeds (with or without CR) only; one at the very end ends a line."""
    lines = re.split(r"\r?\n", text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def words_of(line: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of each run of characters that are no blanks."""
    return [(m.start(), m.end(), m.group()) for m in _WORD.finditer(line)]


def odd_blanks(line: str) -> str:
    """The blanks of a line other than the space, as ``U+3000、…``; '' where there are none."""
    odd = sorted({c for blanks in _BLANKS.findall(line) for c in blanks if c != _USUAL_BLANK})
    return "、".join(f"U+{ord(c):04X}" for c in odd)


def collapse(line: str) -> str:
    """The line with its blanks in canonical form."""
    return _BLANKS.sub(_USUAL_BLANK, line).strip()


def canonical(text: str) -> str:
    """The whole text in canonical form, lines separated by one line feed."""
    return "\n".join(collapse(line) for line in lines_of(text))


def rejoin(regions: pl.DataFrame, quarantine: pl.DataFrame, issues: pl.DataFrame) -> str:
    """``RegionSource``, ``RegionQuarantine`` and ``RegionIssue`` rows → the canonical text.

    The raw texts of a line stand in the order of their tokens; an empty one (the second part of a
    glued name, a lost item) adds nothing. Lines without a token are empty; those at the end of the
    text are known from their BLANK_LINE issues.
    """
    words: dict[int, list[tuple[int, int, str]]] = {}
    parts = regions.select("source_line", "token_no", "part_no", "raw_text").iter_rows()
    held = quarantine.select("source_line", "token_no", "raw_text").iter_rows()
    _add(words, parts)
    _add(words, ((line, no, 1, raw) for line, no, raw in held))
    blank = issues.filter(issues["code"] == "BLANK_LINE")["source_line"]
    last = max([*words, *blank], default=0)
    return "\n".join(
        collapse(_USUAL_BLANK.join(raw for _, _, raw in sorted(words.get(number, [])) if raw))
        for number in range(1, last + 1)
    )


def _add(
    words: dict[int, list[tuple[int, int, str]]], rows: Iterable[tuple[int, int, int, str]]
) -> None:
    for line, no, part, raw in rows:
        words.setdefault(line, []).append((no, part, raw))
