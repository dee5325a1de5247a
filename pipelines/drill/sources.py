"""The rows of the raw files themselves: file, line, and what names a row without a person."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.extracts.decode import records
from pipelines.extracts.discover import TABLES, discover
from pipelines.extracts.parse_sql import path_list
from pipelines.extracts.sources import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipelines.drill.books import Books
    from pipelines.extracts.header import Layout

#: columns that name a row to a clerk; persons and employers are never among them
NAMING: dict[str, tuple[str, ...]] = {
    "settlements": ("rid", "setl_id", "fixmedins_code", "med_type", "clr_type", "clr_ym"),
    "clearing": ("fee_clr_id", "fixmedins_code", "clr_type", "clr_ym", "act_dfr_amt", "acct_pay"),
    "contributions": ("rid", "clct_detl_id", "clct_obj", "cashym", "clct_type", "clct_way"),
    "fund_transfers": ("traf_sn", "traf_item", "hif_acct_type", "acen_date", "fee_clr_id"),
    "recoveries": ("det_id", "setl_id", "retn_way", "act_retn_date"),
    "vouchers": ("voucher_no", "line_no", "posting_date", "event_id", "account_code"),
    "insured_headcount": ("stt_ym", "insu_admdvs", "psn_type", "insu_psncnt"),
}


@dataclass(frozen=True)
class Source:
    """One source row: ``line`` is the physical line, None where the raw file is gone or changed."""

    table: str
    file: str
    sha: str
    row: int
    line: int | None
    named: dict[str, str]

    def label(self) -> str:
        """File, row, line and what names the row."""
        line = f" 物理行 {self.line}" if self.line is not None else ""
        return f"{self.file} 第 {self.row} 行{line}  {' '.join(self.named.values())}"

    def facts(self) -> dict[str, str | int | dict[str, str] | None]:
        """As the facts of a node."""
        return {
            "table": self.table,
            "source_file": self.file,
            "source_sha": self.sha,
            "src_row": self.row,
            "src_line": self.line,
            "fields": self.named,
        }


def find_sources(
    books: Books, wanted: Iterable[tuple[str, str, int]]
) -> dict[tuple[str, int], Source]:
    """``(sha, row)`` → source of each ``(table, sha, row)``; raw files are read once each."""
    by_table: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for table, sha, row in wanted:
        by_table[table].add((sha, row))
    by_file: dict[str, set[int]] = defaultdict(set)
    for sha, row in {at for rows in by_table.values() for at in rows}:
        by_file[sha].add(row)
    lines = _lines(books, by_file)
    out: dict[tuple[str, int], Source] = {}
    for table, rows in sorted(by_table.items()):
        for (sha, row), named in _named(books, table, rows).items():
            file = books.files.get(sha, "")
            out[sha, row] = Source(table, file, sha, row, lines.get((sha, row)), named)
    return out


def _named(
    books: Books, table: str, rows: set[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, str]]:
    import polars as pl

    columns = NAMING[table]
    assert not {c.name for c in TABLES[table].columns if c.meta.hash_domain} & set(columns)
    staged = [books.warehouse.staged_file(table, sha) for sha in sorted({sha for sha, _ in rows})]
    staged += sorted((books.warehouse.staged / "_released" / table).glob("*.parquet"))
    wanted = pl.DataFrame(
        sorted(rows), {"source_sha": pl.String, "src_row": pl.Int64}, orient="row"
    )
    books.con.register("drill_wanted", wanted.to_arrow())
    shown = ", ".join(f"s.{column}::varchar" for column in columns)
    found = books.rows(
        f"select s.source_sha, s.src_row, {shown} from read_parquet({path_list(staged)}) as s "
        "semi join drill_wanted using (source_sha, src_row)"
    )
    books.con.unregister("drill_wanted")
    return {
        (sha, row): {c: v for c, v in zip(columns, values, strict=True) if v is not None}
        for sha, row, *values in found
    }


def _lines(books: Books, wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], int]:
    """Physical lines of the rows whose delivered file still stands as it was taken in.

    Of a file that came packed, as a workbook or under a profile: lines of its text, as intake
    counted them.
    """
    if not books.raw.extracts.is_dir():
        return {}
    if not books.standing:
        books.standing.update((f.name.name, f) for f in discover(books.raw.extracts)[0])
    out: dict[tuple[str, int], int] = {}
    for sha, rows in wanted.items():
        file = books.standing.get(books.files.get(sha, ""))
        if file is None:
            continue
        if layout := books.layouts.get(sha):
            out |= {(sha, row): line for row, line in _lines_of(file.path, layout, rows)}
            continue
        with tempfile.TemporaryDirectory(prefix="jiecun-drill-") as work:
            found, source, _ = read_source(file, Path(work))
            if source is None or found != sha:
                continue
            if source.path == file.path:
                books.layouts[sha] = source.layout
            found_lines = _lines_of(source.path, source.layout, rows)
            out |= {(sha, row): line for row, line in found_lines}
    return out


def _lines_of(path: Path, layout: Layout, rows: set[int]) -> Iterator[tuple[int, int]]:
    """``(row, physical line)`` of these rows of a text."""
    above, last = layout.header_records - 1, max(rows)
    for record in records(path, layout.delimiter):
        row = record.number - above
        if row in rows:
            yield row, record.line
        if row >= last:
            return
