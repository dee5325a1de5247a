"""What an accountant files of a month: statements of a book, their notes, the books compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.books import compare as comparing
from pipelines.books import scope
from pipelines.reports import layout
from pipelines.reports.excel import file_name, write_workbooks
from pipelines.reports.files import write_report
from pipelines.reports.html.books import write_comparison
from pipelines.reports.html.render import environment
from pipelines.reports.notes import load as noting
from pipelines.reports.notes.consolidated import MARTS as CONSOLIDATED
from pipelines.reports.notes.consolidated import load_consolidated
from pipelines.reports.notes.write import write_notes
from pipelines.reports.statements import load_checks, load_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from pipelines.reports.statements import Sheet

#: marts the pack reads; a release without some of them has no comparison
SOURCES = tuple(dict.fromkeys((*noting.MARTS, *scope.MARTS, "fct_check")))
OPTIONAL = CONSOLIDATED


def write_pack(
    con: duckdb.DuckDBPyConnection,
    out_dir: Path,
    period_ym: int,
    pools: Sequence[str],
    *,
    book: str,
    release_id: str,
    formats: Sequence[str],
    is_province: bool = False,
) -> list[Path]:
    """Write the files of each pool for a month (yyyymm); the annual statements to date with them.

    ``is_province`` adds the consolidated statements, where the marts hold them.
    ``con`` holds ``SOURCES``. A book that is not the statutory one stands in a folder of its own
    and names itself on every sheet. Same marts, same bytes. Raises JiecunError ``REPORT_EMPTY``,
    ``REPORT_SOURCE``, ``REPORT_LAYOUT``, ``REPORT_WRITE``, ``REPORT_AMOUNT``.
    """
    statutory, name, kept = con.execute(
        "select is_statutory, book_name, (select count(*) from dim_book) from dim_book "
        "where book = ?",
        [book],
    ).fetchall()[0]
    folder = out_dir if statutory else out_dir / book
    label = release_id if statutory else f"{release_id}　账簿 {book}（试算，非法定账簿）"
    checks = load_checks(con)
    paths: list[Path] = []
    for pool in pools:
        sheets = load_sheets(con, poolarea_no=pool, period_ym=period_ym, book=book)
        if "xlsx" in formats:
            paths += write_workbooks(sheets, folder, release_id=label, checks=checks)
        if "html" in formats:
            page = folder / file_name(sheets).replace(".xlsx", ".html")
            paths.append(write_report(page, sheets_page(sheets, name, label)))
        ledgers = sorted({sheet.ledger_id for sheet in sheets if sheet.period_type == "M"})
        notes = [
            noting.load_notes(con, ledger, period_ym, book=book, release_id=release_id)
            for ledger in ledgers
        ]
        paths += write_notes(notes, folder, formats=formats)
        if "html" in formats and kept > 1:
            told = [
                comparing.compare(con, ledger, period_ym, release_id=release_id)
                for ledger in ledgers
            ]
            paths.append(write_comparison(told, out_dir))
    if is_province:
        provinces = load_consolidated(con, period_ym, book=book, release_id=release_id)
        paths += write_notes(provinces, folder, formats=formats)
    return paths


def sheets_page(sheets: Sequence[Sheet], book_name: str, label: str) -> str:
    """The statements of one pool and book as one page without scripts."""
    parts = [
        {
            "sheet": sheet,
            "title": f"{layout.fund_name(sheet)}{layout.TITLES[sheet.statement]}",
            "number": layout.FORM_NUMBERS[sheet.statement],
            "date": layout.date_text(sheet) + ("" if sheet.period_type == "M" else " 年报"),
            "columns": layout.column_names(sheet),
            "pairs": layout.two_sided(sheet) if sheet.statement == "BS" else (),
            "lines": layout.one_sided(sheet) if sheet.statement == "IS" else (),
            "notes": layout.notes(sheet),
        }
        for sheet in sheets
    ]
    first = sheets[0]
    return (
        environment()
        .get_template("sheets.html.j2")
        .render(
            title=f"{first.poolarea_name}会计报表",
            first=first,
            parts=parts,
            book_name=book_name,
            label=label,
        )
    )
