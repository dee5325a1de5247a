"""Files and folders that only their owner can read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter; parents too where they are missing."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def append_lines(path: Path, text: str) -> None:
    """Append whole lines to a private file in one write, on disk when this returns.

    What a crash left of a line at the end of the file is dropped first.
    """
    private_folder(path.parent)
    whole = path.stat().st_size if path.exists() else 0
    if whole:
        with path.open("rb") as old:
            content = old.read()
        whole = content.rfind(b"\n") + 1
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, whole)
        os.lseek(handle, whole, os.SEEK_SET)
        data = text.encode()
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
