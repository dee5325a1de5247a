"""The clerk's loop with the real command: a bad file, its rejects, the mended file, all healed."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]

BAD = "settlements_610000_202301_B801.csv"
MENDED = "settlements_610000_202301_B802.csv"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, served_cmd: Command) -> Path:
    """A demo world with one more file: four rows spoilt in four ways, one good, under new ids."""
    folder = tmp_path_factory.mktemp("clerk")
    done = served_cmd("demo", "--out", folder / "raw", "--months", 3, "--settlements", 2000)
    assert done.returncode == 0, done.stderr
    source = next((folder / "raw/extracts").glob("settlements_*_202301_*.csv"))
    with source.open(encoding="utf-8", newline="") as handle:
        good = [r for r in csv.DictReader(handle) if not r["init_setl_id"]
                and r["insutype"] == "310" and r["refd_setl_flag"] == "0"][:5]  # fmt: skip
    for at, row in enumerate(good):
        row |= {"rid": f"0{at}900000000000000001", "setl_id": f"00{at}9000000000000001",
                "psn_no": f"6100000000000000000{at}"}  # fmt: skip
    good[0]["begndate"] = "2023-02-30"
    good[1]["hifp_pay"] = "1,23,4.5"
    good[2]["insu_admdvs"] = ""
    good[3]["med_type"] = "77"
    write(folder / "raw/extracts" / BAD, list(good[0]), [list(row.values()) for row in good])
    done = served_cmd("run", "--raw", folder / "raw", "--warehouse", folder / "house")
    assert done.returncode == 0, done.stderr
    return folder


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


def intake(world: Path, *args: str | Path) -> Any:
    """The JSON of ``jiecun intake``, in this process."""
    where = ("--warehouse", world / "house", "--json")
    done = CliRunner().invoke(app, ["intake", *map(str, (*args, *where))])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_batch_is_shown_with_reasons_money_and_remedies(
    world: Path, served_cmd: Command
) -> None:
    (row,) = intake(world, "list", "--open", "--table", "settlements")
    assert (row["source_file"], row["rows_read"], row["rows_accepted"]) == (BAD, 5, 1)
    assert (row["rows_quarantined"], row["rows_held"], row["open_rows"]) == (3, 1, 4)
    assert row["refused_share"] == "80.00%"
    told = intake(world, "show", row["batch_id"][:-4])
    assert sorted((r["reason"], r["disposition"], r["state"]) for r in told["reasons"]) == [
        ("AMT_FORMAT", "quarantined", "open"), ("DATE_INVALID", "quarantined", "open"),
        ("MED_TYPE_UNMAPPED", "held", "open"), ("REGION_MISSING", "quarantined", "open"),
    ]  # fmt: skip
    for reason in told["reasons"]:
        assert re.search("[一-鿿]", reason["reason_zh"] + reason["remedy_zh"])
    assert {rate["reason"] for rate in told["rates"]} >= {"A6_COST_SPLIT", "FIXMEDINS_FORM"}
    shown = served_cmd("intake", "show", BAD, "--warehouse", world / "house")
    assert "合计 = 读入" in shown.stdout
    assert "REGION_MISSING" in shown.stdout


def test_a_batch_that_is_not_there_or_not_one_is_told(world: Path, served_cmd: Command) -> None:
    for name, code in (("nothing", "BATCH_UNKNOWN"), ("settlements_", "BATCH_AMBIGUOUS")):
        done = served_cmd("intake", "show", name, "--warehouse", world / "house")
        assert done.returncode == 2
        assert f"错误 {code}" in done.stderr


def test_rejects_are_masked_on_the_terminal_and_in_the_csv(
    world: Path, served_cmd: Command, tmp_path: Path
) -> None:
    rows = intake(world, "rejects", BAD, "--raw", world / "raw")
    assert [(r["src_line"], r["reason"]) for r in rows] == [
        (2, "DATE_INVALID"), (3, "AMT_FORMAT"), (4, "REGION_MISSING"), (5, "MED_TYPE_UNMAPPED")
    ]  # fmt: skip
    out = tmp_path / "rejects.csv"
    done = served_cmd("intake", "rejects", BAD, out, "--csv", "--raw", world / "raw",
                      "--warehouse", world / "house")  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = served_cmd("intake", "rejects", BAD, "--warehouse", world / "house").stdout
    for told in (json.dumps(rows), text, out.read_text(encoding="utf-8-sig")):
        assert "***" in told
        assert "6100000000000000000" not in told
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = served_cmd("intake", "rejects", BAD, out, "--csv", "--raw", world / "raw",
                       "--warehouse", world / "house")  # fmt: skip
    assert (again.returncode, "FILE_EXISTS" in again.stderr) == (2, True)


def test_corrected_rows_sent_again_heal_the_batch(
    world: Path, served_cmd: Command, tmp_path: Path
) -> None:
    out = tmp_path / "correct.csv"
    done = served_cmd("intake", "rejects", BAD, out, "--csv", "--unmasked", "--raw", world / "raw",
                      "--warehouse", world / "house")  # fmt: skip
    assert done.returncode == 0, done.stderr
    header, *rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    at = {name: place for place, name in enumerate(header)}
    assert [row[at["psn_no"]] for row in rows] == [f"6100000000000000000{i}\t" for i in range(4)]
    assert [row[at["rid"]] for row in rows] == [f"0{i}900000000000000001\t" for i in range(4)]
    rows[0][at["begndate"]] = rows[0][at["enddate"]]
    funds = ("cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay",
             "othfund_pay")  # fmt: skip
    whole = sum(fen(rows[1][at[name]]) for name in funds)
    rows[1][at["hifp_pay"]] = yuan(fen(rows[1][at["fund_pay_sumamt"]]) - whole)
    rows[2][at["insu_admdvs"]] = rows[2][at["poolarea_no"]][:4] + "02"
    rows[3][at["med_type"]] = "11"
    if rows[2][at["poolarea_no"]].startswith("6199"):
        rows[2][at["insu_admdvs"]] = "619900"
    write(world / "raw/extracts" / MENDED, header, rows)
    done = served_cmd("run", "--raw", world / "raw", "--warehouse", world / "house")
    assert done.returncode == 0, done.stderr
    batches = {row["source_file"]: row for row in intake(world, "list")}
    mended, bad = batches[MENDED], batches[BAD]
    assert (mended["rows_read"], mended["rows_accepted"]) == (4, 4)
    assert (bad["open_rows"], bad["healed_rows"]) == (0, 4)
    assert (bad["rows_quarantined"], bad["rows_held"]) == (3, 1)
    assert intake(world, "list", "--open") == []
    assert intake(world, "rejects", BAD) == []
    assert len(intake(world, "rejects", BAD, "--all")) == 4


def test_a_replayed_log_gives_the_bytes_of_the_old_warehouse(
    world: Path, served_cmd: Command, tmp_path: Path
) -> None:
    done = served_cmd("intake", "replay", BAD, "--raw", world / "raw",
                      "--warehouse", world / "house", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["released_rows"] == 0
    log = world / "house/state/intake.jsonl"
    done = served_cmd("intake", "replay", "--log", log, "--raw", world / "raw",
                      "--warehouse", tmp_path / "new")  # fmt: skip
    assert done.returncode == 0, done.stderr
    for room in ("staged", "quarantine"):
        old, new = (
            {p.relative_to(house / room): p.read_bytes()
             for p in sorted((house / room).rglob("*.parquet"))}
            for house in (world / "house", tmp_path / "new")
        )  # fmt: skip
        assert len(old) > 0
        assert old == new


def test_a_profile_is_proposed_and_nothing_is_written(world: Path, served_cmd: Command) -> None:
    before = sorted(p for p in world.rglob("*"))
    done = served_cmd("intake", "profile", world / "raw/extracts" / BAD, "--raw", world / "raw",
                      "--warehouse", world / "house", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["table"], told["preview"]["rows_read"]) == ("settlements", 5)
    assert {r["reason"] for r in told["preview"]["refusals"]} >= {"AMT_FORMAT", "DATE_INVALID"}
    assert sorted(p for p in world.rglob("*")) == before


def fen(cell: str) -> int:
    whole, _, part = cell.strip().partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"
