"""A private plain copy of a text; records not of the plain shape are repaired or set apart.

Line n of the copy is record n of the file, so that record numbers stay. A record that cannot be
repaired leaves a line of empty cells there and goes, numbered, to a file of odd records, which the
exact checks judge. A record that cannot be cut or decoded is told by its number.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from pipelines.extracts.decode import cell_texts, decodes, field_count, records
from pipelines.extracts.reasons import COL_COUNT, ENC_INVALID, RECORD_CODE
from pipelines.extracts.repair_cells import repair_row
from pipelines.extracts.shape import line_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.extracts.batch import Source
    from schemas.table import Column


@dataclass(frozen=True)
class PlainCopy:
    """What was written: ``records`` lines in all, of which ``odd`` and ``bad`` are empty.

    ``odd`` are record numbers; ``bad`` are (record number, record check); ``repairs`` are (record
    number, kinds of repair) of the lines that the copy holds repaired or that are odd.
    """

    records: int
    odd: tuple[int, ...]
    bad: tuple[tuple[int, int], ...]
    repairs: tuple[tuple[int, tuple[str, ...]], ...]


def cut_lines(path: Path, header: int) -> Iterator[tuple[int, bytes]]:
    """(record number from 1, raw bytes) of a file in which a line feed ends every record."""
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1 - header):
            if number > 0:
                yield number, line.removesuffix(b"\n")


def cut_records(path: Path, header: int, delimiter: str) -> Iterator[tuple[int, bytes]]:
    """(record number from 1, raw bytes) of any file."""
    for record in records(path, delimiter):
        if record.number >= header:
            yield record.number - header + 1, record.raw


def write_plain(
    source: Source,
    cuts: Iterator[tuple[int, bytes]],
    copy: Path,
    odd: Path,
    known: frozenset[int] | None,
) -> PlainCopy:
    """Write ``copy`` and ``odd`` (UTF-8, private). ``known``: the only records not of the shape."""
    layout = source.layout
    for path in (copy, odd):
        path.touch(mode=0o600)
    with ExitStack() as stack:
        plain = stack.enter_context(copy.open("wb"))
        apart = stack.enter_context(odd.open("w", encoding="utf-8", newline=""))
        writer = _Writer(source, apart)
        empty = (layout.delimiter * (layout.width - 1)).encode() + b"\n"
        count = 0
        for number, raw in cuts:
            count += 1
            if known is not None and number not in known:
                plain.write(raw + b"\n")
                continue
            line = writer.line(number, raw)
            plain.write(empty if line is None else line.encode() + b"\n")
        return PlainCopy(count, tuple(writer.odd), tuple(writer.bad), tuple(writer.repairs))


class _Writer:
    def __init__(self, source: Source, apart: TextIO) -> None:
        declared = {col.name: col for col in source.decl.columns}
        self.layout = source.layout
        self.columns: Sequence[Column | None] = [declared.get(n) for n in self.layout.columns]
        self.encoding = source.encoding
        self.plain = re.compile(line_pattern(source.decl, source.layout, quoted=True))
        self.apart = csv.writer(
            apart, lineterminator="\n", quoting=csv.QUOTE_ALL, delimiter=self.layout.delimiter
        )
        self.odd: list[int] = []
        self.bad: list[tuple[int, int]] = []
        self.repairs: list[tuple[int, tuple[str, ...]]] = []

    def line(self, number: int, raw: bytes) -> str | None:
        """The record as a plain line, None where it is none; then it is told or set apart."""
        mark = self.layout.delimiter
        if not decodes(raw, self.encoding):
            self.bad.append((number, RECORD_CODE[ENC_INVALID]))
            return None
        text = raw.decode(self.encoding)
        if self.plain.fullmatch(text):
            return text
        cells = cell_texts(raw, self.encoding, mark)
        if field_count(raw, mark) != self.layout.width or len(cells) != self.layout.width:
            self.bad.append((number, RECORD_CODE[COL_COUNT]))
            return None
        cells, told = repair_row(self.columns, cells)
        if told:
            self.repairs.append((number, tuple(sorted(told))))
        line = _rendered(cells, mark)
        if self.plain.fullmatch(line):
            return line
        self.odd.append(number)
        self.apart.writerow([str(number), *cells])
        return None


def _rendered(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="", delimiter=delimiter).writerow(cells)
    return out.getvalue()
