"""Writes the journals of a release's ledgers as files of one accounting tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.books.export import beancount, hledger
from pipelines.books.export.source import ledgers_of, load_ledger
from pipelines.errors import EXIT_USAGE, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.books.export.model import LedgerBook

#: format → suffix and writer
FORMATS: dict[str, tuple[str, Callable[[LedgerBook], Iterator[str]]]] = {
    "hledger": (hledger.SUFFIX, hledger.hledger_text),
    "beancount": (beancount.SUFFIX, beancount.beancount_text),
}


def export_ledgers(
    con: duckdb.DuckDBPyConnection,
    out: Path,
    *,
    fmt: str,
    release_id: str,
    book: str,
    ledgers: Sequence[str] = (),
) -> tuple[Path, ...]:
    """Write ``<ledger>_<book>.journal`` or ``.beancount`` a ledger; none named means all.

    ``con`` holds the marts of ``source.MARTS``. UTF-8, same release same bytes. Raises JiecunError
    ``EXPORT_FORMAT``, ``EXPORT_WRITE`` and what ``ledgers_of`` and ``load_ledger`` raise.
    """
    if fmt not in FORMATS:
        raise JiecunError(
            Problem("EXPORT_FORMAT", "--format", "、".join(FORMATS), fmt, "改正格式名"),
            exit_code=EXIT_USAGE,
        )
    suffix, writer = FORMATS[fmt]
    paths = []
    for ledger in ledgers_of(con, book, ledgers):
        loaded = load_ledger(con, ledger, book=book, release_id=release_id)
        path = out / f"{ledger}_{book}{suffix}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in writer(loaded))
        except OSError as exc:
            remedy = "检查磁盘空间与目录权限"
            raise JiecunError(
                Problem("EXPORT_WRITE", str(path), "能写入导出文件", str(exc.strerror), remedy)
            ) from None
        paths.append(path)
    return tuple(paths)
