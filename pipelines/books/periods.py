"""Which months are closed, for which pooling areas: an append-only list of closings and reopenings.

Months are closed in their order and reopened from the last one back, so that for each pooling area
all months up to one are closed and all after it open. An event for ``*`` covers every area.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.private import append_lines
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from pipelines.paths import WarehousePaths

ALL = "*"


@dataclass(frozen=True)
class PeriodEvent:
    """One closing or reopening of month ``ym``.

    ``pools`` are pooling area codes or ``("*",)``. ``at`` is local time in ISO form; ``after`` is
    how many lines the intake log had, which orders the event among the intakes.
    """

    event: Literal["close", "reopen"]
    ym: int
    pools: tuple[str, ...]
    by: str
    why: str
    at: str
    after: int


def periods_path(paths: WarehousePaths) -> Path:
    return paths.state / "periods.jsonl"


def read_periods(paths: WarehousePaths) -> tuple[PeriodEvent, ...]:
    """The events in their order. Raises JiecunError PERIODS_BROKEN."""
    return read_periods_file(periods_path(paths))


def read_periods_file(path: Path) -> tuple[PeriodEvent, ...]:
    """The same for a list that may stand anywhere; a last line cut short is no entry."""
    if not path.is_file():
        return ()
    out = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            entry = json.loads(line)
            if entry["event"] not in ("close", "reopen"):
                raise ValueError
            out.append(
                PeriodEvent(
                    entry["event"], int(entry["ym"]), tuple(map(str, entry["pools"])),
                    str(entry["by"]), str(entry["why"]), str(entry["at"]), int(entry["after"]),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise JiecunError(
                Problem(
                    "PERIODS_BROKEN",
                    f"state/periods.jsonl 第{number}行",
                    "每行一条结账或重开记录",
                    type(error).__name__,
                    "从备份恢复该文件",
                )
            ) from None
    return tuple(out)


def closed_through(events: Sequence[PeriodEvent]) -> dict[str, int]:
    """The last closed month by pooling area named in an event, and for all others under ``*``.

    0 where none is closed.
    """
    pools = {pool for event in events for pool in event.pools}
    return {pool: _through(events, pool) for pool in sorted({ALL, *pools})}


def _through(events: Sequence[PeriodEvent], pool: str) -> int:
    closed: set[int] = set()
    for event in events:
        if pool in event.pools or ALL in event.pools:
            (closed.add if event.event == "close" else closed.discard)(event.ym)
    return max(closed, default=0)


def closed_sql(events: Sequence[PeriodEvent], floor: int = 0, *, by_pool: bool) -> int | str:
    """The last closed month of a row: a number, or SQL over ``poolarea_no`` where areas differ.

    No month is less than ``floor``. Without ``by_pool`` areas of their own are left out.
    """
    through = {pool: max(ym, floor) for pool, ym in closed_through(events).items()}
    base = through.pop(ALL)
    own = {pool: ym for pool, ym in through.items() if ym != base}
    if not own or not by_pool:
        return base
    arms = " ".join(f"WHEN {quoted(pool)} THEN {ym}" for pool, ym in own.items())
    return f"(CASE poolarea_no {arms} ELSE {base} END)"


def first_closed(events: Sequence[PeriodEvent], ym: int, pool: str = ALL) -> int | None:
    """``after`` of the first closing of a month for an area: what was published first."""
    for event in events:
        covered = pool in event.pools or ALL in event.pools
        if covered and (event.event, event.ym) == ("close", ym):
            return event.after
    return None


def close_period(
    paths: WarehousePaths,
    ym: int,
    pools: Sequence[str],
    *,
    by: str,
    months: Collection[int],
    after: int,
    at: datetime | None = None,
    keep: Callable[[PeriodEvent, int], object] | None = None,
) -> PeriodEvent:
    """Close a month for some pooling areas (none = all). ``months`` are those that have rows.

    ``keep`` is given the event and its number before it is written down: what it keeps of the month
    is on disk when the month is closed, and where it raises the month stays open. Closing for all
    leaves areas alone that are closed already.
    Raises JiecunError PERIOD_NO_DATA, PERIOD_CLOSED where it is closed already, PERIOD_ORDER where
    an earlier month with rows is open, PERIOD_BY without a name.
    """
    events = read_periods(paths)
    named = _named(pools)
    earlier = max((known for known in months if known < ym), default=0)
    if not by.strip():
        raise _refused("PERIOD_BY", ym, "写明结账人（--by）", "空", "加 --by 姓名或工号")
    if ym not in months:
        told = "该月有已接收的数据"
        raise _refused("PERIOD_NO_DATA", ym, told, "没有", "先接收该月的数据文件")
    through = closed_through(events)
    for pool in _affected(events, named):
        last = through.get(pool, through[ALL])
        if last >= ym and named == (ALL,) and pool != ALL:
            continue
        if last >= ym:
            found, remedy = f"{_zh(pool)}已结账至 {last}", "要改已结账的月份请先 jiecun reopen"
            raise _refused("PERIOD_CLOSED", ym, "该月未结账", found, remedy)
        if last < earlier:
            found = f"{_zh(pool)}结账至 {last or '（无）'}"
            raise _refused("PERIOD_ORDER", ym, f"上月 {earlier} 已结账", found, f"先结 {earlier}")
    event = PeriodEvent("close", ym, named, by.strip(), "", _now(at), after)
    if keep is not None:
        keep(event, len(events) + 1)
    return _append(paths, event)


def reopen_period(
    paths: WarehousePaths,
    ym: int,
    pools: Sequence[str],
    *,
    by: str,
    why: str,
    after: int,
    at: datetime | None = None,
) -> PeriodEvent:
    """Open a closed month again for some pooling areas (none = all).

    Raises JiecunError PERIOD_OPEN where it is open, PERIOD_ORDER where a later month is closed,
    PERIOD_BY, PERIOD_WHY without a name or a reason.
    """
    events = read_periods(paths)
    named = _named(pools)
    if not by.strip():
        raise _refused("PERIOD_BY", ym, "写明重开人（--by）", "空", "加 --by 姓名或工号")
    if not why.strip():
        raise _refused("PERIOD_WHY", ym, "写明重开原因（--why）", "空", "加 --why 原因")
    through = closed_through(events)
    for pool in _affected(events, named):
        last = through.get(pool, through[ALL])
        if last < ym:
            found = f"{_zh(pool)}结账至 {last or '（无）'}"
            raise _refused("PERIOD_OPEN", ym, "该月已结账", found, "未结账的月份无需重开")
        if last > ym:
            found, remedy = f"{_zh(pool)}已结账至 {last}", f"先重开 {last}，逐月向前"
            raise _refused("PERIOD_ORDER", ym, "其后没有已结账的月份", found, remedy)
    event = PeriodEvent("reopen", ym, named, by.strip(), why.strip(), _now(at), after)
    return _append(paths, event)


def append_event(paths: WarehousePaths, event: PeriodEvent) -> None:
    """Append an event as it stands, in one write."""
    _append(paths, event)


def _named(pools: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*pools})) if pools and ALL not in pools else (ALL,)


def _affected(events: Sequence[PeriodEvent], named: tuple[str, ...]) -> list[str]:
    """The areas whose state must allow the event: for all, every area with a state of its own."""
    return sorted(closed_through(events)) if named == (ALL,) else list(named)


def _zh(pool: str) -> str:
    return "全部统筹区" if pool == ALL else f"统筹区 {pool} "


def _now(at: datetime | None) -> str:
    return (at or datetime.now()).isoformat(timespec="seconds")


def _refused(code: str, ym: int, expected: str, found: str, remedy: str) -> JiecunError:
    return JiecunError(Problem(code, f"月份 {ym}", expected, found, remedy), exit_code=EXIT_USAGE)


def _append(paths: WarehousePaths, event: PeriodEvent) -> PeriodEvent:
    told = {
        "event": event.event, "ym": event.ym, "pools": list(event.pools), "by": event.by,
        "why": event.why, "at": event.at, "after": event.after,
    }  # fmt: skip
    append_lines(periods_path(paths), json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")
    return event
