"""The intake log: one JSON line per raw file taken in, and one per file seen again unchanged."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.discover import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.paths import WarehousePaths


@dataclass(frozen=True)
class BatchRecord:
    """What became of one raw file at its arrival; deterministic, never restated.

    ``rows_read = rows_accepted + rows_duplicate + rows_superseded + rows_held + rows_quarantined
    + rows_out_of_scope``, and the same for the ``*_amt`` (yuan, the table's control amount over
    the rows where it can be read; None where the table has none). ``replaced_*`` stand outside:
    rows of earlier files, live until now, of which this file brought a newer version.
    """

    batch_id: str
    table_name: str
    source_file: str
    source_sha: str
    encoding: str
    rows_read: int
    rows_accepted: int
    rows_duplicate: int
    rows_superseded: int
    rows_held: int
    rows_quarantined: int
    rows_out_of_scope: int
    read_amt: Decimal | None
    accepted_amt: Decimal | None
    duplicate_amt: Decimal | None
    superseded_amt: Decimal | None
    held_amt: Decimal | None
    quarantined_amt: Decimal | None
    out_of_scope_amt: Decimal | None
    replaced_rows: int
    replaced_amt: Decimal | None
    warn_counts: dict[str, int]
    event_yms: tuple[int, ...]

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Intake order, from the file's name."""
        name = parse_name(self.source_file)
        return name.order if name else (0, self.batch_id, self.table_name, self.source_file)


@dataclass(frozen=True)
class Seen:
    """The stat under which a file's content was last known."""

    size: int
    mtime_ns: int
    sha: str


@dataclass(frozen=True)
class IntakeLog:
    """The log as read: batches in intake order, and the last stat of each file by name."""

    batches: tuple[BatchRecord, ...]
    seen: Mapping[str, Seen]


_AMOUNTS = tuple(f.name for f in fields(BatchRecord) if f.name.endswith("_amt"))


def log_path(paths: WarehousePaths) -> Path:
    return paths.state / "intake.jsonl"


def _to_json(record: BatchRecord) -> dict[str, Any]:
    data = asdict(record)
    for name in _AMOUNTS:
        data[name] = None if data[name] is None else str(data[name])
    return data


def _from_json(data: dict[str, Any]) -> BatchRecord:
    amounts = {n: None if data[n] is None else Decimal(data[n]) for n in _AMOUNTS}
    return BatchRecord(**{**data, **amounts, "event_yms": tuple(data["event_yms"])})


def read_log(paths: WarehousePaths) -> IntakeLog:
    """The log on disk, empty where there is none. A last line cut short by a crash is no entry.

    Raises JiecunError INTAKE_LOG_BROKEN for any other line that cannot be read.
    """
    path = log_path(paths)
    if not path.is_file():
        return IntakeLog((), {})
    batches: list[BatchRecord] = []
    seen: dict[str, Seen] = {}
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
            name, sha = str(entry["file"]), str(entry["sha"])
            seen[name] = Seen(int(entry["size"]), int(entry["mtime_ns"]), sha)
            if entry.get("batch") is not None:
                batches.append(_from_json(entry["batch"]))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise JiecunError(
                Problem(
                    "INTAKE_LOG_BROKEN",
                    f"state/intake.jsonl 第{number}行",
                    "每行一条 JSON 记录",
                    type(error).__name__,
                    "从备份恢复该文件；或清空仓库目录后重新运行",
                )
            ) from None
    batches.sort(key=lambda record: record.order)
    return IntakeLog(tuple(batches), seen)


def append_log(
    paths: WarehousePaths, entries: Iterable[tuple[str, Seen, BatchRecord | None]]
) -> None:
    """Append ``(file name, stat and sha, record or None)`` in one write and flush it to disk."""
    text = "".join(
        json.dumps(
            {
                "file": name,
                "size": seen.size,
                "mtime_ns": seen.mtime_ns,
                "sha": seen.sha,
                "batch": None if record is None else _to_json(record),
            },
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
        for name, seen, record in entries
    )
    if not text:
        return
    path = log_path(paths)
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


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter; parents too where they are missing."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def load_hash_key(paths: WarehousePaths, env: Mapping[str, str]) -> str:
    """The key under which person and employer ids are hashed.

    ``JIECUN_HASH_KEY`` (22 to 40 printable ASCII characters without blanks) or ``state/hash.key``,
    made at the first use and readable by its owner only. Raises JiecunError HASH_KEY.
    """
    path = paths.state / "hash.key"
    given = env.get("JIECUN_HASH_KEY")
    if given is None and path.exists():
        given = path.read_text(encoding="ascii", errors="replace").strip()
    if given is None:
        private_folder(paths.state)
        given = secrets.token_urlsafe(17)[:22]
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(given + "\n")
            out.flush()
            os.fsync(out.fileno())
    if not re.fullmatch(r"[!-~]{22,40}", given):
        raise JiecunError(
            Problem(
                "HASH_KEY",
                "JIECUN_HASH_KEY 或 state/hash.key",
                "22 至 40 个可见 ASCII 字符",
                f"{len(given)} 个字符",
                "重新设置密钥；换了密钥须清空仓库后全部重新接收，否则同一人前后对不上",
            ),
            exit_code=EXIT_USAGE,
        )
    return given
