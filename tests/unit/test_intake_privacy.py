"""Planted persons are in no file of the warehouse, no log, no terminal output; all is private."""

from __future__ import annotations

import csv
import io
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli_intake import intake_app
from pipelines.extracts.log import load_hash_key
from pipelines.extracts.rejects import excel_cell
from tests.unit.intake_harness import KEY, PERSON, S1, S2, World, csv_bytes, row

if TYPE_CHECKING:
    from pathlib import Path

EMPLOYER = "EMPLOYER-0007"
OTHER = "61000000000000000008"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Every way out of intake, each with a person or an employer in it."""
    world = World(tmp_path)
    rows = [row("settlements", str(at)) for at in range(200)]
    data = csv_bytes([*rows, row("settlements", "a", med_type="77"),
                      row("settlements", "b", insu_admdvs=""), rows[0],
                      row("settlements", "c", psn_no="6.1E+19", mdtrt_id=" x\u3000")])  # fmt: skip
    lines = data.splitlines(keepends=True)
    lines[3] = lines[3].replace(b",100.00,", b",1,00.00,", 1)
    lines[5] = lines[5].replace(b",H610", b",\xff\xfe610", 1)
    world.put(S1, b"".join(lines))
    world.put(S2, [row("settlements", "5", updt_time="2024-03-01", psn_no=OTHER)])
    world.put("contributions_610000_202401_B001.csv", [
        row("contributions", "1", psn_no=OTHER),
        row("contributions", "2", clct_obj="E", emp_no=EMPLOYER, psn_no="", clct_way="77"),
        row("contributions", "3", clct_obj="E", emp_no=EMPLOYER, psn_no=""),
    ])  # fmt: skip
    load_hash_key(world.paths, {})
    world.run()
    return world


def test_no_person_or_employer_is_in_any_file_and_every_file_is_private(world: World) -> None:
    con = duckdb.connect()
    seen = 0
    for path in sorted(world.paths.root.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
        if path.is_dir():
            continue
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            text += repr(con.execute(f"SELECT * FROM '{path.as_posix()}'").fetchall())
        seen += 1
        for planted in (PERSON, OTHER, EMPLOYER):
            assert planted not in text, path
        if path.name != "hash.key":
            assert KEY not in text, path
    assert seen >= 6


def test_no_person_is_told_on_the_terminal(world: World) -> None:
    name = "contributions_610000_202401_B001.csv"
    house = ["--warehouse", str(world.paths.root)]
    told = [CliRunner().invoke(intake_app, [*args, *house, *form]) for form in ([], ["--json"])
            for args in (["list"], ["show", S1], ["rejects", S1],
                         ["rejects", name, "--all"])]  # fmt: skip
    for result in told:
        assert result.exit_code == 0, result.output
        assert len(result.output) > 100
        for planted in (PERSON, OTHER, EMPLOYER, "6.1E+19"):
            assert planted not in result.output


def test_a_masked_export_cannot_be_sent_back_and_an_unmasked_one_can(
    world: World, tmp_path: Path
) -> None:
    name, again = "contributions_610000_202401_B001.csv", "contributions_610000_202401_B00"
    base = ["rejects", name, "--raw", str(world.raw.root), "--warehouse", str(world.paths.root)]
    for at, flags in ((2, []), (3, ["--unmasked"])):
        out = tmp_path / f"{at}.csv"
        result = CliRunner().invoke(intake_app, [*base, str(out), "--csv", *flags])
        assert result.exit_code == 0, result.output
        assert (EMPLOYER in out.read_text(encoding="utf-8-sig")) is (at == 3)
        (bad,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")))
        bad["clct_way"] = "02"
        world.put(f"{again}{at}.csv", [bad])
        record = next(r for r in world.run().new if r.source_file == f"{again}{at}.csv")
        assert (record.rows_accepted, record.rows_quarantined) == ((0, 1), (1, 0))[at - 2]
    assert ("quarantined", "PERSON_MASKED") in world.quarantine("disposition, reason")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("00123", "00123\t"), ("61000000000000000007", "61000000000000000007\t"), ("", ""),
        ("2024-01-05 10:11:12", "2024-01-05 10:11:12\t"), ("=1+1", "'=1+1\t"),
        ("@SUM(A1)", "'@SUM(A1)\t"), ("-1+2", "'-1+2\t"), ("甲", "甲\t"),
    ],
)  # fmt: skip
def test_cells_stay_as_they_are_in_a_spreadsheet(text: str, cell: str) -> None:
    assert excel_cell(text) == cell


def test_short_amounts_stay_numbers() -> None:
    assert excel_cell("-12.30", number=True) == "-12.30"
    assert excel_cell("123456789012.34", number=True) == "123456789012.34\t"
