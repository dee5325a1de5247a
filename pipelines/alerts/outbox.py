"""The outbox: what is to be told to whom, written before anything is sent, and every attempt.

``state/outbox.jsonl``, private, append-only, on disk line by line. Kinds of lines: ``event`` (a
warning opened, raised or closed, for one channel), ``attempt`` (a message, with the keys of the
events in it), ``run`` (up to which month the channels' events were written).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.errors import JiecunError, Problem
from pipelines.private import append_lines
from pipelines.warehouse.disk import writing
from pipelines.warehouse.lock import sole_holder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipelines.paths import WarehousePaths


@dataclass(frozen=True)
class Event:
    """One thing to tell one channel; ``key`` = warning, level (or closed) and channel.

    ``change``: opened, raised, closed. ``quiet``: known, but not to be told (acknowledged).
    ``excess_amt`` as the rule tells it and ``monthly_amt``, by which warnings are ordered, in yuan
    with two decimals, or None. ``at``: local time in ISO form.
    """

    key: str
    channel: str
    change: str
    quiet: bool
    warning_id: str
    round: int
    rule_id: str
    rule_zh: str
    series_id: str
    poolarea_no: str
    period_ym: int
    opened_ym: int
    level: str
    excess_amt: str | None
    reason_zh: str
    action_zh: str
    linked_cnt: int
    release_id: str
    at: str
    monthly_amt: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One message as it went: its number, the events in it, what the receiver said."""

    channel: str
    message: str
    keys: tuple[str, ...]
    ok: bool
    code: str
    text: str
    at: str


@dataclass(frozen=True)
class Mark:
    """The events of these channels are written up to the month ``through_ym`` of a release."""

    channels: tuple[str, ...]
    release_id: str
    through_ym: int
    at: str


@dataclass
class Box:
    """Everything in the outbox, in its order."""

    events: list[Event] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def delivered(self) -> frozenset[str]:
        """The keys of the events that a receiver has accepted."""
        return frozenset(key for a in self.attempts if a.ok for key in a.keys)

    def pending(self, channel: str | None = None) -> list[Event]:
        """The events still to be told, the oldest first."""
        done = self.delivered()
        return [
            e
            for e in self.events
            if not e.quiet and e.key not in done and channel in (None, e.channel)
        ]

    def told_through(self, channel: str) -> int | None:
        """The last month whose events were written for a channel; None where it is new."""
        return max((m.through_ym for m in self.marks if channel in m.channels), default=None)

    def add(self, entries: Sequence[Event | Attempt | Mark]) -> None:
        """Take entries in, in memory."""
        for entry in entries:
            if isinstance(entry, Event):
                self.events.append(entry)
            elif isinstance(entry, Attempt):
                self.attempts.append(entry)
            else:
                self.marks.append(entry)


_KINDS: dict[str, type[Event] | type[Attempt] | type[Mark]] = {
    "event": Event,
    "attempt": Attempt,
    "run": Mark,
}


def outbox_path(paths: WarehousePaths) -> Path:
    return paths.state / "outbox.jsonl"


def read_box(paths: WarehousePaths) -> Box:
    """The outbox; a last line cut short is no entry. Raises JiecunError OUTBOX_BROKEN."""
    box = Box()
    path = outbox_path(paths)
    if not path.is_file():
        return box
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            entry: dict[str, Any] = json.loads(line)
            made = _KINDS[entry.pop("kind")]
            lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
            box.add([made(**{**entry, **lists})])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JiecunError(
                Problem(
                    "OUTBOX_BROKEN",
                    f"state/{path.name} 第{number}行",
                    "每行一条预警或发送记录",
                    type(error).__name__,
                    "从备份恢复该文件；不要删除，否则会重发已送达的预警",
                )
            ) from None
    return box


def write_box(paths: WarehousePaths, entries: Sequence[Event | Attempt | Mark]) -> None:
    """Append entries, on disk when this returns. Hold ``outbox_lock``. Raises WAREHOUSE_WRITE."""
    names = {made: name for name, made in _KINDS.items()}
    lines = [
        json.dumps({"kind": names[type(e)], **asdict(e)}, ensure_ascii=False, sort_keys=True)
        for e in entries
    ]
    with writing(outbox_path(paths)):
        append_lines(outbox_path(paths), "".join(f"{line}\n" for line in lines))


def outbox_lock(paths: WarehousePaths, timeout: float) -> AbstractContextManager[None]:
    """One sender at a time. Raises JiecunError OUTBOX_BUSY after ``timeout`` seconds."""
    busy = Problem(
        "OUTBOX_BUSY",
        str(paths.state),
        "同一时间只有一个进程发送预警",
        "另一个进程正在发送",
        "稍后用 jiecun alerts send 补发；没有预警丢失",
    )
    return sole_holder(paths.state / "outbox.lock", busy, timeout)
