"""Reader of the pairs text: a name an item, with or without bullet, a province before each city.

Like the reader of the list it judges nothing but the form; ``pairs`` decides what belongs together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.regions.model import Issue, Rejected, Token
from pipelines.regions.text import collapse, lines_of, odd_blanks, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: lines that head such a list; without one of them it begins at its first item
HEADINGS = ("全国各地天气预报查询",)
_BULLET = re.compile(r"^[•·●○▪◦‧∙*\-–—]+")


@dataclass(frozen=True)
class PairsReading:
    """All tokens of the list, the lines outside it, and what is odd about its form."""

    tokens: tuple[Token, ...]
    outside: tuple[Rejected, ...]
    issues: tuple[Issue, ...]


def read_pairs(text: str, provinces: Collection[str]) -> PairsReading:
    """Split the text on line feeds (with or without CR), the lines on blanks.

    What stands before the list is not read: PROLOGUE and HEADING, one per line. Blank lines are
    part of the form; only those at the very end are told.
    """
    lines = lines_of(text)
    heading, first = _begin(lines, provinces)
    outside = [
        Rejected(number, 1, line.strip(), "HEADING" if number == heading else "PROLOGUE")
        for number, line in enumerate(lines[: first - 1], start=1)
        if collapse(line)
    ]
    tokens: list[Token] = []
    issues: list[Issue] = []
    for number, line in enumerate(lines[first - 1 :], start=first):
        found = _read_line(number, line)
        if found and (odd := odd_blanks(line)):
            issues.append(Issue(number, "UNUSUAL_BLANK", f"非普通空格：{odd}"))
        tokens += found
    last = max([t.line for t in tokens] + [r.line for r in outside], default=0)
    issues += [Issue(n, "BLANK_LINE", "文末空行") for n in range(last + 1, len(lines) + 1)]
    issues += _form_issues(tokens)
    return PairsReading(tuple(tokens), tuple(outside), tuple(issues))


def _begin(lines: Sequence[str], provinces: Collection[str]) -> tuple[int, int]:
    """Line numbers of the heading (0 = none) and of the first line of the list."""
    for number, line in enumerate(lines, start=1):
        if collapse(line) in HEADINGS:
            return number, number + 1
    for number, line in enumerate(lines, start=1):
        words = _read_line(number, line)
        if words and (words[0].raw != words[0].name or words[0].name in provinces):
            return 0, number
    return 0, len(lines) + 1


def _read_line(number: int, line: str) -> list[Token]:
    """The names of a line; a bullet that stands alone belongs to the name behind it."""
    out: list[Token] = []
    words = words_of(line)
    at = 0
    while at < len(words):
        start, end, word = words[at]
        name = _BULLET.sub("", word)
        if not name and at + 1 < len(words):
            at += 1
            _, end, name = words[at]
        out.append(Token(number, len(out) + 1, line[start:end], name, "item"))
        at += 1
    return out


def _form_issues(tokens: Sequence[Token]) -> list[Issue]:
    bulleted = [token.raw != token.name for token in tokens]
    if not any(bulleted):
        return []
    bare = [token for token, has in zip(tokens, bulleted, strict=True) if not has]
    return [Issue(t.line, "NO_BULLET", f"{t.name}：没有项目符号") for t in bare]
