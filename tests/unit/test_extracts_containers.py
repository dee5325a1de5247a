"""Containers: gzip, zip, workbooks, tab-separated text, headers of several rows, and traps."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from pipelines.errors import JiecunError
from pipelines.extracts.container import Limits, gunzip, unzip, zip_members
from pipelines.extracts.discover import discover
from pipelines.extracts.sources import read_source, text_of
from pipelines.extracts.xlsx import sheet_to_csv
from pipelines.extracts.xlsx_parts import shown_number
from tests.unit.intake_harness import PERSON, S1, S2, World, csv_bytes, row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STEM1, STEM2 = S1.removesuffix(".csv"), S2.removesuffix(".csv")
SMALL = Limits(max_bytes=1000, max_ratio=10, free_bytes=100, max_members=3)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def setl(ident: str, **cells: str) -> bytes:
    return csv_bytes([row("settlements", ident, **cells)])


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def accepted(world: World) -> dict[str, int]:
    return {record.source_file: record.rows_accepted for record in world.run().new}


def test_gzip_is_read_like_its_text(world: World, tmp_path: Path) -> None:
    world.put(f"{S1}.gz", gzip.compress(setl("1"), mtime=0))
    assert accepted(world) == {f"{S1}.gz": 1}
    plain = World(tmp_path / "plain")
    plain.put(S1, setl("1"))
    plain.run()
    assert world.live("settlements", "*") == plain.live("settlements", "*")
    assert world.run().new == ()


def test_the_same_text_packed_and_plain_is_taken_in_once(world: World) -> None:
    world.put(S1, setl("1"))
    world.put(f"{S1}.gz", gzip.compress(setl("1")))
    assert accepted(world) == {S1: 1}


def test_each_member_of_a_zip_is_a_batch_of_its_own(world: World) -> None:
    world.put("2024.zip", zipped({f"out/{S2}": setl("2"), S1: setl("1"), "__MACOSX/x": b"y"}))
    assert accepted(world) == {f"2024.zip!{S1}": 1, f"2024.zip!out/{S2}": 1}
    assert world.live("settlements", "rid") == [("rid1",), ("rid2",)]
    assert world.run().new == ()
    assert [name.order[0] for name in world.run().all] == [202401, 202402]


def test_lines_of_a_member_are_those_of_its_text(world: World) -> None:
    world.put("a.zip", zipped({S1: setl("1") + setl("2", psn_pay="x").split(b"\n")[1] + b"\n"}))
    world.run()
    assert world.quarantine("source_file, src_row, src_line, reason") == [
        (f"a.zip!{S1}", 2, 3, "AMT_FORMAT")
    ]


def test_copies_are_private_and_gone_after_the_intake(world: World, tmp_path: Path) -> None:
    world.put("a.zip", zipped({S1: setl("1")}))
    work = tmp_path / "work"
    work.mkdir()
    copy = text_of(world.raw.extracts, f"a.zip!{S1}", work)
    assert copy is not None and copy.read_bytes() == setl("1")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    world.run()
    left = [p for p in world.paths.root.rglob("*") if p.suffix in (".text", ".member", ".csv")]
    assert left == []
    assert text_of(world.raw.extracts, f"b.zip!{S1}", work) is None


def symlink_member() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(S1)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


UNSAFE: list[tuple[bytes, str]] = [
    (zipped({f"../{S1}": b"x"}), "成员路径越出目录"),
    (zipped({f"a/../../{S1}": b"x"}), "成员路径越出目录"),
    (zipped({f"/tmp/{S1}": b"x"}), "成员路径越出目录"),
    (zipped({f"C:{S1}": b"x"}), "成员路径越出目录"),
    (zipped({f"..\\{S1}": b"x"}), "成员名含反斜杠或空字符"),
    (symlink_member(), "成员是链接或特殊文件"),
    (zipped({S1: b"x", "more.zip": zipped({S2: b"x"})}), "包中有压缩包"),
    (zipped({S1: b"x", f"{S2}.gz": b"x"}), "包中有压缩包"),
    (zipped({str(n): b"" for n in range(4)}), "4 个成员，上限 3"),
]


@pytest.mark.parametrize(("data", "found"), UNSAFE)
def test_an_archive_with_one_bad_member_is_refused_whole(
    world: World, data: bytes, found: str
) -> None:
    world.put("a.zip", data)
    files, problems = discover(world.raw.extracts, SMALL)
    assert files == []
    assert [(p.code, p.place, p.found) for p in problems] == [
        ("ARCHIVE_UNSAFE", "raw/extracts/a.zip", found)
    ]
    assert not [p for p in world.raw.root.parent.rglob("*") if p.name == S1]


def test_bombs_stop_at_the_limit(tmp_path: Path) -> None:
    path, out = tmp_path / "a", tmp_path / "out"
    bomb = b"0" * 1_000_000
    for limits, found in (
        (Limits(max_bytes=1000), "解压后超过 1,000 字节"),
        (Limits(max_ratio=200, free_bytes=100), "解压后超过压缩大小的 200 倍"),
    ):
        path.write_bytes(gzip.compress(bomb))
        with pytest.raises(JiecunError) as error:
            gunzip(path, out, limits, "a.gz")
        assert [(p.code, p.found) for p in error.value.problems] == [("ARCHIVE_UNSAFE", found)]
        path.write_bytes(zipped({"m": bomb}))
        with pytest.raises(JiecunError) as error:
            unzip(path, "m", out, limits, "a.zip")
        assert [(p.code, p.found) for p in error.value.problems] == [("ARCHIVE_UNSAFE", found)]
        book = workbook([[f"{n}" + "0" * 30_000 for n in range(40)]])
        path.write_bytes(book)
        with pytest.raises(JiecunError) as error:
            sheet_to_csv(path, out, "", limits, "a.xlsx")
        assert [p.code for p in error.value.problems] == ["ARCHIVE_UNSAFE"]
    assert out.stat().st_size <= 1 << 20


def test_a_bomb_is_a_problem_of_its_file_and_nothing_is_kept(world: World, tmp_path: Path) -> None:
    world.put(f"{S1}.gz", gzip.compress(b"0" * 1_000_000))
    (file,) = discover(world.raw.extracts)[0]
    work = tmp_path / "work"
    work.mkdir()
    _, source, problems = read_source(file, work, Limits(max_bytes=1000))
    assert source is None
    assert [p.code for p in problems] == ["ARCHIVE_UNSAFE"]


BROKEN: list[tuple[str, bytes]] = [
    (f"{S1}.gz", gzip.compress(setl("1"))[:-9]),
    (f"{S1}.gz", b"no gzip"),
    ("a.zip", zipped({S1: setl("1")})[:-9]),
    ("a.zip", b"PK\x03\x04 no zip"),
    (f"{STEM1}.xlsx", b"no workbook"),
    (f"{STEM1}.xlsx", zipped({"xl/workbook.xml": b"<workbook"})),
    (f"{STEM1}.xlsx", zipped({"other": b""})),
]


@pytest.mark.parametrize(("name", "data"), BROKEN)
def test_a_container_that_cannot_be_read_is_fatal(world: World, name: str, data: bytes) -> None:
    world.put(name, data)
    assert world.codes() == ["ARCHIVE_BROKEN"]
    assert not any(world.paths.staged.rglob("*.parquet"))


def test_a_damaged_member_is_fatal(world: World) -> None:
    data = bytearray(zipped({S1: setl("1")}))
    data[120] ^= 0xFF
    world.put("a.zip", bytes(data))
    assert world.codes() == ["ARCHIVE_BROKEN"]


def workbook(rows: Sequence[Sequence[Any]], name: str = "Sheet1", before: str = "") -> bytes:
    """A workbook: str and None as text and blank cells, numbers as numbers, (number, format)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    if before:
        book.add_worksheet(before).write_string(0, 0, "说明")
    sheet = book.add_worksheet(name)
    for y, cells in enumerate(rows):
        for x, cell in enumerate(cells):
            if isinstance(cell, tuple):
                sheet.write_number(y, x, cell[0], book.add_format({"num_format": cell[1]}))
            elif isinstance(cell, str):
                sheet.write_string(y, x, cell)
            elif cell is not None:
                sheet.write_number(y, x, cell)
    book.close()
    return out.getvalue()


def test_a_sheet_as_text(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "amt", "day", "stamp", "long", "wrap"],
        ["00000000000000000123", 1234.5, (45322, "yyyy-mm-dd"), (45322.5, "yyyy/m/d h:mm"),
         52010012345678901234, "a\nb"],
        [],
        ["x", 0.1 + 0.2, (45322, "0.00"), (1, "yyyy-mm-dd"), 1e15, 'q"u,o'],
        ["y", 12.345, 100, -0.01, 123456789012345],
    ]  # fmt: skip
    path, out = tmp_path / "a.xlsx", tmp_path / "a.csv"
    path.write_bytes(workbook(rows))
    sheet_to_csv(path, out, "", Limits(), "a.xlsx")
    assert out.read_text(encoding="utf-8").split("\n") == [
        "id,amt,day,stamp,long,wrap",
        "00000000000000000123,1234.5,2024-01-31,2024-01-31 12:00:00,5.20100123456789E+19,a b",
        "",
        'x,0.3,45322,1,1.00000000000000E+15,"q""u,o"',
        "y,12.345,100,-0.01,123456789012345,",
        "",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("1.1000000000000001", "1.1"), ("1.005", "1.005"), ("1E-2", "0.01"), ("-0", "-0"),
     ("9999999999999.99", "9999999999999.99"), ("1E+20", "1.00000000000000E+20")],
)  # fmt: skip
def test_numbers_of_cells(cell: str, text: str) -> None:
    assert shown_number(cell) == text


def as_cells(cells: Mapping[str, str], numbers: Sequence[str]) -> list[Any]:
    return [float(v) if k in numbers else v for k, v in cells.items()]


def test_a_workbook_of_settlements_under_two_title_rows(world: World) -> None:
    good = row("settlements", "1", medfee_sumamt="100.10", psn_pay="40.10", cash_payamt="40.10")
    money = [name for name in good if good[name].count(".") == 1 and good[name][-3] == "."]
    rounded = row("settlements", "2", psn_pay="40.005")
    long = row("settlements", "3", setl_id="12345678901234567890")
    rows: list[list[Any]] = [
        ["某市结算明细"], [], list(good), as_cells(good, money), as_cells(rounded, money),
        as_cells(long, ["setl_id"]),
    ]  # fmt: skip
    world.put(f"{STEM1}.xlsx", workbook(rows))
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted) == (3, 1)
    assert world.live("settlements", "rid, medfee_sumamt::VARCHAR, psn_pay::VARCHAR") == [
        ("rid1", "100.10", "40.10")
    ]
    assert world.quarantine("src_row, src_line, reason") == [
        (2, 5, "AMT_FORMAT"), (3, 6, "ID_FLOAT_MANGLED"),
    ]  # fmt: skip


def test_the_sheet_that_a_profile_names(world: World) -> None:
    folder = world.raw.root / "profiles"
    folder.mkdir()
    text = (
        'name = "own"\ntable = "settlements"\n[match]\nfiles = ["*.xlsx"]\n[read]\nsheet = "明细"\n'
    )
    (folder / "own.toml").write_text(text, encoding="utf-8")
    good = row("settlements")
    rows = [list(good), list(good.values())]
    world.put(f"{STEM1}.xlsx", workbook(rows, before="封面"))
    with pytest.raises(JiecunError) as error:
        world.run()
    assert [(p.code, p.found) for p in error.value.problems] == [("XLSX_SHEET", "封面、Sheet1")]
    world.put(f"{STEM1}.xlsx", workbook(rows, "明细", before="封面"))
    assert accepted(world) == {f"{STEM1}.xlsx": 1}


def test_a_workbook_with_a_doctype_is_refused(world: World) -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    world.put(f"{STEM1}.xlsx", zipped({"xl/workbook.xml": bomb}))
    assert world.codes() == ["ARCHIVE_UNSAFE"]


def test_a_workbook_inside_a_zip(world: World) -> None:
    good = row("settlements")
    book = workbook([list(good), list(good.values())])
    world.put("a.zip", zipped({f"{STEM1}.xlsx": book}))
    assert accepted(world) == {f"a.zip!{STEM1}.xlsx": 1}


def test_tab_separated_text_with_null_for_empty_cells(world: World) -> None:
    cells = row("settlements", "1")
    again = row("settlements", "2")
    lines = ["\t".join(cells)]
    lines += ["\t".join(v or "null" for v in r.values()) for r in (cells, again)]
    world.put("a.zip", zipped({f"{STEM1}.txt": ("\n".join(lines) + "\n").encode()}))
    assert accepted(world) == {f"a.zip!{STEM1}.txt": 2}
    assert world.live("settlements", "rid, init_setl_id, medfee_sumamt::VARCHAR") == [
        ("rid1", None, "100.00"), ("rid2", None, "100.00"),
    ]  # fmt: skip


def test_a_spreadsheets_unicode_text(world: World) -> None:
    cells = row("settlements", "1")
    text = "\r\n".join(["\t".join(cells), "\t".join(cells.values()), ""])
    world.put(f"{STEM1}.txt", text.encode("utf-16"))
    assert accepted(world) == {f"{STEM1}.txt": 1}
    world.put(f"{STEM2}.txt", "\ufeffa\tb".encode("utf-16-le")[:-1])
    assert world.codes() == ["ENC_INVALID"]


def test_two_header_rows_and_title_rows(world: World) -> None:
    data = setl("1").decode().splitlines()
    width = data[0].count(",")
    labels = ",".join(["结算编号", "就诊", *["栏目"] * (width - 1)])
    world.put(S1, "\n".join([data[0], labels, data[1]]).encode())
    title = "某市医保结算明细" + "," * width
    world.put(S2, "\n".join([title, data[0].upper(), setl("2").decode().split("\n")[1]]).encode())
    (one, two) = world.run().new
    assert (one.rows_read, one.rows_accepted) == (1, 1)
    assert (two.rows_read, two.rows_accepted) == (1, 1)


def test_columns_in_another_order_and_an_added_one(world: World) -> None:
    cells = row("settlements", "1")
    shuffled = {k: cells[k] for k in sorted(cells, reverse=True)} | {"ext_c01": "secret"}
    world.put(S1, csv_bytes([shuffled]))
    world.put(S2, csv_bytes([cells | {"rid": "r2", "setl_id": "s2"}]))
    assert accepted(world) == {S1: 1, S2: 1}
    one, two = world.live("settlements", "* EXCLUDE (source_sha, rid, setl_id)")
    assert one == two


@pytest.mark.parametrize(
    "name", ["settlements.csv", "data.xls", "a.rar", "x.parquet", "a!b.csv", f"{STEM1}.csv.7z"]
)
def test_files_that_nobody_reads_are_told(world: World, name: str) -> None:
    world.put(name, b"x")
    assert world.codes() == ["FILE_UNKNOWN"]


def test_what_lies_beside_the_data_is_left_alone(world: World) -> None:
    for name in (".gitkeep", "README.md", "~$book.xlsx", f"{S1}.part"):
        world.put(name, b"x")
    assert discover(world.raw.extracts) == ([], [])


def test_data_in_a_subfolder_and_a_foreign_member_are_told(world: World) -> None:
    (world.raw.extracts / "more").mkdir()
    (world.raw.extracts / "more" / S1).write_bytes(b"x")
    world.put("a.zip", zipped({"notes.docx": b"x", S1: b"x"}))
    _, problems = discover(world.raw.extracts)
    assert [(p.code, p.place) for p in problems] == [
        ("FILE_UNKNOWN", "raw/extracts/a.zip!notes.docx"), ("FILE_UNKNOWN", "raw/extracts/more"),
    ]  # fmt: skip


def test_chinese_member_names_of_a_packer_without_utf8(tmp_path: Path) -> None:
    out = zipped({"AAAAAAAA.csv": b"x"}).replace(b"AAAAAAAA", "结算明细".encode("gb18030"))
    path = tmp_path / "a.zip"
    path.write_bytes(out)
    assert list(zip_members(path, "a.zip", Limits())) == ["结算明细.csv"]


def test_no_persons_id_is_told_of_a_packed_file(world: World) -> None:
    world.put("a.zip", zipped({S1: setl("1", psn_pay="x")}))
    world.run()
    assert PERSON not in str(world.quarantine("*"))
