"""Which raw files there are, what their names say, and in which order they are taken in.

A file named ``{table}_{area}_{yyyymm}_{batch}`` with any suffix of ``SUFFIXES`` tells all that by
itself; of another name the manifest beside it or a profile tells it. Inside the warehouse such a
file, and a member of an archive, is called ``delivered!name``, e.g. ``a.zip!settlements_610100_…``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.container import Limits, read_member, zip_members
from pipelines.extracts.header_names import TABLES
from pipelines.extracts.manifest import MAX_BYTES, Manifest, invalid, parse_manifest
from pipelines.extracts.profile import Profile, ProfileError
from pipelines.extracts.profile_files import load_profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "SUFFIXES",
    "TABLES",
    "FileName",
    "RawFile",
    "delivered",
    "discover",
    "parse_name",
    "split_suffix",
]

TEXTS = (".csv", ".txt", ".tsv")
SUFFIXES = (*TEXTS, *(f"{suffix}.gz" for suffix in TEXTS), ".xlsx", ".zip")
#: between a delivered file, the member of an archive, and the name it is known by
MARK = "!"
#: what may lie in the folder without being data
_BESIDE = (".md", ".part", ".tmp", ".crdownload", ".sha256", ".md5", ".lock")
_PARTS = (
    rf"(?P<table>{'|'.join(sorted(TABLES))})"
    r"_(?P<area>[0-9A-Za-z]+)_(?P<ym>[0-9]{4}(?:0[1-9]|1[0-2]))_(?P<batch>[0-9A-Za-z-]+)"
)
_STEM = re.compile(_PARTS)
_NAME = re.compile(_PARTS + r"(?:\.(?:csv|txt|tsv)(?:\.gz)?|\.xlsx)")


@dataclass(frozen=True)
class FileName:
    """What a raw file's name tells: ``{table}_{area}_{yyyymm}_{batch}.csv``."""

    name: str
    table: str
    area: str
    ym: int
    batch: str

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Intake order: later months and batches, hence later versions, come after."""
        return (self.ym, self.batch, self.table, self.name)


@dataclass(frozen=True)
class RawFile:
    """A raw file as it stands on disk; ``member`` of the archive at ``path`` where it lies in one.

    ``profiles`` are all profiles in force; which of them applies is known with the header.
    """

    path: Path
    name: FileName
    size: int
    mtime_ns: int
    member: str = ""
    manifest: Manifest | None = field(default=None, compare=False, repr=False)
    profiles: tuple[Profile, ...] = field(default=(), compare=False, repr=False)

    @property
    def delivered_name(self) -> str:
        """The name under which the text or workbook itself was delivered."""
        return self.member.rsplit("/", 1)[-1] or self.path.name


def parse_name(name: str) -> FileName | None:
    """The parts of a raw file's name, None where it is not one of ours."""
    own = name.rsplit(MARK, 1)[-1]
    match = _NAME.fullmatch(own.rsplit("/", 1)[-1])
    if match is None and MARK in name:
        match = _STEM.fullmatch(own)
    if match is None or (MARK not in name and "/" in name):
        return None
    return FileName(name, match["table"], match["area"], int(match["ym"]), match["batch"])


def delivered(name: str) -> tuple[str, str]:
    """``(file in the raw folder, member of it or '')`` of a name as the intake log has it."""
    file, _, rest = name.partition(MARK)
    if not rest or not file.lower().endswith(".zip"):
        return file, ""
    return file, rest.split(MARK)[0]


def split_suffix(name: str) -> tuple[str, str]:
    """``(stem, suffix in lower case)``; the suffix is '' where it is none of ``SUFFIXES``."""
    lower = name.lower()
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if lower.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)], suffix
    return name, ""


def discover(extracts: Path, limits: Limits | None = None) -> tuple[list[RawFile], list[Problem]]:
    """All data files of the folder in intake order, and a problem for each that is none of ours."""
    if not extracts.is_dir():
        return [], []
    limits = limits or Limits()
    profiles, problems = load_profiles(extracts.parent)
    finder = _Finder(extracts, tuple(profiles.values()), limits, problems)
    entries = [p for p in sorted(extracts.iterdir()) if not _ignored(p)]
    manifests = {p.name[:-5]: p for p in entries if p.name.lower().endswith(".json")}
    stems: set[str] = set()
    for path in entries:
        if path in manifests.values():
            continue
        stem, suffix = split_suffix(path.name)
        if path.is_dir():
            if any(split_suffix(inner.name)[1] for inner in path.iterdir()):
                problems.append(_unknown(path.name, "子目录中的数据文件不会被读取"))
            continue
        if not suffix or MARK in path.name or not path.is_file():
            problems.append(_unknown(path.name))
            continue
        stems.add(stem)
        manifest = finder.manifest(manifests.get(stem))
        if suffix == ".zip":
            finder.add_archive(path, manifest)
        else:
            finder.add(path, "", manifest)
    for stem, path in manifests.items():
        if stem not in stems:
            problems.append(_orphan(path.name, stem))
    finder.files.sort(key=lambda file: file.name.order)
    return finder.files, problems


def _ignored(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "~$")) or name.endswith(_BESIDE)


@dataclass
class _Finder:
    extracts: Path
    profiles: tuple[Profile, ...]
    limits: Limits
    problems: list[Problem]
    files: list[RawFile] = field(default_factory=list)

    def manifest(self, path: Path | None) -> Manifest | None:
        if path is None:
            return None
        place = f"raw/extracts/{path.name}"
        if not path.resolve().is_relative_to(self.extracts.parent.resolve()):
            outside = ProfileError("文件", "位于原始目录之内", "指向目录之外")
            self.problems.append(invalid(place, outside))
            return None
        size = path.stat().st_size
        if size > MAX_BYTES:
            told = ProfileError("文件", f"不超过 {MAX_BYTES:,} 字节", f"{size:,} 字节")
            self.problems.append(invalid(place, told))
            return None
        try:
            return self._parsed(path.read_bytes(), place)
        except OSError as error:
            told = ProfileError("文件", "可以读取", type(error).__name__)
            self.problems.append(invalid(place, told))
            return None

    def _parsed(self, data: bytes, place: str) -> Manifest | None:
        try:
            return parse_manifest(data, place)
        except ProfileError as error:
            self.problems.append(invalid(place, error))
            return None

    def add_archive(self, path: Path, manifest: Manifest | None) -> None:
        place = f"raw/extracts/{path.name}"
        try:
            members = zip_members(path, place, self.limits)
            told = {
                name[:-5]: read_member(path, name, MAX_BYTES, place, self.limits)
                for name in members
                if name.lower().endswith(".json")
            }
        except JiecunError as error:
            self.problems += error.problems
            return
        stems: set[str] = set()
        for name in members:
            stem, suffix = split_suffix(name)
            if name.lower().endswith(".json") or _is_beside(name):
                continue
            if suffix not in (*TEXTS, ".xlsx") or MARK in name:
                self.problems.append(_unknown(f"{path.name}{MARK}{name}"))
                continue
            stems.add(stem)
            own = manifest.member(name) if manifest else None
            if stem in told:
                own = self._parsed(told[stem], f"{place}{MARK}{stem}.json")
            self.add(path, name, own)
        for name in manifest_members(manifest):
            if name not in members:
                self.problems.append(_orphan(f"{path.name} 的清单", name))
        for stem in told:
            if stem not in stems:
                self.problems.append(_orphan(f"{path.name}{MARK}{stem}.json", stem))

    def add(self, path: Path, member: str, manifest: Manifest | None) -> None:
        shown = f"{path.name}{MARK}{member}" if member else path.name
        name = parse_name(shown) or self._named(shown, member or path.name, manifest)
        if name is None:
            self.problems.append(_unknown(shown))
            return
        stat = path.stat()
        self.files.append(
            RawFile(path, name, stat.st_size, stat.st_mtime_ns, member, manifest, self.profiles)
        )

    def _named(self, shown: str, own: str, manifest: Manifest | None) -> FileName | None:
        """The name that a manifest or a profile gives to a file that tells nothing by its own."""
        facts: dict[str, str] = dict(manifest.named) if manifest else {}
        base = own.rsplit("/", 1)[-1]
        wanted = manifest.profile if manifest else ""
        for profile in self.profiles:
            match = re.fullmatch(profile.name_pattern, base) if profile.name_pattern else None
            if match is not None and wanted in ("", profile.name):
                told = {k: v for k, v in match.groupdict().items() if v}
                facts = {"table": profile.table, **told, **facts}
        if wanted and "table" not in facts:
            facts["table"] = next((p.table for p in self.profiles if p.name == wanted), "")
        if not {"table", "area", "ym"} <= set(facts):
            return None
        stem = f"{facts['table']}_{facts['area']}_{facts['ym']}_{facts.get('batch', 'B001')}"
        return parse_name(f"{shown}{MARK}{stem}")


def _is_beside(name: str) -> bool:
    base = name.rsplit("/", 1)[-1].lower()
    return base.startswith((".", "~$")) or base.endswith(_BESIDE)


def manifest_members(manifest: Manifest | None) -> Iterable[str]:
    """The members of an archive that its manifest tells of."""
    members: Mapping[str, Manifest] = dict(manifest.members) if manifest else {}
    return members


def _unknown(name: str, found: str = "文件名不符合约定") -> Problem:
    return Problem(
        "FILE_UNKNOWN",
        f"raw/extracts/{name}",
        "{表名}_{区划或统筹区}_{yyyymm}_{批次}，后缀 " + "、".join(SUFFIXES) + "，表名为 "
        + "、".join(TABLES),
        found,
        "改正文件名，或以清单、来源配置说明该文件，或把文件移出 raw/extracts 后重新运行",
    )  # fmt: skip


def _orphan(name: str, stem: str) -> Problem:
    return Problem(
        "MANIFEST_ORPHAN",
        f"raw/extracts/{name}",
        f"旁边有数据文件 {stem}",
        "没有该数据文件",
        "请数据提供方补传数据文件，或移走清单后重新运行",
    )
