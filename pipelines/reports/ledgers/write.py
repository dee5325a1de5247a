"""Writes the printed books of a month: a workbook and a page for each ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reports.files import write_report
from pipelines.reports.ledgers.load import load_books
from pipelines.reports.ledgers.page import page_html
from pipelines.reports.ledgers.workbook import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb


def write_ledger_books(
    con: duckdb.DuckDBPyConnection,
    out: Path,
    period: int,
    ledgers: Sequence[str],
    *,
    book: str,
    release_id: str,
) -> tuple[Path, ...]:
    """Write ``<ledger>_会计账簿_<yyyymm>.xlsx`` and ``.html`` for each ledger named.

    ``con`` holds the tables of ``load.SOURCES``. Same input, same bytes. Raises JiecunError
    ``REPORT_WRITE`` (the file cannot be written) and what ``load_books`` and
    ``workbook_bytes`` raise; files of the ledgers before it are then written.
    """
    paths: list[Path] = []
    for ledger in ledgers:
        books = load_books(con, ledger, period, book=book, release_id=release_id)
        name = f"{ledger}_会计账簿_{period}"
        paths.append(write_report(out / f"{name}.xlsx", workbook_bytes(books)))
        paths.append(write_report(out / f"{name}.html", page_html(books)))
    return tuple(paths)
