"""Reader of the list text: lines with a level digit, and lines of names below them.

The reader yields every token and judges nothing but the form; ``hierarchy`` decides what belongs
where.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.regions.model import Issue, Token
from pipelines.regions.text import lines_of, odd_blanks, words_of

if TYPE_CHECKING:
    from pipelines.regions.model import Mark


@dataclass(frozen=True)
class Reading:
    """All tokens of a text in their order, and what is odd about its form."""

    tokens: tuple[Token, ...]
    issues: tuple[Issue, ...]


def read_list(text: str) -> Reading:
    """Split the text on line feeds (with or without CR), the lines on blanks."""
    tokens: list[Token] = []
    issues: list[Issue] = []
    before_plain = False
    for number, line in enumerate(lines_of(text), start=1):
        found = _read_line(number, line)
        if not found:
            issues.append(Issue(number, "BLANK_LINE", "空行"))
            continue
        plain = found[0].mark == "plain"
        if plain and before_plain:
            issues.append(Issue(number, "CONTINUATION_LINE", "续行：接上一行的县级单位"))
        if odd := odd_blanks(line):
            issues.append(Issue(number, "UNUSUAL_BLANK", f"非普通空格：{odd}"))
        tokens += found
        before_plain = plain
    return Reading(tuple(tokens), tuple(issues))


def _read_line(number: int, line: str) -> list[Token]:
    found = words_of(line)
    if not found:
        return []
    start, end, first = found.pop(0)
    digits, name = _split_level(first)
    if digits and not name and found:
        _, end, name = found.pop(0)
    mark: Mark = "plain"
    if digits:
        mark = "2" if digits == "2" else "1" if digits == "1" else "unknown"
        mark = mark if name else "unknown"
    rest: Mark = mark if mark in ("plain", "unknown") else "extra"
    others = [Token(number, no, raw, raw, rest) for no, (_, _, raw) in enumerate(found, 2)]
    return [Token(number, 1, line[start:end], name, mark), *others]


def _split_level(text: str) -> tuple[str, str]:
    """Leading level digits (of any width, given as ASCII) and the text after them."""
    digits = ""
    for at, char in enumerate(text):
        plain = unicodedata.normalize("NFKC", char)
        if not (plain.isascii() and plain.isdecimal()):
            return digits, text[at:]
        digits += plain
    return digits, ""
