"""A release becomes visible at once or not at all, and whatever dies leaves the old one."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import EXIT_USAGE, JiecunError
from pipelines.paths import ROOT, WarehousePaths
from pipelines.warehouse import release as room
from pipelines.warehouse.marts import MartFile
from pipelines.warehouse.release import (
    Manifest,
    current_release,
    list_releases,
    publish,
    release_id,
    switch_to,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    return WarehousePaths(tmp_path / "warehouse")


def build(text: str) -> Callable[[Path], Manifest]:
    def fill(folder: Path) -> Manifest:
        for name in ("marts/a.parquet", "marts/b.parquet", "reports/r.html", "jiecun.duckdb"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        return Manifest((MartFile("b", 1, "sb", 1), MartFile("a", 1, "sa", 1)), {"code": "v1"})

    return fill


def current_text(paths: WarehousePaths) -> str:
    return (paths.current / "marts" / "a.parquet").read_text()


def names(paths: WarehousePaths) -> list[str]:
    return sorted(p.name for p in paths.releases.iterdir())


def test_the_id_follows_the_parts_and_not_their_order() -> None:
    first = release_id({"inputs": "a", "rules": "b"})
    assert first == release_id({"rules": "b", "inputs": "a"})
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert len({first, release_id({"inputs": "ab", "rules": ""}), release_id({"inputs": "a"})}) == 3


def test_a_first_publication(paths: WarehousePaths) -> None:
    assert current_release(paths) is None
    assert list_releases(paths) == ()
    made = publish(paths, "r1", build("one"))
    assert (made.built, made.switched, made.removed) == (True, True, ())
    assert str(paths.current.readlink()) == "releases/r1"
    assert str(paths.catalog.readlink()) == "current/jiecun.duckdb"
    assert paths.catalog.read_text() == "one"
    now = current_release(paths)
    assert now is not None
    assert (now.release_id, now.path, now.is_current) == (
        "r1",
        paths.releases.resolve() / "r1",
        True,
    )
    manifest = json.loads((paths.current / "manifest.json").read_text())
    assert manifest == now.manifest
    assert [mart["name"] for mart in manifest["marts"]] == ["a", "b"]
    assert [file["path"] for file in manifest["files"]] == ["reports/r.html"]
    assert (manifest["release_id"], manifest["code"]) == ("r1", "v1")
    modes = {oct(p.stat().st_mode & 0o222) for p in now.path.rglob("*") if p.is_file()}
    assert modes == {"0o0"}


def test_the_same_release_is_not_built_again(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    again = publish(paths, "r1", lambda _: pytest.fail("built again"))
    assert (again.built, again.switched) == (False, False)
    publish(paths, "r2", build("two"))
    back = publish(paths, "r1", lambda _: pytest.fail("built again"))
    assert (back.built, back.switched, current_text(paths)) == (False, True, "one")


def test_a_build_that_fails_leaves_the_old_release(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))

    def dies(folder: Path) -> Manifest:
        build("two")(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(paths, "r2", dies)
    assert current_text(paths) == "one"
    assert names(paths) == ["r1"]


@pytest.mark.parametrize("step", ["_seal", "fsync", "switch_to", "replace_link", "_prune"])
def test_a_death_at_any_step_is_mended_by_the_next_run(
    paths: WarehousePaths, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(paths, "r1", build("one"))

    def dies(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(room, step, dies)
        with pytest.raises(MemoryError):
            publish(paths, "r2", build("two"))
    assert current_text(paths) == ("two" if step == "_prune" else "one")
    publish(paths, "r2", build("two"))
    assert current_text(paths) == "two"
    assert names(paths) == ["r1", "r2"]


def test_kill_in_the_middle_of_a_build(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    script = (
        "import os, signal, sys, pathlib\n"
        "from pipelines.paths import WarehousePaths\n"
        "from pipelines.warehouse.release import publish\n"
        "def fill(folder):\n"
        "    (folder / 'marts').mkdir()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish(WarehousePaths(pathlib.Path(sys.argv[1])), 'r2', fill)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(paths.root)], cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert current_text(paths) == "one"
    assert len(names(paths)) == 2
    assert [info.release_id for info in list_releases(paths)] == ["r1"]
    publish(paths, "r3", build("three"))
    assert names(paths) == ["r1", "r3"]


def test_orphans_are_swept_at_the_start(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    (paths.releases / ".tmp-r9-1" / "marts").mkdir(parents=True)
    (paths.releases / "r8").mkdir()
    (paths.releases / "r7").symlink_to(".tmp-r9-1")
    (paths.root / ".current-77").symlink_to("releases/r9")
    publish(paths, "r1", build("one"))
    assert names(paths) == ["r1"]
    assert not (paths.root / ".current-77").is_symlink()


def test_a_stale_log_beside_the_catalog_goes_with_the_switch(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    stale = paths.root / "jiecun.duckdb.wal"
    stale.write_text("of another file")
    publish(paths, "r2", build("two"))
    assert not stale.exists()


def test_the_last_twelve_are_kept_and_never_the_current_removed(paths: WarehousePaths) -> None:
    for i in range(14):
        publish(paths, f"r{i:02}", build(str(i)))
        manifest = paths.release(f"r{i:02}") / "manifest.json"
        os.utime(manifest, ns=(i * 10**9, i * 10**9))
    assert names(paths) == [f"r{i:02}" for i in range(2, 14)]
    back = publish(paths, "r02", build("never"), keep=3)
    assert back.removed == tuple(f"r{i:02}" for i in range(10, 2, -1))
    assert names(paths) == ["r02", "r11", "r12", "r13"]
    assert [i.release_id for i in list_releases(paths) if i.is_current] == ["r02"]


def test_a_reader_sees_one_release_whole_while_it_switches(paths: WarehousePaths) -> None:
    publish(paths, "r0", build("0"))
    stop = threading.Event()
    mixed: list[tuple[str, str]] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            now = current_release(paths)
            assert now is not None
            pair = tuple((now.path / "marts" / f"{m}.parquet").read_text() for m in "ab")
            if pair[0] != pair[1] or f"r{pair[0]}" != now.release_id:
                mixed.append((pair[0], pair[1]))
            reads += 1

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(40):
        publish(paths, f"r{i % 8}", build(str(i % 8)))
    stop.set()
    reader.join()
    assert mixed == []
    assert reads > 10


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.ENOSPC, "磁盘空间"), (errno.EROFS, "可写的数据仓库目录")]
)
def test_a_full_or_read_only_disk(
    paths: WarehousePaths, number: int, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(paths, "r1", build("one"))

    def full(_: Path) -> Manifest:
        raise OSError(number, os.strerror(number))

    with pytest.raises(JiecunError, match=remedy):
        publish(paths, "r2", full)

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refused)
        with pytest.raises(JiecunError, match="WAREHOUSE_WRITE"):
            publish(paths, "r2", build("two"))
    assert current_text(paths) == "one"
    assert names(paths) == ["r1"]


def test_a_file_that_is_not_there_is_not_blamed_on_the_disk(paths: WarehousePaths) -> None:
    def reads_nothing(folder: Path) -> Manifest:
        (folder / "nope").read_text()
        raise AssertionError

    with pytest.raises(FileNotFoundError):
        publish(paths, "r1", reads_nothing)


def test_switching_to_an_unknown_release(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    with pytest.raises(JiecunError, match="RELEASE_UNKNOWN") as info:
        switch_to(paths, "r9")
    assert info.value.exit_code == EXIT_USAGE
    assert info.value.problems[0].expected == "已有的发布之一：r1"


def test_a_current_that_points_nowhere_is_no_release(paths: WarehousePaths) -> None:
    publish(paths, "r1", build("one"))
    paths.current.unlink()
    paths.current.symlink_to("releases/gone")
    assert current_release(paths) is None
    publish(paths, "r1", build("one"))
    assert current_text(paths) == "one"
