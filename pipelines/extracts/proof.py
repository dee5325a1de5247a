"""The plain shape of whole blocks of lines, told by their bytes: cheaper than a look at each line.

A block is proven where its lines without their digits are of a few known outlines, and where no
byte of it breaks the rules of a decimal point and of a time of day. What is left open (how many
digits a number has, whether a date exists) is decided by the typed read and by ``SURE``. A block
that is not proven is none the worse: its file is left to ``shape``, line by line.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from pipelines.extracts.shape import direct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.extracts.header import Layout
    from schemas.columns import Kind
    from schemas.table import Column, Declaration

_DIGITS = b"0123456789"
#: outlines kept: a file with more has texts of its own in each line, and is not for this proof
MOST_OUTLINES = 4096
_DAY = "(?:--|//)"
#: kind → what is left of a plain cell without its digits
_OUTLINE: dict[Kind, str] = {
    "money": r"-?\.?",
    "ratio": r"-?\.?",
    "count": "",
    "ym": "",
    "date": f"{_DAY}?",
    "stamp": f"(?:{_DAY}(?: ::)?)?",
}
_DOT, _DASH, _COLON, _BLANK, _FEED = b".-: \n"
#: line feeds around a block, so that each byte has neighbours
_BEFORE, _AFTER = b"\n", b"\n" * 9
#: place from the end of ``123.45`` and what a digit there is worth in fen
_WORTH = tuple((place, 10 ** (place - 1 - (place > 2))) for place in (1, 2, *range(4, 20)))


def _ascii_without(chars: str) -> str:
    """A class of the printable ASCII characters that are neither digits nor among ``chars``."""
    kept = [n for n in range(0x20, 0x7F) if chr(n) not in chars + '"0123456789']
    return "[" + "".join(f"\\x{n:02x}" for n in kept) + "]"


def cell_outline(col: Column, delimiter: str) -> str:
    """What is left of a plain cell of a declared column without its digits, '' included."""
    if col.meta.kind in _OUTLINE:
        return _OUTLINE[col.meta.kind]
    first = _ascii_without(delimiter + " .-+eE'=")
    rest = _ascii_without(delimiter + " .'=")
    empty = f"(?!(?:[nN][aA][nN]|[nN][uU][lL][lL])(?:{re.escape(delimiter)}|$))"
    return f"(?:{empty}(?:\\+|[eE]?{first}){rest}*)?"


def line_outline(decl: Declaration, layout: Layout) -> str:
    """What is left of a plain line without its digits."""
    declared = {col.name: col for col in decl.columns}
    free = f"{_ascii_without(layout.delimiter + '.- ')}*"
    parts = [
        free if (col := declared.get(name)) is None or not direct(col, layout)
        else cell_outline(col, layout.delimiter)
        for name in layout.columns
    ]  # fmt: skip
    return re.escape(layout.delimiter).join(parts)


class LineProof:
    """Takes the lines of a file block by block, as long as all of them are plain (``holds``).

    ``lines`` counts them; ``fen`` is the sum of the control amount, where ``sums`` tells that it is
    a cell of the line.
    """

    def __init__(self, decl: Declaration, layout: Layout) -> None:
        self.delimiter = ord(layout.delimiter)
        self.width = layout.width
        self.outline = re.compile(line_outline(decl, layout).encode())
        self.known: set[bytes] = set()
        self.holds = self.width > 1
        self.lines = self.fen = 0
        self.cell = _control_cell(decl, layout)
        self.places = pl.Series(dtype=pl.UInt32)

    @property
    def sums(self) -> bool:
        return self.cell > 0

    def take(self, *lines: bytes) -> bool:
        """Whether the lines, told in pieces with a line feed at the end, are all plain."""
        self.holds = self.holds and self._is_plain(b"".join((_BEFORE, *lines, _AFTER)))
        return self.holds

    def _is_plain(self, block: bytes) -> bool:
        bare = block.translate(None, _DIGITS)[len(_BEFORE) : -len(_AFTER)]
        outlines = bare.split(b"\n")
        if outlines.pop():
            return False
        fresh = set(outlines) - self.known
        if len(fresh) + len(self.known) > MOST_OUTLINES:
            return False
        if not all(map(self.outline.fullmatch, fresh)):
            return False
        self.known |= fresh
        cells = _as_series(block)
        ends = (cells == self.delimiter) | (cells == _FEED)
        if not _marks_stand_well(cells, ends):
            return False
        if self.sums and outlines:
            fen = self._sum(block, cells, ends, len(outlines))
            if fen is None:
                return False
            self.fen += fen
        self.lines += len(outlines)
        return True

    def _places(self, size: int) -> pl.Series:
        """The numbers from 0 to ``size``, without it."""
        if len(self.places) < size:
            self.places = pl.int_range(0, size, dtype=pl.UInt32, eager=True)
        return self.places.slice(0, size)

    def _sum(self, block: bytes, cells: pl.Series, ends: pl.Series, lines: int) -> int | None:
        """The control amount of the block in fen; None where a cell is none."""
        places = self._places(len(cells))
        marks = places.filter(ends)
        starts = places.slice(0, lines) * self.width
        before, after = marks.slice(self.cell)[starts], marks.slice(self.cell + 1)[starts]
        length = after - before - 1
        if length.min() == 0:
            there = length > 0
            before, after, length = before.filter(there), after.filter(there), length.filter(there)
        usual = (length >= 4).all() and (length <= _WORTH[-1][0]).all()
        if not usual or not (cells[after - 3] == _DOT).all():
            spans = zip(before.to_list(), after.to_list(), strict=True)
            return _added_up(block[a + 1 : b] for a, b in spans)
        below = cells[before + 1] == _DASH
        if not below.any():
            return _worth(cells, after, length)
        above = ~below
        return _worth(cells, after.filter(above), length.filter(above)) - _worth(
            cells, after.filter(below), length.filter(below) - 1
        )


def _as_series(block: bytes) -> pl.Series:
    """The bytes of a block as numbers, in place."""
    buffer = pa.py_buffer(block)
    return pl.Series(pa.UInt8Array.from_buffers(pa.uint8(), len(block), [None, buffer]))


def _marks_stand_well(cells: pl.Series, ends: pl.Series) -> bool:
    """A decimal point follows a digit and has one or two behind it; a time is ``00:00:00``."""
    size = len(cells) - len(_BEFORE) - len(_AFTER)

    def at(bits: pl.Series, shift: int) -> pl.Series:
        return bits.slice(len(_BEFORE) + shift, size)

    dash = cells == _DASH
    bare = at(ends | dash, -1) | at(ends, 1) | ~(at(ends, 2) | at(ends, 3))
    if (at(cells == _DOT, 0) & bare).any():
        return False
    colon = cells == _COLON
    time = at(colon, 3) & at(colon, 6) & at(ends, 9)
    return not (at(cells == _BLANK, 0) & ~time).any()


def _control_cell(decl: Declaration, layout: Layout) -> int:
    """Which cell of a line is the control amount as it stands; 0 where none after the first is."""
    if decl.control_amount not in layout.columns:
        return 0
    col = decl.column(decl.control_amount)
    if col.meta.kind != "money" or col.meta.default or not direct(col, layout):
        return 0
    return layout.columns.index(col.name)


def _added_up(amounts: Iterable[bytes]) -> int | None:
    """The sum in fen of amounts of any form; None where one is none."""
    try:
        return int(sum((Decimal(text.decode()) for text in amounts), Decimal()).scaleb(2))
    except InvalidOperation:
        return None


def _worth(cells: pl.Series, after: pl.Series, length: pl.Series) -> int:
    """The sum in fen of amounts of two decimals without sign that end before ``after``."""
    total = 0
    longest = int(length.max() or 0)  # type: ignore[arg-type]
    for place, worth in _WORTH:
        if place > longest:
            break
        if place > 4:
            reaches = length >= place
            after, length = after.filter(reaches), length.filter(reaches)
        digits = cells[after - place]
        total += worth * (int(digits.sum()) - 0x30 * len(digits))
    return total
