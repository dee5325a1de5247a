"""Workbooks as text: one sheet of an .xlsx file as CSV, a cell as its sheet shows it.

Text cells stay as they are. A number is written with the 15 digits that a sheet keeps; one of more
than 15 digits before the point has lost its end and is written as ``5.20100000000000E+19``, which
no check accepts as an id. Cells formatted as dates become ISO dates. Line n of the text is row n.
"""

from __future__ import annotations

import csv
import datetime as dt
import posixpath
import re
import zipfile
from array import array
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.container import FAULTS, Limits, broken, unsafe, zip_members
from pipelines.extracts.xlsx_parts import Strings, Styles, shown_date, shown_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: a part is held in memory as far as its texts go
MAX_PART = 1 << 30
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_WORKBOOK = "xl/workbook.xml"


def sheet_to_csv(path: Path, out: Path, sheet: str, limits: Limits, place: str) -> None:
    """Write one sheet (the first where ``sheet`` is '') as comma-separated UTF-8 text.

    Every line has the cells of the widest row, an empty row is an empty line. Raises JiecunError
    ARCHIVE_UNSAFE, ARCHIVE_BROKEN, or XLSX_SHEET where there is no sheet of that name.
    """
    entries = zip_members(path, place, limits)
    try:
        with zipfile.ZipFile(path) as book:
            reader = _Workbook(book, entries, limits, place)
            reader.write(reader.sheet_part(sheet), out)
    except (*FAULTS, expat.ExpatError, LookupError, ValueError, ArithmeticError) as error:
        raise broken(place, type(error).__name__) from None


class _Workbook:
    """The parts of one workbook that are needed, read as streams."""

    def __init__(
        self,
        book: zipfile.ZipFile,
        entries: Mapping[str, zipfile.ZipInfo],
        limits: Limits,
        place: str,
    ) -> None:
        self.book, self.entries, self.limits, self.place = book, entries, limits, place
        self.base = dt.datetime(1899, 12, 30)
        self.strings: list[str] = []
        self.dates: list[bool] = []

    def parse(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Run one XML part through callbacks, names without their namespaces."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def doctype(*_: object) -> None:
            raise unsafe(self.place, "工作簿的 XML 含 DOCTYPE")

        parser.StartDoctypeDeclHandler = doctype
        parser.StartElementHandler = lambda name, attrs: start(
            name.rsplit(" ", 1)[-1], {k.rsplit(" ", 1)[-1]: v for k, v in attrs.items()}
        )
        if end is not None:
            parser.EndElementHandler = lambda name: end(name.rsplit(" ", 1)[-1])
        if text is not None:
            parser.CharacterDataHandler = text
        info = self.entries[part]
        size = 0
        with self.book.open(info) as stream:
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                over = size > self.limits.free_bytes and size > self.limits.max_ratio * max(
                    info.compress_size, 1
                )
                if size > min(self.limits.max_bytes, MAX_PART) or over:
                    raise unsafe(self.place, "解压后超过上限")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def sheet_part(self, wanted: str) -> str:
        """The part of the sheet of that name, or of the first sheet; reads calendar and styles."""
        sheets: list[tuple[str, str]] = []

        def start(name: str, attrs: dict[str, str]) -> None:
            if name == "sheet":
                sheets.append((attrs.get("name", ""), attrs.get("id", "")))
            elif name == "workbookPr" and attrs.get("date1904") in ("1", "true"):
                self.base = dt.datetime(1904, 1, 1)

        self.parse(_WORKBOOK, start)
        parts: dict[str, str] = {}

        def relation(name: str, attrs: dict[str, str]) -> None:
            if name == "Relationship":
                target = attrs.get("Target", "")
                path = target[1:] if target.startswith("/") else posixpath.join("xl", target)
                parts[attrs.get("Id", "")] = posixpath.normpath(path)

        self.parse("xl/_rels/workbook.xml.rels", relation)
        for name, ident in sheets:
            if not wanted or name == wanted:
                self._shared()
                return parts[ident]
        raise JiecunError(
            Problem(
                "XLSX_SHEET",
                self.place,
                f"含工作表 {wanted}" if wanted else "含工作表",
                "、".join(name for name, _ in sheets)[:200] or "没有工作表",
                "改正来源配置中的 read.sheet，或请数据提供方重新导出",
            )
        )

    def _shared(self) -> None:
        """Shared texts, and which cell styles are dates."""
        if "xl/sharedStrings.xml" in self.entries:
            strings = Strings()
            self.parse("xl/sharedStrings.xml", strings.start, strings.end, strings.text)
            self.strings = strings.found
        if "xl/styles.xml" in self.entries:
            styles = Styles()
            self.parse("xl/styles.xml", styles.start, styles.end)
            self.dates = styles.dates

    def write(self, part: str, out: Path) -> None:
        """Write the sheet's rows, padded to the widest row in a second pass."""
        draft = out.with_name(out.name + ".draft")
        for path in (draft, out):
            path.touch(mode=0o600)
        widths = array("H")
        try:
            with draft.open("w", encoding="utf-8", newline="") as handle:
                rows = _Rows(self, csv.writer(handle, lineterminator="\n"), handle, widths)
                self.parse(part, rows.start, rows.end, rows.text)
            widest = max(widths, default=0)
            with (
                draft.open(encoding="utf-8", newline="") as source,
                out.open("w", encoding="utf-8", newline="") as target,
            ):
                for line, width in zip(source, widths, strict=True):
                    pad = "," * (widest - width) if width else ""
                    target.write(line[:-1] + pad + "\n")
        finally:
            draft.unlink(missing_ok=True)


class _Rows:
    """The rows of a sheet, written as they come."""

    def __init__(
        self, book: _Workbook, writer: object, handle: IO[str], widths: array[int]
    ) -> None:
        self.book, self.writer, self.handle, self.widths = book, writer, handle, widths
        self.row: list[str] = []
        self.kind = self.value = ""
        self.style = self.column = 0
        self.inside = self.guide = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "row":
            self._skip_to(int(attrs.get("r", len(self.widths) + 1)))
            self.row = []
            self.column = -1
        elif name == "c":
            self.kind, self.style = attrs.get("t", "n"), int(attrs.get("s", "0"))
            self.value, self.column = "", self._column(attrs.get("r", ""))
        elif name == "rPh":
            self.guide = True
        self.inside = name == "v" or (name == "t" and not self.guide)

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.guide = False
        elif name == "c" and self.value:
            self.row += [""] * (self.column + 1 - len(self.row))
            self.row[self.column] = " ".join(self._shown().replace("\0", "").splitlines())
        elif name == "row":
            width = len(self.row)
            if any(cell.strip() for cell in self.row):
                self.writer.writerow(self.row)  # type: ignore[attr-defined]
                self.widths.append(width)
            else:
                self._blank()

    def text(self, data: str) -> None:
        if self.inside:
            self.value += data

    def _shown(self) -> str:
        if self.kind == "s":
            at = int(self.value)
            if at < 0:
                raise broken(self.book.place, "共享文本编号有误")
            return self.book.strings[at]
        if self.kind in ("str", "inlineStr", "e", "d"):
            return self.value
        if self.kind == "b":
            return "TRUE" if self.value == "1" else "FALSE"
        dated = self.style < len(self.book.dates) and self.book.dates[self.style]
        return shown_date(self.value, self.book.base) if dated else shown_number(self.value)

    def _column(self, reference: str) -> int:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            return self.column + 1
        at = 0
        for letter in match[1]:
            at = at * 26 + ord(letter) - 64
        if not self.column < at - 1 < MAX_COLUMNS:
            raise broken(self.book.place, "单元格次序有误")
        return at - 1

    def _skip_to(self, number: int) -> None:
        if not len(self.widths) < number <= MAX_ROWS:
            raise broken(self.book.place, "行次序有误")
        while len(self.widths) < number - 1:
            self._blank()

    def _blank(self) -> None:
        self.handle.write("\n")
        self.widths.append(0)
