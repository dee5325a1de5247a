"""Publication: a release is built aside, becomes visible by one rename, is never changed after.

Order of a publication, each step durable before the next: build in ``releases/.tmp-<id>-<pid>``,
manifest last, fsync, rename to ``releases/<id>``, switch ``current``. Whatever dies in between
leaves the old release in place; what it left behind is swept at the next start.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.warehouse.disk import fsync, fsync_tree, replace_link, writing
from pipelines.warehouse.marts import MART_SCHEMA_VERSION, MartFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipelines.paths import WarehousePaths

KEEP = 12
CATALOG = "jiecun.duckdb"
MANIFEST = "manifest.json"

_ASIDE = ".tmp-"


@dataclass(frozen=True)
class Manifest:
    """What a build tells of itself; all of it deterministic, so no clocks and no durations.

    ``facts`` holds whatever JSON can: inputs with their hashes, counts, sums, code version.
    """

    marts: tuple[MartFile, ...]
    facts: Mapping[str, object]


@dataclass(frozen=True)
class ReleaseInfo:
    """A published release: its folder (resolved) and what its manifest says."""

    release_id: str
    path: Path
    manifest: Mapping[str, object]
    is_current: bool


@dataclass(frozen=True)
class Published:
    """What ``publish`` did: ``built`` and ``switched`` are False where nothing was new."""

    release: ReleaseInfo
    built: bool
    switched: bool
    removed: tuple[str, ...]


def release_id(parts: Mapping[str, str]) -> str:
    """16 hex digits over the named parts (inputs, state, code version, rules), in any order."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        for text in (name, parts[name]):
            data = text.encode()
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
    return digest.hexdigest()[:16]


def publish(
    paths: WarehousePaths, release_id: str, build: Callable[[Path], Manifest], *, keep: int = KEEP
) -> Published:
    """Make ``release_id`` the current release; ``build`` fills an empty folder with its files.

    ``build`` is not called where the release is there already. Files named ``jiecun.duckdb`` are
    not listed in the manifest: they hold the folder's absolute path. Files become read-only.
    Call it under ``warehouse_lock``. Keeps the newest ``keep`` releases and the current one.
    Raises what ``build`` raises, and JiecunError ``WAREHOUSE_WRITE``; the old release then stands.
    """
    with writing(paths.releases):
        paths.releases.mkdir(parents=True, exist_ok=True)
        sweep(paths)
        target = paths.release(release_id)
        built = not (target / MANIFEST).is_file()
        if built:
            aside = paths.releases / f"{_ASIDE}{release_id}-{os.getpid()}"
            try:
                aside.mkdir()
                _seal(aside, release_id, build(aside))
                aside.rename(target)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            fsync(paths.releases)
        switched = switch_to(paths, release_id)
        removed = _prune(paths, release_id, keep)
    return Published(_info(paths, target, release_id), built, switched, removed)


def switch_to(paths: WarehousePaths, release_id: str) -> bool:
    """Point ``current`` (and once the catalog's link) at a release; False where it does already.

    Raises JiecunError ``RELEASE_UNKNOWN`` where there is no such release.
    """
    if not (paths.release(release_id) / MANIFEST).is_file():
        known = "、".join(info.release_id for info in list_releases(paths)) or "无"
        raise JiecunError(
            Problem(
                "RELEASE_UNKNOWN",
                str(paths.releases),
                f"已有的发布之一：{known}",
                release_id,
                "用 jiecun history 查发布编号",
            ),
            exit_code=EXIT_USAGE,
        )
    with writing(paths.root):
        switched = replace_link(paths.current, f"releases/{release_id}")
        if replace_link(paths.catalog, f"{paths.current.name}/{CATALOG}") or switched:
            # a log beside a catalog that it does not belong to keeps DuckDB from opening it
            paths.catalog.with_name(f"{CATALOG}.wal").unlink(missing_ok=True)
    return switched


def current_release(paths: WarehousePaths) -> ReleaseInfo | None:
    """The release that ``current`` names now, resolved once; None where there is none."""
    folder = paths.current.resolve()
    if not paths.current.is_symlink() or not (folder / MANIFEST).is_file():
        return None
    return _info(paths, folder, folder.name)


def find_release(paths: WarehousePaths, release_id: str | None = None) -> ReleaseInfo:
    """The release of that id, or the current one; raises JiecunError ``NO_RELEASE``."""
    if release_id is None:
        found = current_release(paths)
    else:
        known = {info.release_id: info for info in list_releases(paths)}
        found = known.get(release_id)
    if found is None:
        raise JiecunError(
            Problem(
                "NO_RELEASE",
                str(paths.root),
                "已有的发布" if release_id is None else f"发布 {release_id}",
                "没有",
                "先运行 jiecun run，或用 jiecun history 查发布编号",
            ),
            exit_code=EXIT_USAGE,
        )
    return found


def list_releases(paths: WarehousePaths) -> tuple[ReleaseInfo, ...]:
    """All complete releases, the last published first."""
    if not paths.releases.is_dir():
        return ()
    folders = [
        path
        for path in paths.releases.iterdir()
        if not path.is_symlink() and not path.name.startswith(".") and (path / MANIFEST).is_file()
    ]
    folders.sort(key=lambda p: ((p / MANIFEST).stat().st_mtime_ns, p.name), reverse=True)
    return tuple(_info(paths, folder, folder.name) for folder in folders)


def sweep(paths: WarehousePaths) -> None:
    """Remove what a publication that died left behind; safe under ``warehouse_lock`` only."""
    for path in paths.releases.iterdir():
        if path.is_symlink():
            path.unlink()
        elif path.is_dir() and (path.name.startswith(_ASIDE) or not (path / MANIFEST).is_file()):
            shutil.rmtree(path)
    for switch in (paths.current, paths.catalog):
        for link in paths.root.glob(f".{switch.name}-*"):
            link.unlink()


def _seal(folder: Path, release_id: str, manifest: Manifest) -> None:
    """Write the manifest as the last file, take away write permission, put all on the disk."""
    written = {f"marts/{mart.name}.parquet" for mart in manifest.marts}
    others = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in {*written, CATALOG}
    ]
    content = {
        **manifest.facts,
        "release_id": release_id,
        "mart_schema_version": MART_SCHEMA_VERSION,
        "marts": [asdict(mart) for mart in sorted(manifest.marts, key=lambda m: m.name)],
        "files": [
            {
                "path": path.relative_to(folder).as_posix(),
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in others
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(path.stat().st_mode & ~0o222)
    fsync_tree(folder)


def _prune(paths: WarehousePaths, current: str, keep: int) -> tuple[str, ...]:
    """Remove releases beyond the newest ``keep``, never the current one."""
    removed = []
    for info in list_releases(paths)[max(keep, 1) :]:
        if info.release_id != current:
            doomed = paths.releases / f"{_ASIDE}old-{info.release_id}"
            info.path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
            removed.append(info.release_id)
    return tuple(removed)


def _info(paths: WarehousePaths, folder: Path, release_id: str) -> ReleaseInfo:
    resolved = folder.resolve()
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return ReleaseInfo(release_id, resolved, manifest, paths.current.resolve() == resolved)
