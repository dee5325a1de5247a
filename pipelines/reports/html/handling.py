"""What was done about the warnings of a page, and the overspend reports made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.warnings.procedure import OPENED, STATES, reasons, steps
from pipelines.warnings.state import events_on

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import duckdb

    from pipelines.reports.html.model import Warned
    from pipelines.warnings.state import WarningEvent

STEPS_MART = "fct_warning_event"


@dataclass(frozen=True)
class Handled:
    """One step taken, in words."""

    at: str
    step: str
    state: str
    by: str
    owner: str
    due: datetime.date | None
    said: str


@dataclass(frozen=True)
class Handling:
    """Where a warning stands at publication: in words, its steps, its last overspend report.

    ``report_ym`` is the month (yyyymm) the report is about, None where there is none.
    """

    state: str
    steps: tuple[Handled, ...] = ()
    report_ym: int | None = None


def load_steps(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> tuple[WarningEvent, ...]:
    """The steps that the marts hold, in their order; none where a release has no such mart."""
    return events_on(con) if STEPS_MART in tables else ()


def handling_of(
    warnings: Iterable[Warned],
    events: Sequence[WarningEvent],
    booked: Collection[tuple[str, int]],
) -> dict[tuple[str, int], Handling]:
    """(warning, month) → where it stands; the state is that of the mart, the rest of the steps.

    ``booked``: ledgers and months with statements; of others there is no overspend report, as in
    a run through an earlier month than the one reported.
    """
    taken: dict[str, list[WarningEvent]] = defaultdict(list)
    for event in events:
        taken[event.warning_id].append(event)
    return {
        (warned.warning_id, warned.period_ym): _handling(warned, taken[warned.warning_id], booked)
        for warned in warnings
    }


def report_page(ledger_id: str, report_ym: int) -> str:
    """``610800-390-overspend-202512.html``: the overspend report beside a pool's page."""
    return f"{ledger_id}-overspend-{report_ym}.html"


def reported(
    warnings: Iterable[Warned], handling: Mapping[tuple[str, int], Handling]
) -> tuple[tuple[str, int], ...]:
    """(ledger, month) of the overspend reports that the warnings link to, in order."""
    told = {(w.ledger_id, handling[w.warning_id, w.period_ym].report_ym) for w in warnings}
    return tuple(sorted((ledger, ym) for ledger, ym in told if ym is not None))


def _handling(
    warned: Warned, events: Sequence[WarningEvent], booked: Collection[tuple[str, int]]
) -> Handling:
    state = STATES.get(warned.state, warned.state)
    if events and warned.state == OPENED and events[-1].state_to != OPENED:
        state += "（复报）"
    made = [
        event.period_ym
        for event in events
        if event.step == "report" and (warned.ledger_id, event.period_ym) in booked
    ]
    return Handling(state, tuple(map(_handled, events)), made[-1] if made else None)


def _handled(event: WarningEvent) -> Handled:
    names = {step.step: step.step_zh for step in steps()}
    words = {reason.reason: reason.reason_zh for reason in reasons()}
    told = [words.get(event.reason, event.reason)] if event.reason else []
    return Handled(
        f"{event.event_at:%Y-%m-%d %H:%M}",
        names.get(event.step, event.step),
        STATES.get(event.state_to, event.state_to),
        event.by_whom,
        event.owner,
        event.due_date,
        "；".join([*told, *([event.note] if event.note else [])]),
    )
