"""The intake log: one JSON line per raw file taken in, and one per file seen again unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.discover import parse_name
from pipelines.private import append_lines, private_folder

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
    rows of earlier files, live until now, of which this file brought a newer version. So do
    ``released_*``: rows of earlier files that did not count until this one came. ``median_amt`` is
    the median of the accepted rows' absolute control amounts (of a sample in large files).
    A replay of a batch has a record of its own with no rows read.
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
    released_rows: int = 0
    released_amt: Decimal | None = None
    median_amt: Decimal | None = None

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Intake order, from the file's name."""
        name = parse_name(self.source_file)
        return name.order if name else (0, self.batch_id, self.table_name, self.source_file)


@dataclass(frozen=True)
class Seen:
    """The stat under which a file's content was last known.

    ``told`` marks the manifest that the file was held against, '' where there was none.
    """

    size: int
    mtime_ns: int
    sha: str
    told: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the log.

    ``run`` numbers the runs that took something in, from 1; files of one run were judged together.
    ``replay`` is the batch that a line without a raw file took up again.
    """

    file: str
    seen: Seen
    run: int
    record: BatchRecord | None
    replay: str = ""


@dataclass(frozen=True)
class IntakeLog:
    """The log as read: batches in intake order, and the last stat of each file by name.

    ``key_check`` tells the hash key of the warehouse apart from others, '' where not known.
    """

    batches: tuple[BatchRecord, ...]
    seen: Mapping[str, Seen]
    lines: tuple[Line, ...] = ()
    key_check: str = ""

    @property
    def arrived(self) -> tuple[BatchRecord, ...]:
        """The batches in the order in which they were logged."""
        return tuple(line.record for line in self.lines if line.record is not None)

    @property
    def last_run(self) -> int:
        return max((line.run for line in self.lines), default=0)

    def before(self, position: int) -> tuple[BatchRecord, ...]:
        """The batches of the first ``position`` lines, in intake order."""
        records = [line.record for line in self.lines[:position] if line.record is not None]
        return tuple(sorted(records, key=lambda record: record.order))


_AMOUNTS = tuple(f.name for f in fields(BatchRecord) if f.name.endswith("_amt"))


def log_path(paths: WarehousePaths) -> Path:
    return paths.state / "intake.jsonl"


def key_check(key: str) -> str:
    """A text that differs for another hash key and tells nothing else of it."""
    return hashlib.sha256(f"{key}K jiecun".encode()).hexdigest()[:16]


def check_key(log: IntakeLog, key: str) -> None:
    """Raise JiecunError HASH_KEY_CHANGED where the warehouse was filled under another key."""
    if log.key_check in ("", key_check(key)):
        return
    raise JiecunError(
        Problem(
            "HASH_KEY_CHANGED",
            "JIECUN_HASH_KEY 或 state/hash.key",
            f"本仓库一直使用的密钥（校验值 {log.key_check}）",
            f"另一个密钥（校验值 {key_check(key)}）",
            "恢复原密钥；确需更换时，备份后另建空仓库，用新密钥重新接收全部原始文件",
        ),
        exit_code=EXIT_USAGE,
    )


def _to_json(record: BatchRecord) -> dict[str, Any]:
    data = asdict(record)
    for name in _AMOUNTS:
        data[name] = None if data[name] is None else str(data[name])
    return data


def _from_json(data: dict[str, Any]) -> BatchRecord:
    amounts = {n: None if data.get(n) is None else Decimal(data[n]) for n in _AMOUNTS}
    return BatchRecord(**{**data, **amounts, "event_yms": tuple(data["event_yms"])})


def read_log(paths: WarehousePaths) -> IntakeLog:
    """The log on disk, empty where there is none. A last line cut short by a crash is no entry.

    Raises JiecunError INTAKE_LOG_BROKEN for any other line that cannot be read.
    """
    return read_log_file(log_path(paths))


def read_log_file(path: Path) -> IntakeLog:
    """The same for a log that may stand anywhere."""
    if not path.is_file():
        return IntakeLog((), {})
    found: list[Line] = []
    seen: dict[str, Seen] = {}
    check = ""
    lines = path.read_bytes().split(b"\n")
    for number, text in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(text)
            stat = Seen(
                int(entry["size"]),
                int(entry["mtime_ns"]),
                str(entry["sha"]),
                str(entry.get("told", "")),
            )
            record = None if entry.get("batch") is None else _from_json(entry["batch"])
            replay = str(entry.get("replay", ""))
            line = Line(str(entry["file"]), stat, int(entry.get("run", 0)), record, replay)
            check = str(entry.get("key", check))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise JiecunError(
                Problem(
                    "INTAKE_LOG_BROKEN",
                    f"{path} 第{number}行",
                    "每行一条接收记录（JSON）",
                    f"不能读（{type(error).__name__}）",
                    "从备份恢复该文件；是仓库自己的日志时，也可清空该仓库后重新运行",
                )
            ) from None
        found.append(line)
        if not replay:
            seen[line.file] = stat
    records = [line.record for line in found if line.record is not None]
    records.sort(key=lambda record: record.order)
    return IntakeLog(tuple(records), seen, tuple(found), check)


def append_log(paths: WarehousePaths, entries: Iterable[Line], key: str) -> None:
    """Append lines in one write and flush it to disk; ``key`` is the key's check value."""
    text = "".join(
        json.dumps(
            {
                "file": line.file,
                "size": line.seen.size,
                "mtime_ns": line.seen.mtime_ns,
                "sha": line.seen.sha,
                "run": line.run,
                "key": key,
                "batch": None if line.record is None else _to_json(line.record),
                **({"told": line.seen.told} if line.seen.told else {}),
                **({"replay": line.replay} if line.replay else {}),
            },
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
        for line in entries
    )
    if text:
        append_lines(log_path(paths), text)


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
