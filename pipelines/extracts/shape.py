"""The plain shape of a line: one pattern that tells that every cell can be read as it stands.

A line of the plain shape has the right number of cells, none that is needed and empty, and none
that must be trimmed, unified or refused for its form. What the pattern cannot tell (dates that do
not exist, lengths, rules over several cells) is left to SQL. The patterns mean the same to Python
and to Rust.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.extracts.header import Layout
    from schemas.columns import Kind
    from schemas.table import Column, Declaration

_DAY = "(?:[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}|[0-9]{8})"
#: kind → texts whose value in DuckDB is that of the exact forms, or that ``SURE`` refuses;
#: a bare yyyymmdd stops a typed read, and is understood where dates are cast after it
PLAIN: dict[Kind, str] = {
    "money": r"-?[0-9]{1,16}(?:\.[0-9]{1,2})?",
    "ratio": r"-?[0-9]{1,3}(?:\.[0-9]{1,6})?",
    "count": "[0-9]{1,18}",
    "ym": "[0-9]{6}",
    "date": _DAY,
    "stamp": f"{_DAY}(?: [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})?",
}
#: kind → what SQL must find of the value before a plain text is taken for sure
SURE: dict[Kind, str] = {
    "ym": "{c} BETWEEN 100000 AND 999999 AND {c} % 100 BETWEEN 1 AND 12",
    "date": "{c} BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'",
    "stamp": "{c} >= TIMESTAMP '1000-01-01' AND {c} < TIMESTAMP '10000-01-01' "
    "AND {c} <> TIMESTAMP '1970-01-01 08:00:00'",
}
#: line ends, quotes and blanks that are dropped at the ends of a cell
_NEVER = r'"\r\n\x00'
#: a code that may be longer than this may be a name in Chinese; its characters are never unified
NAME_LENGTH = 30
_HAN = r"[\u4e00-\u9fff]+"
_BLANK = r" \t\u00a0\u200b\u3000\ufeff\u0085\u2028\u2029"


def is_needed(col: Column) -> bool:
    """A column whose cell must not be empty."""
    return not col.nullable and not col.meta.default


def is_code(col: Column) -> bool:
    """A column of short codes or ids, whose forms are unified; other text stays as it came."""
    return col.meta.kind == "ident" or (col.meta.kind == "text" and col.max_len > 0)


def _code(mark: str) -> str:
    """Printable ASCII that is neither a number's text through a float, nor ``nan`` or ``null``.

    Few kinds of characters are told apart: the automaton must stay small enough for the nearest
    cache of a processor, or it takes twice the time.
    """
    other = _ascii_without(mark + "0123456789.+-:eEnN'=")
    char = _ascii_without(mark + "'=")
    rest = f"(?:(?:{char}| )*{char})?"
    letter = f"(?:{other}|[:nN])"
    return (
        f"(?:[0-9]+(?:(?:{letter}|[+-]){rest}|[eE](?:{letter}|[eE.]|[0-9]+(?:{letter}|[eE.+-])){rest})?"
        f"|(?:{other}|[:eE+-]){rest}|[nN](?:{char}|{char}{{4}}{rest})?)"
    )


def _ascii_without(chars: str) -> str:
    """A class of the printable ASCII characters (no space, no quote) but ``chars``, as ranges."""
    kept = [n for n in range(0x21, 0x7F) if chr(n) not in chars + '"']
    starts = [n for n in kept if n - 1 not in kept]
    ends = [n for n in kept if n + 1 not in kept]
    return "[" + "".join(f"\\x{a:02x}-\\x{b:02x}" for a, b in zip(starts, ends, strict=True)) + "]"


def cell_pattern(col: Column, delimiter: str) -> str:
    """The plain shape of one cell of a declared column, without quotes."""
    plain = PLAIN.get(col.meta.kind)
    if plain is not None:
        return plain
    if is_code(col):
        named = col.meta.kind == "text" and col.max_len > NAME_LENGTH
        return f"(?:{_code(delimiter)}|{_HAN})" if named else _code(delimiter)
    mark = re.escape(delimiter)
    return f"[^{mark}{_NEVER}{_BLANK}](?:[^{mark}{_NEVER}]*[^{mark}{_NEVER}{_BLANK}])?"


def line_pattern(decl: Declaration, layout: Layout, *, quoted: bool) -> str:
    """The plain shape of a record. Cells that only a profile's expressions use may hold any text.

    With ``quoted`` a cell may stand in quotes where its text without them is plain.
    """
    declared = {col.name: col for col in decl.columns}
    mark = re.escape(layout.delimiter)
    free = f"[^{mark}{_NEVER}]*"
    if quoted:
        free = f'(?:{free}|"(?:[^{_NEVER}]|"")*")'
    parts: list[str] = []
    for name in layout.columns:
        col = declared.get(name)
        if col is None or not direct(col, layout):
            parts.append(free)
            continue
        plain = cell_pattern(col, layout.delimiter)
        may_miss = "" if is_needed(col) else "?"
        cell = f'(?:{plain}|"{_inner(col, plain)}")' if quoted else f"(?:{plain})"
        parts.append(cell + may_miss)
    return f"^{mark.join(parts)}$"


def _inner(col: Column, plain: str) -> str:
    """What may stand between quotes: free text may hold the delimiter and doubled quotes there."""
    if col.meta.kind != "text" or is_code(col):
        return plain
    end, any_char = f'(?:[^{_NEVER}{_BLANK}]|"")', f'(?:[^{_NEVER}]|"")'
    return f"{end}(?:{any_char}*{end})?"


def direct(col: Column, layout: Layout) -> bool:
    """Whether a plain cell of the column is its value: no expression of the layout is between."""
    known = col.meta.kind in PLAIN or col.meta.kind in ("text", "ident")
    word = re.compile(rf"\bc_{re.escape(col.name)}\b")
    return known and not any(name == col.name or word.search(sql) for name, sql in layout.texts)


def odd_lines(path: Path, pattern: str, header: int) -> tuple[list[int], bool]:
    """Numbers (1 = first after the header lines) of the lines that are not of the plain shape.

    Also whether every line is a record: False where there are blank lines, which are none.
    """
    lines = pl.scan_lines(path, row_index_name="n", name="line")
    blank = pl.col("line").str.len_bytes() == 0
    odd = lines.filter(~pl.col("line").str.contains(pattern)).select("n", blank.alias("blank"))
    found = odd.collect(engine="streaming").sort("n")
    numbers = [n + 1 - header for n in found["n"].to_list() if n >= header]
    return numbers, not found["blank"].any()
