"""The main job as a Prefect flow: one task per step a person would want to see."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from pipelines.extracts.discover import discover
from pipelines.flows import steps
from pipelines.flows.request import RunOutcome, RunRequest
from pipelines.flows.workspace import (
    as_of_year,
    bind_inputs,
    check_pools,
    last_month,
    open_workspace,
    read_regions,
)
from pipelines.regions.whole import Regions  # noqa: TC001  (Prefect reads the annotations)
from pipelines.warehouse.release import Published, current_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    import duckdb

    from pipelines.engine.runner import CheckResult
    from pipelines.extracts.intake import IntakeResult
    from pipelines.extracts.log import BatchRecord

_F = TypeVar("_F", bound="Callable[..., Any]")


def _step(name: str) -> Callable[[_F], _F]:
    """A task that hands objects on in memory: nothing is cached, nothing persisted."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)  # type: ignore[return-value]


@_step("读取区划与规则")
def read_reference(request: RunRequest) -> tuple[_Held, Regions]:
    regions = read_regions(request.raw)
    check_pools(request, regions)
    as_of_year(request, regions)
    return _Held(open_workspace(request)), regions


@_step("接收数据")
def take_in(
    held: _Held,
    request: RunRequest,
    regions: Regions,
    on_file: Callable[[BatchRecord], None] | None,
) -> IntakeResult:
    files = len(discover(request.raw.extracts)[0]) or 1
    progress = cast(
        "UUID", create_progress_artifact(0.0, key="intake-progress", description="接收进度")
    )
    done = told = 0

    def tell(batch: BatchRecord) -> None:
        nonlocal done, told
        done += 1
        if on_file:
            on_file(batch)
        if done * 10 // files > told:
            told = done * 10 // files
            update_progress_artifact(progress, 100.0 * done / files)

    result = steps.take_in(held.con, request, regions, tell)
    update_progress_artifact(progress, 100.0)
    create_table_artifact(_intake_table(result), key="intake", description="本次接收")
    return result


@_step("编制凭证")
def post(held: _Held) -> int:
    return steps.transform(held.con, ("staging", "journal"))


@_step("登账与编制报表")
def state(held: _Held) -> int:
    return steps.transform(held.con, ("ledger", "statements", "metrics", "warnings"))


@_step("生成集市")
def mart(held: _Held) -> int:
    return steps.transform(held.con, ("marts",))


@_step("勾稽检查")
def tie_out(held: _Held) -> tuple[CheckResult, ...]:
    results = steps.tie_out(held.con)
    create_table_artifact(
        [
            {
                "检查": r.check_id,
                "等级": r.severity,
                "内容": r.title,
                "结果": r.status,
                "检查数": r.rows_tested,
                "不符数": r.rows_failed,
                "差额": str(r.difference_amt),
            }
            for r in results
        ],
        key="checks",
        description="勾稽检查",
    )
    steps.refuse_if_broken(held.con, results)
    return results


@_step("发布")
def publish(
    held: _Held,
    request: RunRequest,
    identity: str,
    parts: dict[str, str],
    results: tuple[CheckResult, ...],
) -> Published:
    published = steps.release(held.con, request, identity, parts, results)
    create_markdown_artifact(
        f"# 发布 {identity}\n\n- 截至 {parts['through_ym']}\n- 位置 `{published.release.path}`\n",
        key="release",
        description="发布",
    )
    return published


@flow(name="month_end", validate_parameters=False, persist_result=False)
def month_end(
    request: RunRequest, on_file: Callable[[BatchRecord], None] | None = None
) -> RunOutcome:
    """Intake → vouchers → ledger → statements → checks → release, or nothing where nothing is new.

    Call it under ``warehouse_lock``. Raises JiecunError; the last release then stands untouched.
    """
    clock = _Clock()
    with clock("读取区划与规则"):
        held, regions = read_reference(request)
    with held:
        return _run(held, regions, request, on_file, clock)


def _run(
    held: _Held,
    regions: Regions,
    request: RunRequest,
    on_file: Callable[[BatchRecord], None] | None,
    clock: _Clock,
) -> RunOutcome:
    with clock("接收数据"):
        taken = take_in(held, request, regions, on_file)
    through = last_month(taken.all, request.through_ym)
    identity, parts = steps.identify(request, regions, taken.all, through)
    standing = current_release(request.warehouse)
    if standing is not None and standing.release_id == identity:
        return RunOutcome(
            identity, standing.path, False, through, taken.new, taken.unchanged, (), clock.seconds
        )
    bind_inputs(
        held.con,
        request,
        regions,
        taken.all,
        through_ym=through,
        attributes={**parts, "release_id": identity},
    )
    with clock("编制凭证"):
        post(held)
    with clock("登账与编制报表"):
        state(held)
    with clock("生成集市"):
        mart(held)
    with clock("勾稽检查"):
        results = tie_out(held)
    with clock("发布"):
        published = publish(held, request, identity, parts, results)
    return RunOutcome(
        identity,
        published.release.path,
        published.built or published.switched,
        through,
        taken.new,
        taken.unchanged,
        results,
        clock.seconds,
    )


class _Held:
    """The run's DuckDB in one place: Prefect keeps what tasks were given, this lets go of it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def __enter__(self) -> _Held:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()
        del self.con


class _Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def _intake_table(result: IntakeResult) -> list[dict[str, Any]]:
    return [
        {
            "文件": b.source_file,
            "读入": b.rows_read,
            "接收": b.rows_accepted,
            "重复": b.rows_duplicate,
            "旧版本": b.rows_superseded,
            "暂挂": b.rows_held,
            "隔离": b.rows_quarantined,
            "范围外": b.rows_out_of_scope,
        }
        for b in result.new
    ]
