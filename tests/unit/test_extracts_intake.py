"""Files as a whole: encodings, headers, what is read again, what is left behind, what is hidden."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.extracts import (
    batch,
    bundle,
    decode,
    fast_sql,
    log,
    parse_sql,
    plain_copy,
    sources,
    stage,
)
from pipelines.extracts.decode import inspect, records
from pipelines.extracts.discover import TABLES, discover, parse_name
from pipelines.extracts.intake import run_intake
from pipelines.extracts.log import load_hash_key, read_log
from pipelines.extracts.parse_sql import staged_types
from pipelines.extracts.sources import read_source
from tests.unit.intake_harness import KEY, PERSON, S1, S2, World, csv_bytes, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.extracts.batch import Source


def settlements(*idents: str, **cells: str) -> list[dict[str, str]]:
    return [row("settlements", ident, **cells) for ident in idents]


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


def test_staged_columns_types_and_hashed_ids(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.put(S1, settlements("1", "2"))
    (record,) = world.run().new
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (record.source_sha, record.source_file, record.encoding) == (sha, S1, "utf-8")
    staged = world.paths.staged_file("settlements", sha)
    sql = f"DESCRIBE SELECT * FROM '{staged.as_posix()}'"
    told = {r[0]: r[1] for r in duckdb.connect().execute(sql).fetchall()}
    assert told == staged_types(TABLES["settlements"])
    expected = hashlib.sha256((KEY + "P" + PERSON).encode()).hexdigest()[:32]
    assert world.live("settlements", "source_sha, src_row, event_ym, late_flag, psn_no_hash") == [
        (sha, 1, 202401, False, expected), (sha, 2, 202401, False, expected)
    ]  # fmt: skip


def test_rows_of_a_closed_month_are_late(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1") + settlements("2", setl_time="2024-02-01 00:00:00"))
    world.run(closed_ym=202401)
    assert world.live("settlements", "event_ym, late_flag") == [(202401, True), (202402, False)]


def test_a_table_without_files_has_an_empty_live_view_of_the_right_types(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.live("vouchers", "*") == []
    types = world.live("vouchers", "typeof(any_value(debit_amt))")
    assert types == [("DECIMAL(18,2)",)]


def test_unchanged_files_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    path = world.put(S1, settlements("1"))
    world.put(S2, settlements("2"))
    world.run()
    read: list[str] = []

    def counting(path: Path, *more: Any) -> decode.FileFacts:
        read.append(path.name)
        return inspect(path, *more)

    monkeypatch.setattr(sources, "inspect", counting)
    result = world.run()
    assert (len(result.new), result.unchanged, len(result.all), read) == (0, 2, 2, [])
    os.utime(path, ns=(1, 1))
    again = world.run()
    assert (len(again.new), again.unchanged, read) == (0, 2, [S1])
    world.run()
    assert read == [S1]


def test_the_same_content_under_another_name_is_taken_in_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))
    world.put(S2, settlements("1"))
    result = world.run()
    assert ([r.source_file for r in result.new], result.unchanged) == ([S1], 1)


def test_two_warehouses_of_the_same_files_are_equal_byte_for_byte(tmp_path: Path) -> None:
    worlds = [World(tmp_path / name) for name in "ab"]
    for at, world in enumerate(worlds):
        world.put(S1, settlements(*(str(i) for i in range(500))) + settlements("bad", med_type="9"))
        world.put(S2, settlements("1", updt_time="2024-03-01"))
        world.run(threads=at + 1)
    a, b = (tree(world.paths.root) for world in worlds)
    for files in (a, b):
        del files["state/intake.jsonl"]
    assert a == b
    assert sorted(name.rsplit("/", 1)[0] for name in a) == [
        "quarantine/settlements", "staged/_keys/settlements", "staged/_keys/settlements",
        "staged/_replaced/settlements", "staged/settlements", "staged/settlements",
    ]  # fmt: skip
    assert worlds[0].run().all == worlds[1].run().all


def test_all_fatal_problems_are_told_together_and_nothing_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))
    world.put("foreign.csv", b"a\n")
    world.put("settlements_610000_202413_B001.csv", b"a\n")
    good = csv_bytes(settlements("1"))
    world.put("settlements_610000_202402_B001.csv", good.replace(b"medfee_sumamt", b"total", 1))
    world.put("settlements_610000_202403_B001.csv", good.replace(b"clr_way", b"med_fee_sumamt", 1))
    world.put("settlements_610000_202404_B001.csv", good.replace(b"clr_way", b" Psn_Name\t", 1))
    world.put("settlements_610000_202405_B001.csv", b"")
    world.put("settlements_610000_202406_B001.csv", "甲,乙\n丙,丁\n".encode("gb18030"))
    assert sorted(world.codes()) == [
        "FILE_FOREIGN", "FILE_UNKNOWN", "FILE_UNKNOWN", "HEADER_AMBIGUOUS", "HEADER_MISSING",
        "HEADER_MISSING", "HEADER_PERSON_COLUMN",
    ]  # fmt: skip
    assert not world.paths.staged.exists() or tree(world.paths.staged) == {}
    assert read_log(world.paths).batches == ()


def test_headers_are_understood_by_alias_case_and_blanks(tmp_path: Path) -> None:
    world = World(tmp_path)
    data = csv_bytes(settlements("1"))
    data = data.replace(b"medfee_sumamt", b" Med_Fee_SumAmt\t", 1)
    data = data.replace(b"psn_pay", "\u3000psn_part_amt\u200b".encode(), 1)
    data = data.replace(b",hifdm_pay", b",something_else", 1)
    world.put(S1, data)
    (record,) = world.run().new
    assert (record.rows_accepted, record.accepted_amt) == (1, Decimal("100.00"))
    assert world.live("settlements", "medfee_sumamt, psn_pay, hifdm_pay") == [(100, 40, 0)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, line_end: str) -> None:
    world = World(tmp_path)
    rows = [
        row("vouchers", "1", line_no="1", summary="䶮先生"),
        row("vouchers", "1", line_no="2", debit_amt="0", credit_amt="8", summary='"甲",乙'),
    ]
    text = csv_bytes(rows).decode().replace("\n", line_end)
    world.put("vouchers_610000_202401_B001.csv", text.encode(encoding))
    (record,) = world.run().new
    assert (record.encoding, record.rows_read, record.rows_accepted) == (encoding, 2, 2)
    assert world.live("vouchers", "src_row, summary") == [(1, "䶮先生"), (2, '"甲",乙')]


def test_lines_that_cannot_be_cut_or_decoded_are_quarantined_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    lines = csv_bytes(settlements(*(str(i) for i in range(300)))).splitlines(keepends=True)
    lines[3] = lines[3].replace(b",100.00,", b",1,00.00,", 1)
    lines[5] = lines[5].replace(b",H610", b",\xff\xfe610", 1)
    lines[7] = lines[7].replace(b"\n", b",\n")
    lines[9] = b"\n" + lines[9]
    lines[11] = b'"' + lines[11]
    lines[13] = b"short\n"
    data = b"".join(lines)
    world.put(S1, data)
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (300, 295, 5)
    told = world.quarantine("src_row, src_line, byte_offset, line_sha, reason, raw_text")
    assert [t[:2] + t[4:5] for t in told] == [
        (3, 4, "COL_COUNT"), (5, 6, "ENC_INVALID"), (7, 8, "COL_COUNT"), (11, 13, "COL_COUNT"),
        (13, 15, "COL_COUNT"),
    ]  # fmt: skip
    for _, _, offset, line_sha, reason, raw_text in told:
        line = data[offset:].split(b"\n")[0]
        assert hashlib.sha256(KEY.encode() + b"L" + line).hexdigest()[:32] == line_sha
        if reason == "COL_COUNT":
            assert set(raw_text) <= set("*,")
        else:
            shown = base64.b64decode(raw_text.removeprefix("base64:"))
            assert b"\xff\xfe610" in shown
            assert PERSON.encode() not in shown


def test_too_many_undecodable_lines_refuse_the_file(tmp_path: Path) -> None:
    world = World(tmp_path)
    data = csv_bytes(settlements(*(str(i) for i in range(50))))
    world.put(S1, data.replace(b",H610", b",\xff\xfe610", 1))
    assert world.codes() == ["ENC_INVALID"]


def test_no_persons_id_is_written_anywhere_or_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    lines = csv_bytes(settlements(*(str(i) for i in range(200)))).splitlines(keepends=True)
    lines[2] = lines[2].replace(b",100.00,", b",1,00.00,", 1)
    lines[4] = lines[4].replace(b",H610", b",\xff\xfe610", 1)
    world.put(S1, b"".join(lines) + csv_bytes(settlements("x", med_type="77")).split(b"\n")[1])
    world.put("contributions_610000_202401_B001.csv",
              [row("contributions", clct_obj="E", emp_no="EMPLOYER7", clct_way="77")])  # fmt: skip
    world.run()
    assert len(world.quarantine()) == 4
    files = duckdb.connect()
    for name, data in tree(world.paths.root).items():
        assert PERSON.encode() not in data
        if name.endswith(".parquet"):
            cells = files.execute(f"SELECT * FROM '{world.paths.root.as_posix()}/{name}'")
            text = repr(cells.fetchall())
            assert PERSON not in text
            assert "EMPLOYER7" not in text

    def failing(*_: Any) -> str:
        return f"SELECT CAST('{PERSON}x' AS INTEGER)"

    world.put(S2, settlements("other"))
    monkeypatch.setattr(stage, "measure_sql", failing)
    with pytest.raises(JiecunError) as caught:
        world.run()
    assert caught.value.problems[0].code == "INTAKE_ENGINE"
    assert PERSON not in str(caught.value)


def test_masked_text_keeps_the_other_cells(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1", med_type="77"))
    world.run()
    ((text,),) = world.quarantine("raw_text")
    assert text.startswith("rid1,setl_i1,,mdtrt_1,***,390,")


def _drop_row_three(sql: str, number: str) -> str:
    return f"SELECT * FROM ({sql}) WHERE {number} <> 3"


def _losing_row_three(copy: Callable[..., int]) -> Callable[..., int]:
    return lambda con, sql, *to: copy(con, _drop_row_three(sql, "src_row"), *to)


@pytest.mark.parametrize("where", ["stage", "cells", "repair"])
def test_a_row_lost_on_the_way_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1", "2", "3", "4"))
    if where == "stage":
        for name in ("copy_serial", "copy_to"):
            monkeypatch.setattr(stage, name, _losing_row_three(getattr(batch, name)))
    elif where == "cells":
        scan = parse_sql.scan

        def losing(*args: Any, **options: Any) -> str:
            return _drop_row_three(scan(*args, **options), "rn")

        monkeypatch.setattr(parse_sql, "scan", losing)
        monkeypatch.setattr(fast_sql, "scan", losing)
    else:
        world.put(S1, csv_bytes(settlements("1", "2", "3", "4")).replace(b"\n", b"\r\n"))
        write_plain = plain_copy.write_plain

        def short(*args: Any) -> plain_copy.PlainCopy:
            done = write_plain(*args)
            text = args[2].read_text(encoding="utf-8").splitlines(keepends=True)
            args[2].write_text("".join(text[:-1]), encoding="utf-8")
            return done

        monkeypatch.setattr(stage, "write_plain", short)
    assert world.codes() == ["INTAKE_UNBALANCED"]
    assert read_log(world.paths).batches == ()


def test_an_amount_changed_on_the_way_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1", "2"))
    sure_rows = fast_sql.sure_rows

    def altering(*args: Any, **options: Any) -> str:
        return (f"SELECT * REPLACE (CAST(medfee_sumamt + 0.01 AS DECIMAL(18,2)) AS medfee_sumamt) "
                f"FROM ({sure_rows(*args, **options)})")  # fmt: skip

    monkeypatch.setattr(fast_sql, "sure_rows", altering)
    assert world.codes() == ["INTAKE_UNBALANCED"]


def test_a_run_that_dies_leaves_nothing_visible_and_the_next_sweeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))

    def dying(*_: Any) -> None:
        raise KeyboardInterrupt

    from pipelines.extracts import finish

    monkeypatch.setattr(finish, "append_log", dying)
    with pytest.raises(KeyboardInterrupt):
        world.run()
    assert world.live("settlements", "*") == []
    monkeypatch.undo()
    (world.paths.staged / "_work").mkdir(exist_ok=True)
    (world.paths.staged / "_work" / "left.csv").write_text(PERSON)
    assert len(world.run().new) == 1
    assert not (world.paths.staged / "_work").exists()


def test_a_file_that_is_still_being_written_stops_the_intake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    path = world.put(S1, settlements("1"))
    stage_group = stage.stage_group

    def growing(*args: Any) -> list[batch.Staged]:
        done = stage_group(*args)
        path.write_bytes(path.read_bytes() + b"more")
        return done

    monkeypatch.setattr(stage, "stage_group", growing)
    assert world.codes() == ["FILE_CHANGED"]
    assert read_log(world.paths).batches == ()


def test_files_and_folders_are_private(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1") + settlements("2", med_type="77"))
    load_hash_key(world.paths, {})
    world.run()
    for path in world.paths.root.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_hash_key_is_made_once_or_given(tmp_path: Path) -> None:
    world = World(tmp_path)
    made = load_hash_key(world.paths, {})
    assert (len(made), load_hash_key(world.paths, {})) == (22, made)
    assert load_hash_key(world.paths, {"JIECUN_HASH_KEY": "x" * 30}) == "x" * 30
    for wrong in ("", "short", "x" * 21, "x" * 21 + " ", "密" * 22):
        with pytest.raises(JiecunError) as caught:
            load_hash_key(world.paths, {"JIECUN_HASH_KEY": wrong})
        assert not wrong or wrong not in str(caught.value)


def test_a_log_line_cut_short_is_forgotten_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))
    world.run()
    path = log.log_path(world.paths)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"file": "x')
    assert len(world.run().all) == 1
    world.put(S2, settlements("2"))
    assert len(world.run().all) == 2
    assert path.read_bytes().startswith(whole + b'{"batch"')
    path.write_bytes(b"nonsense\n" + whole)
    assert world.codes() == ["INTAKE_LOG_BROKEN"]


def test_a_staged_file_gone_from_disk_is_an_error(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))
    (record,) = world.run().new
    world.paths.staged_file("settlements", record.source_sha).unlink()
    with pytest.raises(JiecunError, match="STAGED_MISSING"):
        world.live("settlements", "*")


def test_a_missing_reference_view_is_an_error(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, settlements("1"))
    with pytest.raises(JiecunError, match="REF_MISSING"):
        run_intake(world.raw, world.paths, {}, KEY)


def test_a_file_becomes_the_same_bytes_in_any_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, alone = World(tmp_path / "a"), World(tmp_path / "b")
    for world in (together, alone):
        good = settlements(*(str(i) for i in range(60)))
        bad = settlements("bad", med_type="77") + settlements("worse", insutype="9")
        world.put(S1, good + bad)
        world.put(S2, settlements("3", "61"))
        full_width = settlements("70", hifp_pay="６0.00", fund_pay_sumamt="60.00")
        world.put("settlements_610100_202403_B001.csv", full_width)
        unproven = settlements("71", mdtrt_id="E1")
        world.put("settlements_610100_202404_B001.csv", unproven)
        world.put("contributions_610000_202401_B001.csv", [row("contributions", rid="c1")])
        world.put("contributions_610100_202401_B001.csv", [row("contributions", rid="c2")])
    assert [len(group) for group in _bundles(together)] == [2, 2, 2]
    together.run()
    monkeypatch.setattr(bundle, "SMALL", 0)
    assert [len(group) for group in _bundles(alone)] == [1] * 6
    alone.run()
    assert together.run().all == alone.run().all
    assert _files(together) == _files(alone)
    assert len(_files(together)) > 10


def _bundles(world: World) -> list[list[Source]]:
    work = world.raw.extracts.parent / "look"
    work.mkdir()
    found = [read_source(file, work)[1] for file in discover(world.raw.extracts)[0]]
    return bundle.bundles([source for source in found if source is not None])


def _files(world: World) -> dict[str, bytes]:
    root = world.paths.root
    folders = (world.paths.staged, root / "quarantine")
    files = (path for folder in folders for path in folder.rglob("*.parquet"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_file_names() -> None:
    name = parse_name("fund_transfers_610000_202401_B001.csv")
    assert name is not None
    assert (name.table, name.area, name.ym, name.batch) == (
        "fund_transfers", "610000", 202401, "B001"
    )  # fmt: skip
    for wrong in ("fund_610000_202401_B001.csv", "budget_610000_202400_B1.csv", "budget.csv"):
        assert parse_name(wrong) is None


CUTS: list[tuple[bytes, list[bytes]]] = [
    (b"a,b\n1,2\n", [b"a,b", b"1,2"]),
    (b"a,b\r\n\r\n1,2", [b"a,b", b"1,2"]),
    (b'a\n"x\ny"\nz\n', [b"a", b'"x\ny"', b"z"]),
    (b'a\n"x\ny\nz\n', [b"a", b'"x', b"y", b"z"]),
    (b'a\nx"y\nz\n', [b"a", b'x"y', b"z"]),
    (b'a\n"x""\ny",1\nz\n', [b"a", b'"x""\ny",1', b"z"]),
    (b"", []),
]


@pytest.mark.parametrize(("data", "cuts"), CUTS)
def test_records(tmp_path: Path, data: bytes, cuts: list[bytes]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    found = list(records(path))
    assert [r.raw for r in found] == cuts
    assert [r.number for r in found] == list(range(len(cuts)))
    assert all(data[r.offset :].startswith(r.raw) for r in found)
    assert inspect(path).records == max(len(cuts) - 1, 0)
