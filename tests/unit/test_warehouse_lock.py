"""One writer per warehouse, and the one that waits is told who works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import JiecunError
from pipelines.paths import ROOT, WarehousePaths
from pipelines.warehouse.lock import warehouse_lock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_owner_is_told_of_the_first(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    with warehouse_lock(paths, "jiecun run"):
        note = json.loads((paths.state / "run.lock.json").read_text())
        assert (note["pid"], note["command"]) == (os.getpid(), "jiecun run")
        with (
            pytest.raises(JiecunError, match="WAREHOUSE_BUSY") as info,
            warehouse_lock(paths, "jiecun close 202401"),
        ):
            pass
        found = info.value.problems[0].found
        assert found == f"正由 jiecun run（进程 {os.getpid()}，{note['started']} 开始） 使用"
        assert (paths.state / "run.lock.json").exists()
    assert not (paths.state / "run.lock.json").exists()
    with warehouse_lock(paths, "jiecun close 202401"):
        pass


def test_the_lock_is_given_back_when_the_work_fails(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with pytest.raises(ZeroDivisionError), warehouse_lock(paths, "a"):
        raise ZeroDivisionError
    with warehouse_lock(paths, "b"):
        pass


def test_a_killed_owner_blocks_nobody(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    script = (
        "import os, pathlib, signal, sys\n"
        "from pipelines.paths import WarehousePaths\n"
        "from pipelines.warehouse.lock import warehouse_lock\n"
        "with warehouse_lock(WarehousePaths(pathlib.Path(sys.argv[1])), 'dead'):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False, timeout=60)
    assert json.loads((paths.state / "run.lock.json").read_text())["command"] == "dead"
    with warehouse_lock(paths, "next"):
        assert json.loads((paths.state / "run.lock.json").read_text())["command"] == "next"


def test_a_note_that_cannot_be_read_does_not_hide_the_lock(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with warehouse_lock(paths, "a"):
        (paths.state / "run.lock.json").write_text("{")
        with pytest.raises(JiecunError, match="另一个进程"), warehouse_lock(paths, "b"):
            pass


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("a file")
    with (
        pytest.raises(JiecunError, match="WAREHOUSE_WRITE"),
        warehouse_lock(WarehousePaths(tmp_path / "w"), "a"),
    ):
        pass
