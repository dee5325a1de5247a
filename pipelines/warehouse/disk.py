"""Writing to the warehouse so that it lasts, and saying it plainly where the disk refuses."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDY = {
    errno.ENOSPC: "腾出磁盘空间",
    errno.EDQUOT: "腾出磁盘配额",
    errno.EROFS: "改用可写的数据仓库目录",
    errno.EACCES: "让运行用户有权写数据仓库目录",
    errno.EPERM: "让运行用户有权写数据仓库目录",
}


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the disk refuses within the block into JiecunError (``WAREHOUSE_WRITE``).

    A file that is not there is not the disk's refusal and passes as it is.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as exc:
        found = exc.strerror or type(exc).__name__
        raise _refused(place, found, exc.errno or errno.EIO) from exc
    except duckdb.Error as exc:
        # a full disk is an IOException in a COPY and a TransactionException in a commit
        text = str(exc)
        number = next((n for n in _REMEDY if os.strerror(n) in text), errno.EIO)
        if number == errno.EIO and not isinstance(exc, duckdb.IOException):
            raise
        found = os.strerror(number) if number in _REMEDY else text.split("\n", 1)[0][:200]
        raise _refused(place, found, number) from exc


def _refused(place: Path, found: str, number: int) -> JiecunError:
    remedy = f"{_REMEDY.get(number, '检查磁盘与目录')}后重跑；旧发布不受影响"
    return JiecunError(
        Problem("WAREHOUSE_WRITE", str(place), "目录可写，且有足够空间", found, remedy)
    )


def fsync(path: Path) -> None:
    """Ask the system to put a file, or a folder's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_tree(folder: Path) -> None:
    """``fsync`` every file below ``folder``, then the folders, the outermost last."""
    for path in sorted(folder.rglob("*"), reverse=True):
        fsync(path)
    fsync(folder)


def replace_link(link: Path, target: str) -> bool:
    """Point the symlink ``link`` at ``target`` in one rename; False where it does so already."""
    if link.is_symlink() and str(link.readlink()) == target:
        return False
    aside = link.with_name(f".{link.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
    fsync(link.parent)
    return True
