"""SIGKILL at any moment of an intake, then another run: the bytes of an undisturbed one.

The log tells sizes and times of the raw files, which are the same here; five kills in CI, fifty
with ``JIECUN_LONG=1``. What dies is the process, not the machine: unflushed disks are not shown.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pipelines.paths import ROOT
from tests.unit.intake_harness import World, csv_bytes, row

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 50 if os.environ.get("JIECUN_LONG") == "1" else 5
CHILD = ROOT / "tests" / "e2e" / "intake_child.py"


def fill(world: World) -> None:
    """Files of two months with every outcome: new versions, duplicates, refused, held, released."""
    first = [row("settlements", str(at)) for at in range(400)]
    second = [row("settlements", str(at), updt_time="2024-02-01 00:00:00") for at in range(100)] + [
        row("settlements", "0x", med_type="77"),
        row("settlements", "1x", insu_admdvs=""),
    ]
    waits = row("settlements", "w", init_setl_id="setl_ilate", refd_setl_flag="1", **{
        name: f"-{amount}" for name, amount in (
            ("medfee_sumamt", "100.00"), ("inscp_amt", "100.00"), ("hifp_pay", "60.00"),
            ("fund_pay_sumamt", "60.00"), ("psn_pay", "40.00"), ("cash_payamt", "40.00"))
    })  # fmt: skip
    world.put("settlements_610000_202401_B001.csv", [*first, waits, first[0]])
    world.put("settlements_610000_202402_B001.csv", csv_bytes(second).replace(b"\n", b"\r\n"))
    world.put("settlements_610000_202403_B001.csv", [row("settlements", "late")])
    for month in range(1, 9):
        rows = [row("contributions", f"{month}-{at}") for at in range(100)]
        world.put(f"contributions_610000_20240{month}_B001.csv", rows)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


def start(world: World) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(world.raw.root), str(world.paths.root)],
        env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == b"started\n"
    return child


def finished(child: subprocess.Popen[bytes]) -> float:
    begun = time.monotonic()
    assert child.wait(120) == 0
    return time.monotonic() - begun


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_intake_run_again_gives_the_bytes_of_an_undisturbed_one(tmp_path: Path) -> None:
    world = World(tmp_path)
    fill(world)
    seconds = finished(start(world))
    undisturbed = tree(world.paths.root)
    assert {name.split("/")[0] for name in undisturbed} >= {"staged", "quarantine", "state"}
    assert any("_released" in name for name in undisturbed) or any(
        "_replaced" in name for name in undisturbed
    )
    draw = random.Random(11)
    died = half = 0
    for number in range(KILLS):
        shutil.rmtree(world.paths.root)
        child = start(world)
        time.sleep(seconds * (number + draw.random()) / KILLS)
        child.send_signal(signal.SIGKILL)
        died += child.wait(60) == -signal.SIGKILL
        half += world.paths.root.exists() and tree(world.paths.root) != undisturbed
        finished(start(world))
        assert tree(world.paths.root) == undisturbed, f"kill {number}"
        assert not (world.paths.staged / "_work").exists()
    assert died >= KILLS // 2
    assert half >= 1
