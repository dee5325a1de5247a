"""Deliver a release's warnings: outbox first, then the channels. No run fails by it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.alerts.changes import due, new_events
from pipelines.alerts.channels import ROBOTS, Channel, load_channels, read_keys
from pipelines.alerts.message import Message, compose
from pipelines.alerts.outbox import (
    Attempt,
    Box,
    Event,
    Mark,
    outbox_lock,
    read_box,
    write_box,
)
from pipelines.alerts.robots import LIMITS, Verdict, size
from pipelines.alerts.rows import read_warnings
from pipelines.alerts.table import write_table
from pipelines.errors import JiecunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipelines.alerts.changes import Silence
    from pipelines.paths import WarehousePaths
    from pipelines.settings import Settings

#: robots take twenty messages a minute
MAX_MESSAGES = 15
_LOCK_SECONDS = 10.0


@dataclass(frozen=True)
class ChannelResult:
    """What became of one channel: messages accepted, warnings told, those waiting and held back."""

    channel: str
    kind: str
    messages: int
    delivered: int
    pending: int
    held: int
    code: str
    text: str

    @property
    def ok(self) -> bool:
        return not self.code


@dataclass(frozen=True)
class Summary:
    """What a delivery did. ``recorded`` events are new in the outbox.

    ``problems`` are texts for people: what kept events from being written or read.
    """

    release_id: str | None
    recorded: int
    channels: tuple[ChannelResult, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems and all(c.ok for c in self.channels)

    def lines(self) -> list[str]:
        """The summary for people; empty where no channel is set up."""
        out = list(self.problems)
        for done in self.channels:
            line = f"预警 → {done.channel}：送达 {done.delivered} 条（{done.messages} 条消息）"
            if done.held:
                line += f"，冷却中 {done.held} 条"
            if done.pending:
                line += f"，待发 {done.pending} 条"
            if not done.ok:
                line += f"；未送达：{done.code} {done.text}，可用 jiecun alerts send 补发"
            out.append(line)
        return out

    def facts(self) -> dict[str, Any]:
        """The summary as JSON can hold it."""
        return {"ok": self.ok, **asdict(self)}


def channel_file(paths: WarehousePaths, settings: Settings) -> Path:
    """The file of channels: ``JIECUN_ALERTS``, else ``state/alerts.toml`` of the warehouse."""
    return settings.alerts or paths.state / "alerts.toml"


def deliver(
    paths: WarehousePaths,
    release: Path | None,
    settings: Settings,
    now: datetime,
    *,
    silences: Mapping[str, Silence] | None = None,
    only: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Summary:
    """Write the events of a release's folder (None = no new ones), then send what is pending.

    ``now`` dates events and attempts (local time); ``silences``: the warnings somebody has taken
    up, by id. ``only`` sends to one channel; events are written for all. Never raises: a run goes
    on whatever happens here, and what was not sent is sent next time. A crash between sending and
    writing it down repeats that message, with the same number (at least once).
    """
    name = release.name if release else None
    now = now.astimezone().replace(tzinfo=None) if now.tzinfo else now
    try:
        channels = load_channels(channel_file(paths, settings))
        if not channels:
            return Summary(name, 0, (), ())
        with outbox_lock(paths, _LOCK_SECONDS):
            return _deliver(
                paths, channels, release, now=now, silences=silences or {}, only=only, sleep=sleep
            )
    except JiecunError as error:
        return Summary(name, 0, (), tuple(p.render() for p in error.problems))
    except Exception as error:
        return Summary(name, 0, (), (f"预警发送出错：{type(error).__name__}",))


def send_test(channel: Channel, now: datetime) -> Verdict:
    """Send one harmless message to a channel; nothing is written down."""
    event = Event(
        key=f"test|{channel.name}", channel=channel.name, change="opened", quiet=False,
        warning_id="test", round=1, rule_id="测试", rule_zh="测试", series_id="", poolarea_no="",
        period_ym=now.year * 100 + now.month, opened_ym=now.year * 100 + now.month, level="blue",
        excess_amt=None, reason_zh="这是一条测试消息，收到即表示渠道可用", action_zh="",
        linked_cnt=0, release_id="", at=now.isoformat(timespec="seconds"),
    )  # fmt: skip
    return _send(channel, _message(channel, [event]), now, time.sleep)


def _deliver(
    paths: WarehousePaths,
    channels: tuple[Channel, ...],
    release: Path | None,
    *,
    now: datetime,
    silences: Mapping[str, Silence],
    only: str | None,
    sleep: Callable[[float], None],
) -> Summary:
    box = read_box(paths)
    recorded = 0
    problems: tuple[str, ...] = ()
    if release is not None:
        try:
            recorded = _record(paths, channels, release, box=box, silences=silences, now=now)
        except JiecunError as error:
            # what is in the outbox already can go out all the same
            problems = tuple(p.render() for p in error.problems)
    chosen = [c for c in channels if only in (None, c.name)]
    results = tuple(_drain(paths, c, box, now, sleep) for c in chosen)
    try:
        write_table(paths, box)
    except JiecunError as error:
        problems += tuple(p.render() for p in error.problems)
    return Summary(release.name if release else None, recorded, results, problems)


def _record(
    paths: WarehousePaths,
    channels: tuple[Channel, ...],
    release: Path,
    *,
    box: Box,
    silences: Mapping[str, Silence],
    now: datetime,
) -> int:
    """Write the events of every channel and the month they go up to, in one piece."""
    through = [box.told_through(c.name) for c in channels]
    after = [ym for ym in through if ym is not None]
    warnings = read_warnings(release, min(after) if after else None)
    events = [e for c in channels for e in new_events(c, warnings, box, silences, now)]
    names = tuple(
        c.name
        for c, told in zip(channels, through, strict=True)
        if told is None or told < warnings.through_ym
    )
    entries: list[Event | Mark] = [*events]
    if names:
        at = now.isoformat(timespec="seconds")
        entries.append(Mark(names, warnings.release_id, warnings.through_ym, at))
    if entries:
        write_box(paths, entries)
        box.add(entries)
    return len(events)


def _drain(
    paths: WarehousePaths,
    channel: Channel,
    box: Box,
    now: datetime,
    sleep: Callable[[float], None],
) -> ChannelResult:
    """Send a channel's pending events, message by message, until one fails."""
    messages = delivered = 0
    verdict = Verdict(True, "0", "")
    send, held = due(channel, box, now)
    while send and messages < MAX_MESSAGES:
        message = _message(channel, send)
        verdict = _send(channel, message, now, sleep)
        attempt = Attempt(
            channel.name, message.number, message.keys, verdict.ok, verdict.code, verdict.text,
            now.isoformat(timespec="seconds"),
        )  # fmt: skip
        write_box(paths, [attempt])
        box.add([attempt])
        if not verdict.ok:
            break
        messages += 1
        delivered += len({e.warning_id for e in send if e.key in set(message.keys)})
        send = [e for e in send if e.key not in set(message.keys)]
    code, text = ("", "") if verdict.ok else (verdict.code, verdict.text)
    if send and not code:
        code, text = "MORE", f"一次至多 {MAX_MESSAGES} 条消息"
    return ChannelResult(
        channel.name, channel.kind, messages, delivered, len(send), len(held), code, text
    )


def _message(channel: Channel, events: list[Event]) -> Message:
    from pipelines.alerts.mail import MAX_BYTES

    robot = channel.kind in ROBOTS
    most = LIMITS[channel.kind] if robot else MAX_BYTES
    return compose(
        events,
        top=channel.top,
        digest=channel.digest,
        limit=min(channel.max_bytes or most, most),
        size=(lambda m: size(channel.kind, m)) if robot else (lambda m: len(m.body.encode())),
        bold=robot,
    )


def _send(
    channel: Channel, message: Message, now: datetime, sleep: Callable[[float], None]
) -> Verdict:
    from pipelines.alerts import mail
    from pipelines.alerts.post import masked, post

    try:
        keys = read_keys(channel)
    except JiecunError as error:
        problem = error.problems[0]
        text = f"{problem.place}：应为{problem.expected}，实为{problem.found}"
        return Verdict(False, problem.code, text)
    if channel.kind in ROBOTS:
        # a signature wants the true time, however events are dated
        return post(channel, keys, message, clock=lambda: datetime.now(UTC), sleep=sleep)
    said = mail.send(channel, keys.key, message)
    return Verdict(said.ok, said.code, masked(said.text, keys))
