"""Runs the flow from a command: the warehouse lock, Prefect's own start, and the clocks of both."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.flows.prefect_setup import configure, heartbeats_off, start_local_api
from pipelines.warehouse.disk import writing
from pipelines.warehouse.lock import warehouse_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.alerts.deliver import Summary
    from pipelines.extracts.log import BatchRecord
    from pipelines.flows.request import RunOutcome, RunRequest
    from pipelines.paths import WarehousePaths


@dataclass(frozen=True)
class Launched:
    """A finished run and what its clocks say: Prefect's own start stands apart from the steps.

    ``alerts`` tells what was sent of its warnings, which can fail without failing the run.
    """

    outcome: RunOutcome
    prefect_seconds: float
    total_seconds: float
    alerts: Summary


def launch(
    request: RunRequest, owner: str, on_file: Callable[[BatchRecord], None] | None = None
) -> Launched:
    """Run ``month_end`` under the warehouse's lock, with a local Prefect API unless one is set.

    ``owner`` is the command as typed, told to whoever finds the warehouse busy.
    Raises JiecunError as the flow does, ``WAREHOUSE_BUSY`` and ``WAREHOUSE_WRITE``.
    """
    begun = time.perf_counter()
    with warehouse_lock(request.warehouse, owner):
        home = request.warehouse.state / "prefect"
        if not os.environ.get("PREFECT_API_URL"):
            # the error is told once, by us; a server of the user's keeps its own log level
            os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
        configure(home)
        api = start_local_api(home)
        # imported and read here: the server starts up meanwhile
        from pipelines.flows import steps
        from pipelines.flows.alerting import deliver_release
        from pipelines.flows.month_end import month_end

        steps.model_plan()

        if api is None:
            outcome = month_end(request, on_file)
        else:
            api.wait()
            with heartbeats_off():
                outcome = month_end(request, on_file)
        total = time.perf_counter() - begun
        # also where nothing is new: what could not be sent before is sent now
        alerts = deliver_release(request.warehouse, outcome.release_path, datetime.now())
        launched = Launched(outcome, total - sum(outcome.seconds.values()), total, alerts)
        _log_run(request.warehouse, owner, launched)
    return launched


def _log_run(paths: WarehousePaths, owner: str, launched: Launched) -> None:
    """One line of ``state/runs.jsonl``: the only place where clocks are kept."""
    line = {
        "finished_at": datetime.now().isoformat(timespec="seconds"),
        "command": owner,
        "release_id": launched.outcome.release_id,
        "published": launched.outcome.published,
        "new_files": len(launched.outcome.new_batches),
        "unchanged_files": launched.outcome.unchanged_files,
        "prefect_seconds": round(launched.prefect_seconds, 3),
        "seconds": {step: round(s, 3) for step, s in launched.outcome.seconds.items()},
        "alerts": launched.alerts.facts(),
    }
    path = paths.state / "runs.jsonl"
    with writing(path), path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
