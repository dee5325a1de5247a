"""What stops a run tells place, expected, found and remedy; the last release stays as it was."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[2]
SHAPE = ("错误 ", "应为: ", "实为: ", "处理: ")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory, served_cmd: Command) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    done = served_cmd(
        "demo", "--out", folder, "--months", 3, "--settlements", 2000, "--province", "天津市"
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def house(raw: Path, tmp_path_factory: pytest.TempPathFactory, served_cmd: Command) -> Path:
    folder = tmp_path_factory.mktemp("house")
    done = served_cmd("run", "--raw", raw, "--warehouse", folder)
    assert done.returncode == 0, done.stderr
    return folder


def _print_of(house: Path) -> dict[str, str]:
    """Everything a reader can see: files of all releases, and where ``current`` points."""
    seen = {"current": str((house / "current").readlink())}
    for path in sorted((house / "releases").rglob("*")):
        if path.is_file():
            seen[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return seen


def _fails(done: subprocess.CompletedProcess[str], code: str, exit_code: int, *words: str) -> None:
    assert done.returncode == exit_code, done.stderr
    for part in (*SHAPE, code, *words):
        assert part in done.stderr, f"{part!r} not in:\n{done.stderr}"
    assert "Traceback" not in done.stderr


def _served(server: str) -> dict[str, str]:
    return {"PREFECT_API_URL": server, "PREFECT_LOGGING_LEVEL": "CRITICAL"}


def _copy(raw: Path, to: Path) -> Path:
    shutil.copytree(raw, to)
    return to


def test_a_foreign_file_name(raw: Path, house: Path, tmp_path: Path, served_cmd: Command) -> None:
    before = _print_of(house)
    bad = _copy(raw, tmp_path / "raw")
    (bad / "extracts" / "结算数据.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    _fails(served_cmd("run", "--raw", bad, "--warehouse", house), "FILE_UNKNOWN", 1, "结算数据.csv")
    assert _print_of(house) == before


def test_a_foreign_file_under_a_good_name(
    raw: Path, house: Path, tmp_path: Path, served_cmd: Command
) -> None:
    before = _print_of(house)
    bad = _copy(raw, tmp_path / "raw")
    picture = bad / "extracts" / "settlements_610000_202304_B009.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    done = served_cmd("run", "--raw", bad, "--warehouse", house)
    _fails(done, "settlements_610000_202304_B009.csv", 1)
    assert _print_of(house) == before


def test_a_missing_required_column(
    raw: Path, house: Path, tmp_path: Path, served_cmd: Command
) -> None:
    before = _print_of(house)
    bad = _copy(raw, tmp_path / "raw")
    source = sorted((bad / "extracts").glob("settlements_*.csv"))[0]
    lines = source.read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("hifp_pay")
    cut = [",".join(c for i, c in enumerate(ln.split(",")) if i != at) for ln in lines]
    (bad / "extracts" / "settlements_610000_202304_B009.csv").write_text(
        "\n".join(cut) + "\n", encoding="utf-8"
    )
    _fails(served_cmd("run", "--raw", bad, "--warehouse", house), "HEADER_MISSING", 1, "hifp_pay")
    assert _print_of(house) == before


def test_an_unknown_pool(raw: Path, house: Path, served_cmd: Command) -> None:
    before = _print_of(house)
    done = served_cmd("run", "--raw", raw, "--warehouse", house, "--pool", "619999")
    _fails(done, "POOL_UNKNOWN", 2, "619999")
    assert _print_of(house) == before


def test_a_month_that_is_none(raw: Path, house: Path, served_cmd: Command) -> None:
    done = served_cmd("run", "--raw", raw, "--warehouse", house, "--through", "202313")
    _fails(done, "THROUGH_INVALID", 2, "202313")


def test_a_month_that_the_bank_has_not_told_yet(
    raw: Path, house: Path, served_cmd: Command
) -> None:
    before = _print_of(house)
    done = served_cmd("run", "--raw", raw, "--warehouse", house, "--through", "202304")
    _fails(done, "THROUGH_BEYOND", 2, "202304", "202303")
    assert _print_of(house) == before


def test_no_data_at_all(raw: Path, tmp_path: Path, served_cmd: Command) -> None:
    empty = tmp_path / "raw"
    (empty / "extracts").mkdir(parents=True)
    shutil.copytree(raw / "regions", empty / "regions")
    done = served_cmd("run", "--raw", empty, "--warehouse", tmp_path / "house")
    _fails(done, "NO_EXTRACTS", 2, "jiecun demo")


def test_sql_before_the_first_release(tmp_path: Path, served_cmd: Command) -> None:
    _fails(served_cmd("sql", "select 1", "--warehouse", tmp_path), "NO_RELEASE", 2, "jiecun run")


def _run_with_rules(
    folder: Path, raw: Path, house: Path, server: str, edit: Callable[[str], str]
) -> subprocess.CompletedProcess[str]:
    """A run of a copy of the code whose posting rules were edited."""
    tree = folder / "tree"
    for room in ("pipelines", "schemas", "transforms"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    rules = tree / "transforms" / "rules" / "rule_posting.csv"
    rules.write_text(edit(rules.read_text(encoding="utf-8")), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run", "--raw", raw, "--warehouse", house],
        env={**os.environ, **_served(server), "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_broken_rules_file(raw: Path, house: Path, tmp_path: Path, prefect_server: str) -> None:
    before = _print_of(house)
    done = _run_with_rules(
        tmp_path,
        raw,
        house,
        prefect_server,
        lambda text: text.replace("2018-01-01", "2018-13-01", 1),
    )
    _fails(done, "RULES_BROKEN", 3, "rule_posting.csv", "2018-13-01")
    assert _print_of(house) == before


def test_a_rule_taken_away_stops_the_release(
    raw: Path, house: Path, tmp_path: Path, prefect_server: str
) -> None:
    before = _print_of(house)
    done = _run_with_rules(
        tmp_path,
        raw,
        house,
        prefect_server,
        lambda text: "".join(
            ln for ln in text.splitlines(keepends=True) if not ln.startswith("E01.POOL/310")
        ),
    )
    _fails(done, "CHECK_J-01", 3, "CHECK_T-11", "CHECK_T-13")
    assert _print_of(house) == before


def test_a_warehouse_that_cannot_be_written(raw: Path, tmp_path: Path, served_cmd: Command) -> None:
    # a folder below a file: no user, root included, can write there
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = served_cmd("run", "--raw", raw, "--warehouse", blocked / "house")
    _fails(done, "WAREHOUSE_WRITE", 1)


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
def test_a_disk_that_takes_no_more(
    raw: Path, house: Path, tmp_path: Path, prefect_server: str
) -> None:
    # stands in for a full disk: every write beyond 40 kB of a file fails
    more = _copy(raw, tmp_path / "raw")
    source = sorted((more / "extracts").glob("settlements_*_202303_*.csv"))[0]
    again = more / "extracts" / "settlements_610000_202304_B009.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    head, rows = lines[0], lines[1:]
    at = [head.split(",").index(n) for n in ("rid", "setl_id")]
    copies = [head]
    for row in rows:
        cells = row.split(",")
        for i in at:
            cells[i] = "9" + cells[i][1:]
        copies.append(",".join(cells))
    again.write_text("\n".join(copies) + "\n", encoding="utf-8")
    before = _print_of(house)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run", "--raw", more, "--warehouse", house],
        # a server of its own would die of the same limit, and the run of that
        env={**os.environ, **_served(prefect_server), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert done.returncode != 0, done.stdout
    assert _print_of(house) == before


def test_two_runs_at_once_the_second_is_told_who_holds_it(
    raw: Path, house: Path, served_cmd: Command
) -> None:
    from pipelines.paths import WarehousePaths
    from pipelines.warehouse.lock import warehouse_lock

    with warehouse_lock(WarehousePaths(house), "jiecun run（夜间任务）"):
        done = served_cmd("run", "--raw", raw, "--warehouse", house)
    _fails(done, "WAREHOUSE_BUSY", 1, "夜间任务")
