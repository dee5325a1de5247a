"""What a release changes for a channel: warnings opened, raised and closed. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from pipelines.alerts.channels import LEVELS
from pipelines.alerts.outbox import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipelines.alerts.channels import Channel
    from pipelines.alerts.outbox import Box
    from pipelines.alerts.rows import ReleaseWarnings, Row


@dataclass(frozen=True)
class Silence:
    """Somebody has taken a warning up: nothing is told of it up to this level and month.

    ``level_order`` is the warning's level then (grey 0 … red 4); ``through_ym`` None: for good.
    """

    level_order: int
    through_ym: int | None = None


@dataclass(frozen=True)
class _Told:
    """What a channel knows of a warning: its last event that is no closing, and the level there.

    ``is_silent``: noted, and never told.
    """

    event: Event
    order: int
    is_closed: bool
    is_silent: bool


class Step(Protocol):
    """One step of the procedure, as its log has it; ``quiet_through_ym`` None: for good."""

    @property
    def warning_id(self) -> str: ...
    @property
    def level_order(self) -> int: ...
    @property
    def state_to(self) -> str: ...
    @property
    def quiet_through_ym(self) -> int | None: ...


def silences_of(steps: Iterable[Step]) -> dict[str, Silence]:
    """What the last step of each warning silences; a warning put back to ``opened`` is told."""
    last = {step.warning_id: step for step in steps}
    return {
        warning_id: Silence(step.level_order, step.quiet_through_ym)
        for warning_id, step in last.items()
        if step.state_to != "opened"
    }


def new_events(
    channel: Channel,
    release: ReleaseWarnings,
    box: Box,
    silences: Mapping[str, Silence],
    now: datetime,
) -> list[Event]:
    """The events of a channel that are not in the outbox yet, in the order of the warnings' ids.

    A warning is told once at each level it rises to: reached in the month, confirmed, and at the
    channel's level or above. A month that fell between two runs counts with its highest level. A
    warning whose first month late data moved, and with it its id, is the same warning still. A
    city's warning under a provincial one that the channel is told of is left to that one.
    ``silences`` by warning id: a warning taken up is noted and not told, until its level rises or
    the silence is over. A release whose months end before what was told has no events.
    """
    since = box.told_through(channel.name)
    if since is not None and release.through_ym < since:
        return []
    known = _known(channel, box)
    rows = [r for r in release.rows if _in_window(r, since, release.through_ym)]
    tops = _tops(_told(channel, rows, {i for i, told in known.items() if not told.is_closed}))
    open_now = {r.warning_id for r in release.rows if r.period_ym == release.through_ym}
    moved = {
        (t.event.rule_id, t.event.series_id): t
        for warning_id, t in known.items()
        if not t.is_closed and warning_id not in open_now
    }
    linked = Counter((r.linked_warning_id, r.period_ym) for r in rows if r.is_suppressed)
    write = _Writer(channel.name, release, now, linked)
    out: list[Event] = []
    for row in tops:
        told = known.get(row.warning_id)
        silent = _silent(row, silences.get(row.warning_id), release.through_ym)
        if told is not None and not told.is_closed:
            if row.level_order > told.order:
                out.append(write.event(row, "raised", quiet=silent, round_=told.event.round))
            elif told.event.quiet and told.event.change != "moved" and not silent:
                change = told.event.change
                out.append(write.event(row, change, quiet=False, round_=told.event.round))
            continue
        is_open = row.warning_id in open_now
        before = moved.get((row.rule_id, row.series_id)) if is_open and told is None else None
        if before is not None and row.opened_ym <= before.event.period_ym:
            out += [_moved(row, before, write), write.closing(before.event, quiet=True)]
        elif told is None or is_open:
            round_ = told.event.round + 1 if told else 1
            opened = write.event(row, "opened", quiet=silent, round_=round_)
            out.append(opened)
            if not is_open:
                out.append(write.closing(opened, quiet=silent or not channel.closed))
    gone = {e.warning_id for e in out if e.change == "closed"}
    for warning_id, told in sorted(known.items()):
        if told.is_closed or warning_id in open_now or warning_id in gone:
            continue
        if not release.pools or told.event.poolarea_no in release.pools:
            quiet = told.is_silent or not channel.closed
            out.append(write.closing(told.event, quiet=quiet))
    return out


@dataclass(frozen=True)
class _Writer:
    """Makes the events of one channel out of one release."""

    channel: str
    release: ReleaseWarnings
    now: datetime
    linked: Mapping[tuple[str | None, int], int]

    def event(self, row: Row, change: str, *, quiet: bool, round_: int) -> Event:
        return Event(
            key=self._key(row.warning_id, row.level, round_),
            channel=self.channel,
            change=change,
            quiet=quiet,
            warning_id=row.warning_id,
            round=round_,
            rule_id=row.rule_id,
            rule_zh=row.rule_zh,
            series_id=row.series_id,
            poolarea_no=row.poolarea_no,
            period_ym=row.period_ym,
            opened_ym=row.opened_ym,
            level=row.level,
            excess_amt=None if row.excess_amt is None else str(row.excess_amt),
            reason_zh=row.reason_zh,
            action_zh=row.action_zh,
            linked_cnt=self.linked.get((row.warning_id, row.period_ym), 0),
            release_id=self.release.release_id,
            at=self.now.isoformat(timespec="seconds"),
            monthly_amt=None if row.monthly_amt is None else str(row.monthly_amt),
        )

    def closing(self, told: Event, *, quiet: bool) -> Event:
        """The warning as it was told last, closed with the release's last month."""
        return replace(
            told,
            key=self._key(told.warning_id, "closed", told.round),
            change="closed",
            quiet=quiet,
            period_ym=self.release.through_ym,
            linked_cnt=0,
            release_id=self.release.release_id,
            at=self.now.isoformat(timespec="seconds"),
        )

    def _key(self, warning_id: str, what: str, round_: int) -> str:
        again = f"|{round_}" if round_ > 1 else ""
        return f"{warning_id}|{what}|{self.channel}{again}"


def _moved(row: Row, before: _Told, write: _Writer) -> Event:
    """The same warning under a new id: told only where its level has risen."""
    if row.level_order > before.order:
        return write.event(row, "raised", quiet=False, round_=1)
    return write.event(row, "opened" if before.is_silent else "moved", quiet=True, round_=1)


def _silent(row: Row, silence: Silence | None, through_ym: int) -> bool:
    if silence is None or row.level_order > silence.level_order:
        return False
    return silence.through_ym is None or through_ym <= silence.through_ym


def due(channel: Channel, box: Box, now: datetime) -> tuple[list[Event], list[Event]]:
    """The pending events to send now, and those that a cool-down holds back.

    Within ``cooldown_hours`` of a message on a series and rule only a higher level is told.
    """
    by_key = {e.key: e for e in box.events}
    last: dict[tuple[str, str], tuple[datetime, int]] = {}
    for attempt in box.attempts:
        if not attempt.ok or attempt.channel != channel.name:
            continue
        for key in attempt.keys:
            if event := by_key.get(key):
                at = datetime.fromisoformat(attempt.at)
                last[event.rule_id, event.series_id] = (at, _order(event))
    wait = timedelta(hours=channel.cooldown_hours)
    send: list[Event] = []
    held: list[Event] = []
    for event in box.pending(channel.name):
        sent = last.get((event.rule_id, event.series_id))
        rises = sent and event.change != "closed" and _order(event) > sent[1]
        # a clock that once ran ahead holds nothing back
        cold = sent is not None and timedelta(0) <= now - sent[0] < wait and not rises
        (held if cold else send).append(event)
    return send, held


def _order(event: Event) -> int:
    return LEVELS.index(event.level)


def _in_window(row: Row, since: int | None, through: int) -> bool:
    return row.period_ym == through or (since is not None and since < row.period_ym <= through)


def _wanted(row: Row, channel: Channel) -> bool:
    """Whether a row is news at the channel's level; data findings need no confirmation.

    A warning that only waits for its quiet months is none, to a new channel neither.
    """
    sure = row.is_raised and row.is_confirmed
    return row.level_order >= channel.least and (sure or row.level == "grey")


def _told(channel: Channel, rows: list[Row], known: set[str]) -> list[Row]:
    """The rows that the channel is told of: its areas', and the ones that stand for theirs.

    ``known``: the warnings it has been told of; those stand for others while they are open.
    """
    wanted = [r for r in rows if _wanted(r, channel)]
    parents = {(r.warning_id, r.period_ym) for r in wanted if not r.is_suppressed}
    parents |= {(r.warning_id, r.period_ym) for r in rows if r.warning_id in known}
    over = {r.linked_warning_id for r in rows if r.poolarea_no in channel.pools}
    return [
        r
        for r in wanted
        if not (r.is_suppressed and (r.linked_warning_id, r.period_ym) in parents)
        and (not channel.pools or r.poolarea_no in channel.pools or r.warning_id in over)
    ]


def _tops(rows: Iterable[Row]) -> list[Row]:
    """Of each warning the row with the highest level, of equals the latest."""
    tops: dict[str, Row] = {}
    for row in rows:
        top = tops.get(row.warning_id)
        if top is None or (row.level_order, row.period_ym) >= (top.level_order, top.period_ym):
            tops[row.warning_id] = row
    return [tops[warning_id] for warning_id in sorted(tops)]


def _known(channel: Channel, box: Box) -> dict[str, _Told]:
    known: dict[str, _Told] = {}
    for event in box.events:
        if event.channel != channel.name:
            continue
        before = known.get(event.warning_id)
        if event.change == "closed":
            if before is not None:
                known[event.warning_id] = replace(before, is_closed=True)
            continue
        quiet = event.quiet and event.change != "moved"
        if before is not None and not before.is_closed:
            quiet = quiet and before.is_silent
        known[event.warning_id] = _Told(event, _order(event), False, quiet)
    return known
