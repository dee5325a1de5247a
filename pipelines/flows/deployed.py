"""The two deployments of ``jiecun serve``, and what is set right on a server before they start."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.deployments.runner import RunnerDeployment

    from pipelines.flows.request import RunRequest

TIMEZONE = "Asia/Shanghai"

_PAGE = 200


def deployments(
    request: RunRequest,
    nightly: str | None,
    month_end: str | None,
    retries: int,
    retry_seconds: float,
) -> tuple[RunnerDeployment, RunnerDeployment]:
    """``jiecun-nightly/nightly`` and ``jiecun-month-end/month-end``; one run at a time each.

    Raises JiecunError ``CRON_INVALID``.
    """
    from prefect.types.entrypoint import EntrypointType

    from pipelines.flows import scheduled

    common = {
        "raw": str(request.raw.root.resolve()),
        "warehouse": str(request.warehouse.root.resolve()),
        "through": request.through_ym,
        "pool": list(request.pools),
        "retries": retries,
        "retry_seconds": retry_seconds,
    }
    crons = {
        "nightly": _schedule("nightly", nightly),
        "month-end": _schedule("month-end", month_end),
    }

    def made(flow: str, name: str, description: str) -> RunnerDeployment:
        cron = crons[name]
        found: RunnerDeployment = getattr(scheduled, flow).to_deployment(
            name=name,
            schedules=[cron] if cron is not None else [],
            concurrency_limit=1,
            parameters=common,
            description=description,
            tags=["jiecun"],
            paused=False,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        return found

    return (
        made("nightly", "nightly", "每夜接收：有新数据则发布，没有则不动。"),
        made("month_end", "month-end", "月结：账务截至计划时间的上一个月，可用参数 through 指定。"),
    )


def _schedule(name: str, cron: str | None) -> object | None:
    from prefect.schedules import Cron

    if cron is None:
        return None
    try:
        return Cron(cron, timezone=TIMEZONE)
    except ValueError:
        raise JiecunError(
            Problem(
                "CRON_INVALID",
                f"--{name}",
                "cron 表达式，五段：分 时 日 月 周，如 30 2 * * *",
                cron,
                "改正表达式",
            ),
            exit_code=EXIT_USAGE,
        ) from None


async def refuse_other_warehouse(client: PrefectClient, deployment: RunnerDeployment) -> None:
    """Raise JiecunError ``SERVE_TAKEN`` where the server serves another warehouse already."""
    from prefect.exceptions import ObjectNotFound

    try:
        standing = await client.read_deployment_by_name(deployment.full_name)
    except ObjectNotFound:
        return
    theirs, ours = standing.parameters.get("warehouse"), deployment.parameters["warehouse"]
    if theirs != ours:
        raise JiecunError(
            Problem(
                "SERVE_TAKEN",
                f"部署 {deployment.full_name}",
                f"数据仓库 {ours}",
                f"该服务上已有同名部署，数据仓库 {theirs}",
                "另用一个 Prefect 服务；那个仓库确已不用，则先 "
                f"prefect deployment delete {deployment.full_name}",
            ),
            exit_code=EXIT_USAGE,
        )


async def settle(client: PrefectClient, made: Sequence[RunnerDeployment]) -> None:
    """Close what a ``serve`` that was killed left open, and of the runs missed keep the last.

    A run left open would hold the one slot of its deployment for ever.
    """
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
    from prefect.states import Cancelled, Crashed

    crashed: State[None] = Crashed(message="运行时 jiecun serve 中断；当前发布不受影响")
    cancelled: State[None] = Cancelled(message="jiecun serve 未运行；由更晚的一次代替")
    left_open = _in_state("RUNNING", "PENDING", "CANCELLING")
    for deployment in made:
        found = await client.read_deployment_by_name(deployment.full_name)
        dead = await _runs(client, FlowRunFilter(state=left_open), found.id)
        if dead:
            parents = FlowRunFilterParentFlowRunId(any_=[run.id for run in dead])
            dead += await _runs(client, FlowRunFilter(state=left_open, parent_flow_run_id=parents))
        for run in dead:
            await client.set_flow_run_state(run.id, crashed, force=True)
        waiting = await _runs(client, FlowRunFilter(state=_in_state("SCHEDULED")), found.id)
        missed = sorted((run for run in waiting if _due(run) < time.time()), key=_due)
        for run in missed[:-1]:
            await client.set_flow_run_state(run.id, cancelled, force=True)


def _in_state(*types: str) -> FlowRunFilterState:
    from prefect.client.schemas.filters import FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    return FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType(t) for t in types]))


async def _runs(
    client: PrefectClient, wanted: FlowRunFilter, deployment_id: UUID | None = None
) -> list[FlowRun]:
    """All flow runs of a filter, page by page, the earliest first."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
    from prefect.client.schemas.sorting import FlowRunSort

    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id]))
            if deployment_id
            else None,
            flow_run_filter=wanted,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=_PAGE,
            offset=len(found),
        )
        found += page
        if len(page) < _PAGE:
            return found


def _due(run: FlowRun) -> float:
    due = run.next_scheduled_start_time or run.expected_start_time
    return due.timestamp() if due is not None else 0.0
