"""The line that a drill names is the line of the text that intake read, however it came."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import duckdb
import pytest
import xlsxwriter

from pipelines.drill.books import Books
from pipelines.drill.sources import find_sources
from tests.unit.intake_harness import S1, World, csv_bytes, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STEM = S1.removesuffix(".csv")
ROWS = [row("settlements", str(n)) for n in (1, 2, 3)]
#: the first row has a cell over two lines: the third row stands on line 5
BROKEN = csv_bytes([ROWS[0] | {"fixmedins_code": "H6101\n02"}, *ROWS[1:]])


def put_plain(world: World) -> None:
    world.put(S1, BROKEN)


def put_gz(world: World) -> None:
    world.put(f"{S1}.gz", gzip.compress(BROKEN))


def put_zip(world: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"out/{S1}", BROKEN)
    world.put("2024.zip", out.getvalue())


def put_tabs(world: World) -> None:
    world.put(S1, csv_bytes(ROWS).replace(b",", b"\t"))


def put_profiled(world: World) -> None:
    """Two lines above a header of its own, semicolons between the cells."""
    folder = world.raw.root / "profiles"
    folder.mkdir()
    (folder / "city.toml").write_text(
        f'name = "city"\ntable = "settlements"\n[match]\nfiles = ["{STEM}*"]\n'
        '[read]\ndelimiter = ";"\nheader_records = 3\n',
        encoding="utf-8",
    )
    text = csv_bytes(ROWS).replace(b",", b";")
    world.put(S1, "某市结算明细\n制表：某处\n".encode() + text)


def put_workbook(world: World) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, cells in enumerate([list(ROWS[0]), *(list(r.values()) for r in ROWS)]):
        for place, cell in enumerate(cells):
            sheet.write_string(at, place, cell)
    book.close()
    world.put(f"{STEM}.xlsx", out.getvalue())


@pytest.mark.parametrize(
    ("put", "line"),
    [
        (put_plain, 5),
        (put_gz, 5),
        (put_zip, 5),
        (put_tabs, 4),
        (put_profiled, 6),
        (put_workbook, 4),
    ],
)
def test_the_third_row_stands_on_its_line(
    put: Callable[[World], None], line: int, tmp_path: Path
) -> None:
    world = World(tmp_path)
    put(world)
    world.run()
    ((name, sha),) = {(b.source_file, b.source_sha) for b in world.run().all}
    ((found,),) = duckdb.execute(
        f"SELECT src_row FROM '{world.paths.staged_file('settlements', sha)}' WHERE rid = 'rid3'"
    ).fetchall()
    books = Books(duckdb.connect(), "test", "k17", world.raw, world.paths, {}, {sha: name})
    (source,) = find_sources(books, [("settlements", sha, found)]).values()
    assert (source.file, source.row, source.line) == (name, 3, line)
    assert source.named["rid"] == "rid3"
    # changed since: no line is better than a wrong one
    world.put(next(world.raw.extracts.iterdir()).name, b"changed")
    (gone,) = find_sources(books, [("settlements", sha, found)]).values()
    assert (gone.row, gone.line) == (3, None)
