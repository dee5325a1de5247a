"""From a delivered file to a readable source: container, encoding, header, layout, manifest."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.batch import Source
from pipelines.extracts.container import Limits, gunzip, unzip
from pipelines.extracts.control import check_manifest, file_totals
from pipelines.extracts.decode import (
    BOM,
    CHUNK,
    MAX_BAD_LINES,
    choose_encoding,
    decodes,
    inspect,
    records,
)
from pipelines.extracts.discover import TABLES, delivered, parse_name, split_suffix
from pipelines.extracts.header import HEAD, find_header
from pipelines.extracts.header_names import clean_header
from pipelines.extracts.manifest import check_content
from pipelines.extracts.mapping import read_header
from pipelines.extracts.profile import Profile, choose
from pipelines.extracts.proof import LineProof
from pipelines.extracts.xlsx import sheet_to_csv

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.header import Layout

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_source(
    file: RawFile, work: Path, limits: Limits | None = None
) -> tuple[str, Source | None, list[Problem]]:
    """The sha of a delivered file and, where nothing is fatal, how its rows are to be read.

    ``work`` is a private folder for a copy where the delivered bytes are not CSV text themselves.
    The sha is that of the text (unpacked where it came packed) or of the workbook.
    """
    place = f"raw/extracts/{file.name.name}"
    try:
        sheet = next((p.sheet for p in _told(file) if p.sheet), "")
        path, sha = unpacked(file, sheet, work, limits or Limits(), place)
        return _read(file, path, sha, work, place)
    except JiecunError as error:
        return sha_of(file.path), None, list(error.problems)


def text_of(extracts: Path, name: str, work: Path) -> Path | None:
    """The text whose lines the warehouse numbers, of a file as the intake log names it.

    The delivered file itself, or a private copy in ``work`` for the caller to remove; None where
    the delivered file is gone or can no longer be unpacked.
    """
    from pipelines.extracts.discover import discover

    file_name, _ = delivered(name)
    if not (extracts / file_name).is_file():
        return None
    if parse_name(name) is not None and name.endswith(".csv") and file_name == name:
        return extracts / name
    found = next((file for file in discover(extracts)[0] if file.name.name == name), None)
    if found is None:
        return None
    try:
        sheet = next((p.sheet for p in _told(found) if p.sheet), "")
        return unpacked(found, sheet, work, Limits(), f"raw/extracts/{name}")[0]
    except JiecunError:
        return None


def sha_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _told(file: RawFile) -> list[Profile]:
    """The profiles that claim the file before its header is seen."""
    if file.manifest and file.manifest.profile:
        return [p for p in file.profiles if p.name == file.manifest.profile]
    return choose(file.profiles, file.delivered_name, file.name.table, ())


def unpacked(
    file: RawFile, sheet: str, work: Path, limits: Limits, place: str
) -> tuple[Path, str]:  # fmt: skip
    """The text of a delivered file, and its sha where that is not the text's own.

    Raises JiecunError ARCHIVE_UNSAFE, ARCHIVE_BROKEN, XLSX_SHEET or ENC_INVALID.
    """
    key = hashlib.sha256(file.name.name.encode()).hexdigest()[:32]
    path, sha = file.path, ""
    suffix = split_suffix(file.delivered_name)[1]
    if file.member:
        path = work / f"{key}.member"
        unzip(file.path, file.member, path, limits, place)
    if suffix == ".xlsx":
        sha = sha_of(path)
        copy = work / f"{key}.text"
        sheet_to_csv(path, copy, sheet, limits, place)
        if path != file.path:
            path.unlink()
        return copy, sha
    if suffix.endswith(".gz"):
        copy = work / f"{key}.text"
        gunzip(path, copy, limits, place)
        path = copy
    with path.open("rb") as handle:
        wide = handle.read(2) in _UTF16
    if wide:
        sha = sha_of(path)
        path = _from_utf16(path, work / f"{key}.utf8", place)
    return path, sha


def _from_utf16(path: Path, out: Path, place: str) -> Path:
    """A UTF-8 copy of a UTF-16 text, as a spreadsheet's "Unicode text" is. Raises ENC_INVALID."""
    out.touch(mode=0o600)
    decoder = codecs.getincrementaldecoder("utf-16")("strict")
    try:
        with path.open("rb") as source, out.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(decoder.decode(chunk).encode())
            target.write(decoder.decode(b"", True).encode())
    except UnicodeError:
        told = Problem(
            "ENC_INVALID", place, "完整的 UTF-16 文本", "无法解码",
            "请数据提供方以 UTF-8 重新导出",
        )  # fmt: skip
        raise JiecunError(told) from None
    return out


def _read(
    file: RawFile, path: Path, sha: str, work: Path, place: str
) -> tuple[str, Source | None, list[Problem]]:
    problems: list[Problem] = []
    decl = TABLES[file.name.table]
    start = _start(file, path, "utf-8", place)
    proof = None if start.choice or start.problems else LineProof(decl, start.layout)
    facts = inspect(path, proof, start.layout.header_records)
    declared = next((p.encoding for p in _told(file) if p.encoding), "")
    declared = (file.manifest.encoding if file.manifest else "") or declared
    encoding = "utf-8-sig" if facts.bom else "utf-8"
    if not facts.utf8:
        encoding = encoding_of(path, declared, place, problems)
    if encoding not in ("utf-8", "utf-8-sig"):
        start = _start(file, path, encoding, place)
    missing = any(problem.code == "HEADER_MISSING" for problem in start.problems)
    problems += start.choice
    problems += [_foreign(place)] if encoding == "gb18030" and missing else start.problems
    if sha:
        facts = replace(facts, sha=sha)
    source = Source(file, path, facts, encoding, start.layout)
    if file.manifest is not None:
        unit = start.profile.money_unit if start.profile else "元"
        bytes_sha = facts.sha if file.member or path == file.path else sha_of(file.path)
        if file.manifest.sha256 not in ("", facts.sha, bytes_sha):
            problems += check_content(file.manifest, place, bytes_sha, file.manifest.unit)
        problems += check_content(replace(file.manifest, sha256=""), place, "", unit)
        if not problems:
            totals = file_totals(source, file.manifest, work)
            problems += check_manifest(file.manifest, place, totals, unit)
    return facts.sha, None if problems else source, problems


@dataclass(frozen=True)
class _Start:
    """What the first records of a file tell: its profile and layout, or what is wrong."""

    profile: Profile | None
    layout: Layout
    choice: list[Problem]
    problems: list[Problem]


def _start(file: RawFile, path: Path, encoding: str, place: str) -> _Start:
    decl, named = TABLES[file.name.table], file.name
    heads = first_records(path, encoding)
    choice: list[Problem] = []
    profile = _profile(file, heads, choice)
    header = find_header(heads, decl, profile, "")
    if profile is None and header.delimiter == "\t":
        profile = Profile("", "", decl.name, nulls=("null",))
    profile = _as_told(file, profile)
    told = {"file_area": named.area, "file_ym": str(named.ym), "file_batch": named.batch}
    layout, found = read_header(decl, header, place, profile, told)
    return _Start(profile, layout, choice, found)


def encoding_of(path: Path, declared: str, place: str, problems: list[Problem]) -> str:
    """The encoding of a text that is not wholly UTF-8; too many bad lines are a problem."""
    if declared:
        judged = [decodes(record.raw, declared) for record in records(path)]
        encoding, bad, total = declared, judged.count(False), len(judged)
    else:
        encoding, bad, total = choose_encoding(path)
    if bad > MAX_BAD_LINES * total:
        problems.append(
            Problem(
                "ENC_INVALID",
                place,
                "UTF-8 或 GB18030 文本，无法解码的行不超过 1%",
                f"{total} 行中 {bad} 行无法解码",
                "请数据提供方以 UTF-8 重新导出",
            )
        )
    return encoding


def first_records(path: Path, encoding: str) -> list[str]:
    """The first records as text; undecodable bytes are shown, not refused, here."""
    texts = []
    for record in islice(records(path), HEAD):
        raw = record.raw.removeprefix(BOM) if record.number == 0 else record.raw
        texts.append(raw.decode(encoding if decodes(raw, encoding) else "latin-1"))
    return texts


def _profile(file: RawFile, heads: list[str], problems: list[Problem]) -> Profile | None:
    """The one profile that the manifest names, or that claims the file by name or header."""
    place = f"raw/extracts/{file.name.name}"
    wanted = file.manifest.profile if file.manifest else ""
    if wanted:
        found = [p for p in file.profiles if p.name == wanted]
        if not found or found[0].table != file.name.table:
            told = f"有来源配置 {wanted}，用于 {file.name.table}"
            problems.append(_choice(place, told, "没有" if not found else f"用于 {found[0].table}"))
            return None
        return found[0]
    found = _told(file)
    for profile in file.profiles if not found else ():
        if profile.header and profile.table == file.name.table:
            names = find_header(heads, TABLES[profile.table], profile).names
            found += choose([profile], "", profile.table, map(clean_header, names))
    if len(found) > 1:
        names = tuple(p.name for p in found)
        problems.append(_choice(place, "只有一个来源配置适用", "、".join(names)))
        return None
    return found[0] if found else None


def _choice(place: str, expected: str, found: str) -> Problem:
    remedy = "在清单的 profile 中写明来源配置名，或改正其 match"
    return Problem("PROFILE_CHOICE", place, expected, found, remedy)


def _as_told(file: RawFile, profile: Profile | None) -> Profile | None:
    """The profile with what the manifest tells in its place."""
    manifest = file.manifest
    if manifest is None or (manifest.serial_dates is None and manifest.cent is None):
        return profile
    base = profile or Profile("", "", file.name.table)
    serial = base.serial_dates if manifest.serial_dates is None else manifest.serial_dates
    return replace(
        base, serial_dates=serial, cent=base.cent if manifest.cent is None else manifest.cent
    )


def _foreign(place: str) -> Problem:
    return Problem(
        "FILE_FOREIGN",
        place,
        "UTF-8 文本，或表头为约定列名的 GB18030 文本",
        "不是 UTF-8，且表头不可识别",
        "确认文件内容；请数据提供方以 UTF-8 重新导出",
    )
