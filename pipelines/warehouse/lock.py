"""One writer per warehouse: a file lock, and a note of who holds it."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pipelines.errors import JiecunError, Problem
from pipelines.private import private_folder
from pipelines.warehouse.disk import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.paths import WarehousePaths


@contextmanager
def sole_holder(lock: Path, busy: Problem, timeout: float = 0) -> Iterator[None]:
    """Hold a lock file, in a private folder, within the block; the system frees a dead holder's.

    Raises JiecunError with ``busy`` where another process holds it for ``timeout`` seconds, and
    ``WAREHOUSE_WRITE`` where the folder cannot be written.
    """
    held = FileLock(lock, timeout=timeout)
    with writing(lock.parent):
        private_folder(lock.parent)
        try:
            held.acquire()
        except Timeout:
            raise JiecunError(busy) from None
    try:
        yield
    finally:
        held.release()


@contextmanager
def warehouse_lock(paths: WarehousePaths, owner: str) -> Iterator[None]:
    """Hold ``state/run.lock`` within the block; ``owner`` is the command as a person typed it.

    ``state/run.lock.json`` tells pid, start (local time) and command. The system frees the lock of
    a process that dies, so a note left behind blocks nobody.
    Raises JiecunError ``WAREHOUSE_BUSY`` at once where another holds it, naming that one, and
    ``WAREHOUSE_WRITE`` where the folder cannot be written.
    """
    note = paths.state / "run.lock.json"
    lock = FileLock(paths.state / "run.lock", timeout=0)
    try:
        with writing(paths.state):
            paths.state.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except Timeout:
                raise _busy(paths, note) from None
            started = datetime.now().isoformat(sep=" ", timespec="seconds")
            holder = {"pid": os.getpid(), "started": started, "command": owner}
            note.write_text(json.dumps(holder, ensure_ascii=False) + "\n", encoding="utf-8")
        yield
    finally:
        if lock.is_locked:
            note.unlink(missing_ok=True)
            lock.release()


def _busy(paths: WarehousePaths, note: Path) -> JiecunError:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        holder = f"{told['command']}（进程 {told['pid']}，{told['started']} 开始）"
    except (OSError, ValueError, KeyError, TypeError):
        holder = "另一个进程（未留下说明）"
    return JiecunError(
        Problem(
            "WAREHOUSE_BUSY",
            str(paths.root),
            "同一时间只有一个任务写数据仓库",
            f"正由 {holder} 使用",
            "等它结束后重试",
        )
    )
