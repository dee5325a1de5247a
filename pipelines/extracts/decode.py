"""Bytes to records: what one pass over a file tells, and the cutting of a file into records.

A record is a CSV row; it covers several physical lines where a quoted cell holds a line end. The
cutting works on bytes: in UTF-8 and in GB18030 no byte of a longer character equals a line feed,
a comma or a quote.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.extracts.proof import LineProof

CHUNK = 1 << 20
BOM = codecs.BOM_UTF8
#: blanks other than the space that are dropped at both ends of a cell
ODD_BLANKS = "\t\u00a0\u200b\u3000\ufeff"
BLANKS = " " + ODD_BLANKS
_ODD_BYTES = tuple(char.encode() for char in ODD_BLANKS[1:])
_QUOTED = re.compile(rb'"[^"]*"')
#: a quoted cell that runs over more lines than this is a stray quote, not a cell
MAX_LINES = 50
#: bytes after which a quote that finds no partner is taken for a stray one
MAX_OPEN = 8 * CHUNK
#: above this share of undecodable lines the file is refused
MAX_BAD_LINES = 0.01


@dataclass(frozen=True)
class FileFacts:
    """What one pass over the bytes tells.

    ``records`` counts the records but the first; blank lines, which are none, count where ``plain``
    is True. ``plain`` tells that a line feed ends every line: valid UTF-8, no carriage return, no
    NUL, no cell over several lines. ``quoted`` tells that there are quotes, ``odd_blanks`` that
    TAB, U+00A0, U+200B, U+3000 or U+FEFF occurs in what is not proven. ``proven``: a ``LineProof``
    took all lines behind the header; ``control_amt`` (yuan) is the sum that it formed.
    """

    sha: str
    header: bytes
    records: int
    utf8: bool
    bom: bool
    plain: bool
    odd_blanks: bool
    quoted: bool = False
    proven: bool = False
    control_amt: Decimal | None = None


@dataclass(frozen=True)
class Record:
    """One record: its number (0 is the header), first physical line from 1, offset, raw bytes."""

    number: int
    line: int
    offset: int
    raw: bytes


@dataclass
class _Bytes:
    """What the bytes of a file were seen to hold, block by block."""

    newlines: int = 0
    utf8: bool = True
    ascii_only: bool = True
    special: bool = False
    odd: bool = False
    quotes: bool = False
    tail: bytes = b""

    def __post_init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")("strict")

    def look(self, block: bytes) -> None:
        self.newlines += block.count(b"\n")
        self.quotes = self.quotes or b'"' in block
        self.special = self.special or b"\r" in block or b"\0" in block
        self.odd = self.odd or b"\t" in block
        self.ascii_only = self.ascii_only and block.isascii()
        if not self.ascii_only:
            self.odd = self.odd or any(char in self.tail + block for char in _ODD_BYTES)
            self.utf8 = self.utf8 and _feed(self.decoder, block)
        self.tail = block[-3:]


def inspect(path: Path, proof: LineProof | None = None, header: int = 1) -> FileFacts:
    """Read the file once, in chunks (once more where cells are quoted or line ends are odd).

    A ``proof`` is offered the lines behind the first ``header`` lines.
    """
    sha, seen = hashlib.sha256(), _Bytes()
    size, taken, end = 0, 0, b""
    last = b""
    with path.open("rb") as handle:
        taking = proof is not None
        if proof is not None:
            lines = [handle.readline(CHUNK) for _ in range(header)]
            taking = all(len(line) > 1 and line.endswith(b"\n") for line in lines)
            last = b"".join(lines)
            sha.update(last)
            seen.look(last)
            size = len(last)
        while chunk := handle.read(CHUNK):
            more = handle.readline(CHUNK) if taking and not chunk.endswith(b"\n") else b""
            sha.update(chunk)
            sha.update(more)
            size += len(chunk) + len(more)
            last = more or chunk
            if proof is not None and taking:
                end = b"" if last.endswith(b"\n") else b"\n"
                taking = proof.take(chunk, more, end)
            if not taking:
                seen.look(chunk + more)
    if proof is not None:
        taken = proof.lines - (len(end) if taking else 0)
    utf8 = seen.utf8 and _feed(seen.decoder, b"", final=True)
    first = next(records(path), None)
    head = first.raw if first else b""
    even = not seen.special
    newlines = seen.newlines + taken
    if seen.quotes and even:
        newlines, commas, blank = _count_unquoted(path)
        lines_there = newlines + _open_end(size, last)
        even = not blank and commas == (field_count(head) - 1) * lines_there
    count = newlines + _open_end(size, last) if even else sum(1 for _ in records(path))
    one_line_header = first is not None and b"\n" not in head and first.line == 1
    plain = utf8 and even and one_line_header
    proven = proof if taking and plain and not seen.quotes else None
    return FileFacts(
        sha=sha.hexdigest(),
        header=head,
        records=max(count - 1, 0),
        utf8=utf8,
        bom=head.startswith(BOM),
        plain=plain,
        odd_blanks=seen.odd,
        quoted=seen.quotes,
        proven=proven is not None,
        control_amt=Decimal(proven.fen).scaleb(-2) if proven and proven.sums else None,
    )


def _open_end(size: int, tail: bytes) -> int:
    """1 where the last line has no line end."""
    return 1 if size and not tail.endswith(b"\n") else 0


def _feed(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _count_unquoted(path: Path) -> tuple[int, int, bool]:
    """Line feeds and commas outside quoted cells, and whether there are blank lines.

    Right for well-formed quoting. Stray quotes make the count of commas come out uneven, or make
    it differ from what DuckDB reads; both send the file to ``repair``.
    """
    newlines = commas = 0
    blank = False
    rest = b""
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(CHUNK)
            cut = chunk.rfind(b"\n") + 1
            block, rest = (rest + chunk[:cut], chunk[cut:]) if chunk else (rest, b"")
            bare = block.replace(b'""', b"")
            if bare.count(b'"') % 2 and chunk:
                if len(block) > MAX_OPEN:
                    return 0, -1, True
                rest = block + rest
                continue
            bare = _QUOTED.sub(b"", bare)
            newlines += bare.count(b"\n")
            commas += bare.count(b",")
            blank = blank or b"\n\n" in bare
            if not chunk:
                return newlines, commas, blank


def _ends_open(line: bytes, inside: bool, mark: bytes = b",") -> bool:
    """Whether a quoted cell is still open at the end of the line."""
    if not inside and b'"' not in line.replace(b'""', b""):
        return False
    at, end = 0, len(line)
    while at <= end:
        if not inside:
            if line[at : at + 1] == b'"':
                at += 1
                inside = True
            else:
                comma = line.find(mark, at)
                if comma < 0:
                    return False
                at = comma + 1
                continue
        quote = line.find(b'"', at)
        if quote < 0:
            return True
        if line[quote + 1 : quote + 2] == b'"':
            at = quote + 2
            continue
        inside = False
        comma = line.find(mark, quote + 1)
        if comma < 0:
            return False
        at = comma + 1
    return inside


def records(path: Path, delimiter: str = ",") -> Iterator[Record]:
    """The records of a file, the header first; blank lines are skipped.

    ``raw`` goes without its line end. A cell left open over more than ``MAX_LINES`` lines, or at
    the end of the file, is a stray quote: its line stands alone and the next line starts anew.
    """
    number, mark = 0, delimiter.encode()
    with path.open("rb") as handle:
        line_no, offset = 0, 0
        waiting: list[bytes] = []
        while True:
            line = waiting.pop(0) if waiting else handle.readline()
            if not line:
                return
            first, start, parts = line_no + 1, offset, [line]
            if b'"' in line:
                inside = _ends_open(line.rstrip(b"\r\n"), False, mark)
                while inside and len(parts) <= MAX_LINES:
                    more = waiting.pop(0) if waiting else handle.readline()
                    if not more:
                        break
                    parts.append(more)
                    inside = _ends_open(more.rstrip(b"\r\n"), True, mark)
                if inside:
                    waiting[:0] = parts[1:]
                    parts = parts[:1]
            raw = b"".join(parts)
            line_no += len(parts)
            offset += len(raw)
            body = raw.removesuffix(b"\n").removesuffix(b"\r")
            if not body:
                continue
            yield Record(number, first, start, body)
            number += 1


def field_count(raw: bytes, delimiter: str = ",") -> int:
    """How many cells a record has."""
    if b'"' not in raw or b'"' not in raw.replace(b'""', b""):
        return raw.count(delimiter.encode()) + 1
    return len(raw_cells(raw, delimiter))


def raw_cells(raw: bytes, delimiter: str = ",") -> list[bytes]:
    """The cells of a record as they stand, with their quotes."""
    cells: list[bytes] = []
    mark = delimiter.encode()
    begin = at = 0
    inside = False
    while True:
        if not inside and raw[at : at + 1] == b'"' and at == begin:
            inside = True
            at += 1
        if inside:
            quote = raw.find(b'"', at)
            if quote < 0:
                cells.append(raw[begin:])
                return cells
            if raw[quote + 1 : quote + 2] == b'"':
                at = quote + 2
                continue
            inside = False
            at = quote + 1
        comma = raw.find(mark, at)
        if comma < 0:
            cells.append(raw[begin:])
            return cells
        cells.append(raw[begin:comma])
        begin = at = comma + 1


def decodes(raw: bytes, encoding: str) -> bool:
    """Whether the bytes are valid text of that encoding; NUL never is."""
    if b"\0" in raw:
        return False
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def choose_encoding(path: Path) -> tuple[str, int, int]:
    """``(encoding, bad records, all records)`` for a file that is not wholly UTF-8.

    GB18030 where the whole file is; otherwise the encoding with fewer undecodable records, UTF-8
    on a tie. Never GBK: it lacks characters that occur in names.
    """
    total = bad_utf8 = bad_gb = 0
    for record in records(path):
        total += 1
        bad_utf8 += not decodes(record.raw, "utf-8")
        bad_gb += not decodes(record.raw, "gb18030")
    if bad_gb == 0 and bad_utf8:
        return "gb18030", 0, total
    if bad_utf8 <= bad_gb:
        return "utf-8", bad_utf8, total
    return "gb18030", bad_gb, total


def cell_texts(raw: bytes, encoding: str, delimiter: str = ",") -> list[str]:
    """The texts of a record's cells, unquoted where they are quoted properly."""
    text = raw.decode(encoding)
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return [cell.decode(encoding) for cell in raw_cells(raw, delimiter)]
