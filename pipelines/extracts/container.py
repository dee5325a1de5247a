"""Containers: gzip and zip files as private copies of the text inside, within limits.

Nothing is ever written under a name that an archive gives. Copies are readable by their owner only.
"""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHUNK = 1 << 20
#: members that are archives themselves; a workbook (.xlsx) is not counted as one
NESTED = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst")
#: what zipfile raises for a member that is damaged or packed in a way it does not know
FAULTS = (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, struct.error)
_SKIPPED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Limits:
    """How much an archive may unfold to: bytes of one member, its ratio to the packed bytes (asked
    only of members above ``free_bytes``), and the number of members."""

    max_bytes: int = 8 << 30
    max_ratio: int = 200
    free_bytes: int = 16 << 20
    max_members: int = 1000


def unsafe(place: str, found: str) -> JiecunError:
    """An archive that is refused as a whole."""
    return JiecunError(
        Problem(
            "ARCHIVE_UNSAFE",
            place,
            "成员为相对路径的普通文件，不加密，不含压缩包，解压后不超过上限",
            found,
            "核实来源；请数据提供方重新打包，或先解压并检查后放入原始目录",
        )
    )


def broken(place: str, found: str) -> JiecunError:
    """An archive that cannot be read."""
    return JiecunError(
        Problem("ARCHIVE_BROKEN", place, "完整的压缩包或工作簿", found, "重新传送该文件后再运行")
    )


def copy_limited(
    source: IO[bytes] | gzip.GzipFile,
    out: Path,
    limits: Limits,
    packed: Callable[[], int],
    place: str,
) -> None:
    """Copy a decompressing stream to a private file, stopping at the limits.

    ``packed`` tells the packed bytes behind what was read. Raises JiecunError ARCHIVE_UNSAFE.
    """
    out.touch(mode=0o600)
    size = 0
    with out.open("wb") as target:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limits.max_bytes:
                raise unsafe(place, f"解压后超过 {limits.max_bytes:,} 字节")
            if size > limits.free_bytes and size > limits.max_ratio * max(packed(), 1):
                raise unsafe(place, f"解压后超过压缩大小的 {limits.max_ratio} 倍")
            target.write(chunk)


def gunzip(path: Path, out: Path, limits: Limits, place: str) -> None:
    """The text of a ``.gz`` file. Raises JiecunError ARCHIVE_UNSAFE or ARCHIVE_BROKEN."""
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as stream:
            copy_limited(stream, out, limits, raw.tell, place)
    except (EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise broken(place, type(error).__name__) from None


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; one without the UTF-8 mark is read as GB18030 where that fits."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _fault(info: zipfile.ZipInfo, name: str) -> str:
    """Why a member is not acceptable, '' where it is."""
    raw = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    mode = info.external_attr >> 16
    if "\\" in raw or "\0" in raw or "\\" in name:
        return "成员名含反斜杠或空字符"
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        return "成员路径越出目录"
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))):
        return "成员是链接或特殊文件"
    known = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if info.flag_bits & 1 or not known:
        return "成员已加密，或压缩方式不是 deflate"
    if name.lower().endswith(NESTED):
        return "包中有压缩包"
    return ""


def zip_members(path: Path, place: str, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Member name → entry of the files in an archive, by name.

    Raises JiecunError ARCHIVE_UNSAFE for the whole archive where one member is not acceptable.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, OSError, struct.error) as error:
        raise broken(place, type(error).__name__) from None
    if len(infos) > limits.max_members:
        raise unsafe(place, f"{len(infos)} 个成员，上限 {limits.max_members}")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = member_name(info)
        if fault := _fault(info, name):
            raise unsafe(place, fault)
        if info.is_dir() or any(skip in name for skip in _SKIPPED):
            continue
        if name in found:
            raise unsafe(place, "成员重名")
        found[name] = info
    return dict(sorted(found.items()))


def unzip(path: Path, member: str, out: Path, limits: Limits, place: str) -> None:
    """One member of an archive as a private file. Raises JiecunError as ``zip_members`` does."""
    info = zip_members(path, place, limits).get(member)
    if info is None:
        raise broken(place, "成员已不存在")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
            copy_limited(stream, out, limits, lambda: info.compress_size, place)
    except FAULTS as error:
        raise broken(place, type(error).__name__) from None


def read_member(path: Path, member: str, limit: int, place: str, limits: Limits) -> bytes:
    """A small member whole, such as a manifest. Raises JiecunError where it exceeds ``limit``."""
    info = zip_members(path, place, limits)[member]
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
            data = stream.read(limit + 1)
    except (*FAULTS, OSError) as error:
        raise broken(place, type(error).__name__) from None
    if len(data) > limit:
        raise unsafe(place, f"清单超过 {limit:,} 字节")
    return data
