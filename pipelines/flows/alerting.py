"""Delivery after a publication, for the run and for ``jiecun alerts send``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.alerts.changes import silences_of
from pipelines.alerts.deliver import Summary, deliver
from pipelines.errors import JiecunError
from pipelines.settings import Settings
from pipelines.warnings.state import read_events

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipelines.paths import WarehousePaths


def deliver_release(
    paths: WarehousePaths, release: Path | None, now: datetime, *, only: str | None = None
) -> Summary:
    """Tell the channels of the warehouse what a release's folder warns of; never raises.

    Call it where nothing new was published, too: it sends what an earlier run could not. What the
    log says was taken up is silent; where the log cannot be read nothing is, and that is told.
    """
    problems: tuple[str, ...] = ()
    try:
        silences = silences_of(read_events(paths))
    except JiecunError as error:
        silences = {}
        problems = tuple(problem.render() for problem in error.problems)
    done = deliver(paths, release, Settings(), now, silences=silences, only=only)
    return replace(done, problems=(*problems, *done.problems))
