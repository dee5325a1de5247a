"""Where profiles lie: the raw folder's ``profiles/*.toml`` before the shipped ones of that name."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING

from pipelines.errors import Problem
from pipelines.extracts.profile import ProfileError
from pipelines.extracts.profile_toml import parse_profile
from pipelines.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.extracts.profile import Profile

SHIPPED = ROOT / "data" / "raw" / "profiles"


def profile_files(raw: Path) -> dict[str, Path]:
    """Profile name → its file: those of the raw folder before the shipped ones."""
    found = {path.stem: path for path in _toml_files(SHIPPED)}
    return dict(sorted({**found, **{p.stem: p for p in _toml_files(raw / "profiles")}}.items()))


def _toml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def profiles_hash(raw: Path) -> str:
    """The SHA-256 over the names and bytes of all profiles in force for a raw folder."""
    digest = hashlib.sha256()
    for name, path in profile_files(raw).items():
        data = path.read_bytes()
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def load_profiles(raw: Path) -> tuple[dict[str, Profile], list[Problem]]:
    """All profiles in force, and a problem for each that cannot be used."""
    profiles: dict[str, Profile] = {}
    problems: list[Problem] = []
    for name, path in profile_files(raw).items():
        place = f"profiles/{path.name}"
        inside = path.resolve()
        homes = (raw.resolve(), SHIPPED.resolve())
        if not any(inside.is_relative_to(home) for home in homes):
            outside = ProfileError("文件", "位于原始目录之内", "指向目录之外")
            problems.append(_problem(place, outside))
            continue
        try:
            profile = parse_profile(path.read_text(encoding="utf-8"))
            if profile.name != name:
                raise ProfileError("name", f"与文件名一致（{name}）", profile.name)
            profiles[name] = profile
        except ProfileError as error:
            problems.append(_problem(place, error))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, OSError) as error:
            told = ProfileError("文件", "可读的 UTF-8 TOML", str(error)[:120])
            problems.append(_problem(place, told))
    return profiles, problems


def _problem(place: str, error: ProfileError) -> Problem:
    return Problem(
        "PROFILE_INVALID",
        f"{place} {error.key}",
        error.expected,
        error.found,
        "改正该来源配置后重新运行",
    )
