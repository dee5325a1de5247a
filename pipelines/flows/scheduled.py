"""What the schedules of ``jiecun serve`` run: the main job, in a process of its own.

Imports Prefect, so only after ``prefect_setup.configure``; ``serve`` and Prefect's engine do that.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State  # noqa: TC002  Prefect reads the annotations
from prefect.logging import get_run_logger
from prefect.runtime import flow_run as this_run
from prefect.states import Completed
from pydantic import Field

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows.launch import launch
from pipelines.flows.request import RunRequest
from pipelines.paths import RawPaths, WarehousePaths
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.flows.request import RunOutcome

#: the clock of the schedules and of "the month before"; no daylight saving since 1991
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
#: how often, and how many seconds apart, a run looks again at a warehouse it found busy
RETRIES = 5
RETRY_SECONDS = 120.0

Folder = Annotated[str, Field(min_length=1)]
Month = Annotated[int, Field(ge=200001, le=209912)]
Pool = Annotated[str, Field(pattern="^[0-9]{6}$")]
Retries = Annotated[int, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


def _run_name() -> str:
    """``nightly-20260105-0230``: the schedule and its time in China."""
    scheduled = this_run.scheduled_start_time.astimezone(CHINA)
    kind = str(this_run.flow_name).removeprefix("jiecun-")
    return f"{kind}-{scheduled:%Y%m%d-%H%M}"


@flow(name="jiecun-nightly", flow_run_name=_run_name, persist_result=False)
def nightly(
    raw: Folder,
    warehouse: Folder,
    *,
    through: Month | None = None,
    pool: list[Pool] | None = None,
    retries: Retries = RETRIES,
    retry_seconds: Seconds = RETRY_SECONDS,
) -> State[None]:
    """Take in what has come and publish, through the last month of the bank statements.

    ``through`` yyyymm and ``pool`` (pooling areas) limit the books as ``jiecun run`` does. The
    final state's message tells the release. Raises JiecunError ``THROUGH_INVALID``, and as
    ``launch`` does; ``WAREHOUSE_BUSY`` only after ``retries`` more tries ``retry_seconds`` apart.
    """
    request = _request(raw, warehouse, through, pool)
    return _run(request, retries, retry_seconds)


@flow(name="jiecun-month-end", flow_run_name=_run_name, persist_result=False)
def month_end(
    raw: Folder,
    warehouse: Folder,
    *,
    through: Month | None = None,
    pool: list[Pool] | None = None,
    retries: Retries = RETRIES,
    retry_seconds: Seconds = RETRY_SECONDS,
) -> State[None]:
    """As ``nightly``, through the month before the scheduled time unless ``through`` is given."""
    through = through or month_before(this_run.scheduled_start_time)
    request = _request(raw, warehouse, through, pool)
    return _run(request, retries, retry_seconds)


def month_before(moment: datetime) -> int:
    """The month yyyymm that had ended at ``moment`` (with its time zone) in China."""
    first = moment.astimezone(CHINA).replace(day=1)
    last = first - timedelta(days=1)
    return last.year * 100 + last.month


def check_month(through: int | None) -> None:
    """Raise JiecunError ``THROUGH_INVALID`` where the number is no month."""
    if through is not None and not 1 <= through % 100 <= 12:
        raise JiecunError(
            Problem(
                "THROUGH_INVALID", "through", "月份 yyyymm，如 202512", str(through), "改正月份"
            ),
            exit_code=EXIT_USAGE,
        )


def is_busy(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Whether a task failed because another holds the warehouse: the one failure worth a retry."""
    try:
        state.result()
    except JiecunError as error:
        return any(p.code == "WAREHOUSE_BUSY" for p in error.problems)
    except Exception:
        return False
    return False


@task(name="运行", retry_condition_fn=is_busy, cache_policy=NO_CACHE, persist_result=False)
def run_job(request: RunRequest, owner: str) -> str:
    """``launch`` under the warehouse's lock; returns the message for the final state."""
    return told(launch(request, owner).outcome)


def told(outcome: RunOutcome) -> str:
    """One line on what a run did."""
    if not outcome.published:
        return f"没有新数据（{outcome.unchanged_files} 个文件未变）；当前发布 {outcome.release_id}"
    new = len(outcome.new_batches)
    return f"发布 {outcome.release_id}，截至 {outcome.through_ym}，新文件 {new} 个"


def _request(raw: str, warehouse: str, through: int | None, pool: list[str] | None) -> RunRequest:
    check_month(through)
    machine = Settings()
    return RunRequest(
        RawPaths(Path(raw)),
        WarehousePaths(Path(warehouse)),
        through,
        tuple(pool or ()),
        machine.threads,
        machine.memory_limit,
    )


def _run(request: RunRequest, retries: int, retry_seconds: float) -> State[None]:
    patient = run_job.with_options(retries=retries, retry_delay_seconds=retry_seconds)
    message = patient(request, f"Prefect {this_run.name}")
    get_run_logger().info(message)
    return Completed(message=message)
