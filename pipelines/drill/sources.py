"""The rows of the raw files themselves: file, line, and what names a row without a person."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.decode import records
from pipelines.extracts.discover import TABLES
from pipelines.extracts.log import read_log
from pipelines.extracts.parse_sql import path_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.drill.books import Books

#: columns that name a row to a clerk; persons and employers are never among them
NAMING: dict[str, tuple[str, ...]] = {
    "settlements": ("rid", "setl_id", "fixmedins_code", "med_type", "clr_type", "clr_ym"),
    "clearing": ("fee_clr_id", "fixmedins_code", "clr_type", "clr_ym", "act_dfr_amt", "acct_pay"),
    "contributions": ("rid", "clct_detl_id", "clct_obj", "cashym", "clct_type", "clct_way"),
    "fund_transfers": ("traf_sn", "traf_item", "hif_acct_type", "acen_date", "fee_clr_id"),
    "recoveries": ("det_id", "setl_id", "retn_way", "act_retn_date"),
    "vouchers": ("voucher_no", "line_no", "posting_date", "event_id", "account_code"),
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
    """Physical lines of the rows whose raw file still stands as it was taken in."""
    seen = read_log(books.warehouse).seen
    out: dict[tuple[str, int], int] = {}
    for sha, rows in wanted.items():
        name = books.files.get(sha, "")
        path = books.raw.extracts / name
        if not name or not path.is_file():
            continue
        stat, told = path.stat(), seen.get(name)
        unchanged = told and (told.size, told.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
        if (told.sha if told and unchanged else _sha(path)) != sha:
            continue
        last = max(rows)
        for record in records(path):
            if record.number in rows:
                out[sha, record.number] = record.line
            if record.number >= last:
                break
    return out


def _sha(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
