"""What was done about each warning: an append-only list of steps, one line each.

``state/warnings.jsonl`` holds where each step brought its warning: state, owner, due date and how
long it stays quiet, by the rules of the day. A run reads the list as one of its inputs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from pipelines.errors import JiecunError, Problem
from pipelines.private import append_lines
from pipelines.warehouse.lock import sole_holder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb

    from pipelines.paths import WarehousePaths

#: seconds to wait for another command that writes a step
WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class WarningEvent:
    """One step taken for one warning.

    ``period_ym`` and ``level`` are the warning's newest month and its level there when the step was
    taken. ``at`` is local time. ``due_date`` None: nothing is due any more. ``quiet_through_ym``
    None: the state does not lapse by itself.
    """

    warning_id: str
    rule_id: str
    series_id: str
    period_ym: int
    level: str
    level_order: int
    step: str
    state_from: str
    state_to: str
    by_whom: str
    event_at: datetime
    reason: str | None
    note: str | None
    owner: str
    due_date: date | None
    quiet_through_ym: int | None


_SCHEMA: dict[str, pl.DataType] = {
    "event_no": pl.Int64(),
    "warning_id": pl.String(),
    "rule_id": pl.String(),
    "series_id": pl.String(),
    "period_ym": pl.Int32(),
    "level": pl.String(),
    "level_order": pl.Int64(),
    "step": pl.String(),
    "state_from": pl.String(),
    "state_to": pl.String(),
    "by_whom": pl.String(),
    "event_at": pl.Datetime("us"),
    "reason": pl.String(),
    "note": pl.String(),
    "owner": pl.String(),
    "due_date": pl.Date(),
    "quiet_through_ym": pl.Int32(),
}
_NUMBERS = ("period_ym", "level_order")
_MAY_LACK = ("reason", "note", "due_date", "quiet_through_ym")


def events_path(paths: WarehousePaths) -> Path:
    return paths.state / "warnings.jsonl"


def read_events(paths: WarehousePaths) -> tuple[WarningEvent, ...]:
    """The steps in their order; a last line cut short is no entry.

    Raises JiecunError WARNINGS_BROKEN for a line that is no step.
    """
    path = events_path(paths)
    if not path.is_file():
        return ()
    out = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            out.append(_event(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise JiecunError(
                Problem(
                    "WARNINGS_BROKEN",
                    f"state/warnings.jsonl 第{number}行",
                    "每行一条预警处理记录",
                    type(error).__name__,
                    "从备份恢复该文件",
                )
            ) from None
    return tuple(out)


def append_event(paths: WarehousePaths, event: WarningEvent) -> None:
    """Append a step in one write, on disk when this returns. Call it under ``events_lock``."""
    told = asdict(event)
    told["event_at"] = event.event_at.isoformat(timespec="seconds")
    told["due_date"] = event.due_date and event.due_date.isoformat()
    append_lines(events_path(paths), json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")


def events_lock(paths: WarehousePaths) -> AbstractContextManager[None]:
    """Hold the list for reading, judging and appending; a run under way does not block it.

    Raises JiecunError WARNINGS_BUSY where another command holds it for ten seconds.
    """
    busy = Problem(
        "WARNINGS_BUSY",
        "state/warnings.jsonl",
        "同一时间只有一个命令登记预警处理",
        "另一个命令正在登记",
        "稍后重试",
    )
    return sole_holder(paths.state / "warnings.lock", busy, WAIT_SECONDS)


def events_on(con: duckdb.DuckDBPyConnection) -> tuple[WarningEvent, ...]:
    """The steps as the mart ``fct_warning_event`` on ``con`` holds them, in their order."""
    names = ", ".join(field.name for field in fields(WarningEvent))
    rows = con.execute(f"select {names} from fct_warning_event order by event_no").fetchall()
    return tuple(WarningEvent(*row) for row in rows)


def events_mark(events: Sequence[WarningEvent]) -> str:
    """How many steps there are and sha256 over them: part of a release's inputs; '' for none."""
    if not events:
        return ""
    digest = hashlib.sha256("\n".join(map(repr, events)).encode()).hexdigest()
    return f"{len(events)}:{digest}"


def known_by(events: Sequence[WarningEvent], mark: str) -> tuple[WarningEvent, ...]:
    """The steps that were there when ``mark`` was made: later ones stand after them."""
    return tuple(events[: int(mark.partition(":")[0] or 0)])


def event_frame(events: Sequence[WarningEvent]) -> pl.DataFrame:
    """The steps as rows of ``fct_warning_event``, numbered from 1."""
    rows = [{"event_no": number, **asdict(event)} for number, event in enumerate(events, start=1)]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _event(told: dict[str, object]) -> WarningEvent:
    """The entry, strictly: every field there and of its kind. Raises ValueError, KeyError."""
    cells: dict[str, object] = {}
    for field in fields(WarningEvent):
        value = told[field.name]
        if value is None and field.name in _MAY_LACK:
            cells[field.name] = None
        elif field.name == "event_at":
            cells[field.name] = datetime.fromisoformat(str(value))
        elif field.name == "due_date":
            cells[field.name] = date.fromisoformat(str(value))
        elif field.name in (*_NUMBERS, "quiet_through_ym"):
            cells[field.name] = int(str(value))
        elif isinstance(value, str):
            cells[field.name] = value
        else:
            raise TypeError(field.name)
    return WarningEvent(**cells)  # type: ignore[arg-type]
