"""Writes the printed books of a month: a workbook and a page for each ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
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
        for suffix, content in (
            (".xlsx", workbook_bytes(books)),
            (".html", page_html(books).encode()),
        ):
            path = out / f"{name}{suffix}"
            try:
                out.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except OSError as exc:
                remedy = "检查磁盘空间与目录权限；文件在 Excel 中打开时先关闭"
                raise JiecunError(
                    Problem("REPORT_WRITE", str(path), "能写入报表文件", str(exc.strerror), remedy)
                ) from None
            paths.append(path)
    return tuple(paths)
