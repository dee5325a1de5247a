"""Refused rows as a CSV that opens right in Excel and, corrected, is taken in again.

The first columns are notes for the clerk; intake passes over them. The others are the file's own
columns. Text ends with a TAB, so that Excel keeps leading zeros, long numbers and times as they
are; intake drops it. A text that Excel would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem, refusal
from pipelines.extracts.decode import BLANKS, cell_texts, decodes, records
from pipelines.extracts.discover import discover
from pipelines.extracts.quarantine import MASK, masked_columns
from pipelines.extracts.reason_text import explain
from pipelines.extracts.sources import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipelines.extracts.batch import Source
    from pipelines.extracts.browse import Refused
    from pipelines.extracts.log import BatchRecord
    from pipelines.paths import RawPaths

NOTES = (
    "〔文件〕",
    "〔行号〕",
    "〔去向〕",
    "〔原因〕",
    "〔说明〕",
    "〔涉及列〕",
    "〔处理〕",
    "〔原文〕",
)
DISPOSITION_ZH = {
    "accepted": "接收", "duplicate": "重复", "superseded": "旧版本", "held": "暂挂",
    "quarantined": "隔离", "out_of_scope": "范围外",
}  # fmt: skip
#: numbers that Excel shows and saves as they stand
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")
_FORMULA = tuple("=+-@|\t\r")


@dataclass(frozen=True)
class _Cells:
    """The data cells of a file that are exported, by record number."""

    names: tuple[str, ...]
    by_row: Mapping[int, tuple[str, ...]]


def excel_cell(text: str, *, number: bool = False) -> str:
    """A cell that Excel shows as it stands, computes nothing from, and that reads back as it was.

    ``number`` leaves a short number bare, so that it can be added up.
    """
    text = text.strip(BLANKS)
    if not text or (number and _SHORT_NUMBER.fullmatch(text)):
        return text
    safe = f"'{text}" if text.startswith(_FORMULA) else text
    return f"{safe}\t"


def rejects_csv(
    raw: RawPaths, record: BatchRecord, rows: Sequence[Refused], work: Path, *, unmasked: bool
) -> str:
    """The CSV text (without BOM) of refused rows of one batch.

    The data cells come from the raw file, persons and employers masked unless ``unmasked``; where
    the raw file is gone or changed only the notes are written. Raises JiecunError RAW_MISSING where
    ``unmasked`` cells cannot be had.
    """
    source = _source(raw, record, work)
    if source is None and unmasked:
        raise JiecunError(
            Problem(
                "RAW_MISSING",
                f"raw/extracts/{record.source_file}",
                "接收时的那个原始文件",
                "已不在，或内容已改变",
                "放回原文件；或去掉 --unmasked，只输出遮盖后的说明",
            ),
            exit_code=EXIT_USAGE,
        )
    cells = _cells(source, {row.src_row for row in rows}, unmasked) if source else _Cells((), {})
    amounts = _money_at(source, cells.names) if source else ()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*NOTES, *cells.names])
    for row in rows:
        told = explain(row.reason)
        own = cells.by_row.get(row.src_row)
        notes = (
            record.source_file, str(row.src_line), DISPOSITION_ZH[row.disposition],
            ";".join(row.reasons), told.zh, ";".join(row.columns), told.remedy,
            "" if own else row.raw_text,
        )  # fmt: skip
        data = own or ("",) * len(cells.names)
        writer.writerow(
            [excel_cell(note, number=at == 1) for at, note in enumerate(notes)]
            + [excel_cell(cell, number=at in amounts) for at, cell in enumerate(data)]
        )
    return out.getvalue()


def write_private(path: Path, text: str) -> None:
    """Write a new UTF-8 file with a BOM that only its owner can read.

    Raises JiecunError FILE_EXISTS: nothing is overwritten.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise JiecunError(
            Problem("FILE_EXISTS", path.name, "尚不存在的文件名", "已有同名文件", "换一个文件名"),
            exit_code=EXIT_USAGE,
        ) from None
    except OSError as error:
        raise JiecunError(
            Problem("FILE_WRITE", path.name, "可写的位置", refusal(error), "换一个文件夹或文件名"),
            exit_code=EXIT_USAGE,
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
        out.write(text)


def _source(raw: RawPaths, record: BatchRecord, work: Path) -> Source | None:
    """The raw file of a batch as it was taken in; None where it is gone or its content changed."""
    files, _ = discover(raw.extracts)
    for file in files:
        if file.name.name == record.source_file:
            sha, source, _ = read_source(file, work)
            return source if sha == record.source_sha else None
    return None


def _cells(source: Source, wanted: set[int], unmasked: bool) -> _Cells:
    """The declared cells of the wanted records, under the names of the file's own header."""
    layout = source.layout
    kept = [at for at, name in enumerate(layout.columns) if name]
    hidden = frozenset() if unmasked else masked_columns(source.decl, layout)
    header: list[str] = []
    by_row: dict[int, tuple[str, ...]] = {}
    for number, texts in _records(source, wanted):
        if number == 0:
            header = texts
        elif len(texts) == layout.width:
            by_row[number] = tuple(
                MASK.decode() if at in hidden and texts[at].strip(BLANKS) else texts[at]
                for at in kept
            )
    return _Cells(tuple(header[at].strip(BLANKS) for at in kept), by_row)


def _records(source: Source, wanted: set[int]) -> Iterator[tuple[int, list[str]]]:
    """The header (number 0) and the wanted data records that can be decoded."""
    encoding, mark = source.encoding, source.layout.delimiter
    above = source.layout.header_records - 1
    last = max(wanted, default=0)
    for record in records(source.path, mark):
        number = record.number - above
        if number > last:
            return
        if (number == 0 or number in wanted) and decodes(record.raw, encoding):
            yield number, cell_texts(record.raw, encoding, mark)


def _money_at(source: Source, names: Sequence[str]) -> frozenset[int]:
    """The places of money cells among the exported ones."""
    kinds = {col.name: col.meta.kind for col in source.decl.columns}
    kept = [name for name in source.layout.columns if name]
    return frozenset(
        at for at, name in enumerate(kept) if at < len(names) and kinds.get(name) == "money"
    )
