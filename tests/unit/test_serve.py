"""The schedules of ``jiecun serve``: their times, parameters and refusals, without a server."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Failed

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows import scheduled
from pipelines.flows.deployed import deployments
from pipelines.flows.request import RunOutcome, RunRequest
from pipelines.flows.serve import MONTH_END, NIGHTLY, serve_forever
from pipelines.flows.serve_server import start_server
from pipelines.paths import RawPaths, WarehousePaths

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def _request(tmp_path: Path) -> RunRequest:
    return RunRequest(RawPaths(tmp_path / "raw"), WarehousePaths(tmp_path / "house"))


def _problem(code: str) -> JiecunError:
    return JiecunError(Problem(code, "p", "e", "f", "r"))


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 1, 4, 22, 0, tzinfo=UTC), 202512),
        (datetime(2026, 2, 28, 15, 59, tzinfo=UTC), 202601),
        (datetime(2026, 2, 28, 16, 0, tzinfo=UTC), 202602),
        (datetime(2024, 3, 31, 2, 0, tzinfo=UTC), 202402),
    ],
)
def test_the_month_before_is_told_by_chinas_clock(moment: datetime, month: int) -> None:
    assert scheduled.month_before(moment) == month


@pytest.mark.parametrize("through", [202300, 202313])
def test_a_number_that_is_no_month_is_refused(through: int) -> None:
    with pytest.raises(JiecunError, match="THROUGH_INVALID"):
        scheduled.check_month(through)


def test_a_month_and_no_month_are_taken() -> None:
    scheduled.check_month(202312)
    scheduled.check_month(None)


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (_problem("WAREHOUSE_BUSY"), True),
        (_problem("WAREHOUSE_WRITE"), False),
        (ValueError("WAREHOUSE_BUSY"), False),
    ],
)
def test_only_a_busy_warehouse_is_tried_again(error: Exception, busy: bool) -> None:
    state: State[None] = Failed(data=error)
    assert scheduled.is_busy(None, None, state) is busy


def test_the_message_tells_the_release_or_that_nothing_was_new() -> None:
    outcome = RunOutcome("ab12", Path("r"), False, 202512, (), 7)
    assert scheduled.told(outcome) == "没有新数据（7 个文件未变）；当前发布 ab12"
    outcome = RunOutcome("ab12", Path("r"), True, 202512, (), 7)
    assert scheduled.told(outcome) == "发布 ab12，截至 202512，新文件 0 个"


def test_two_deployments_one_run_at_a_time_on_chinas_clock(tmp_path: Path) -> None:
    nightly, month_end = deployments(_request(tmp_path), NIGHTLY, MONTH_END, 5, 120.0)
    assert nightly.full_name == "jiecun-nightly/nightly"
    assert month_end.full_name == "jiecun-month-end/month-end"
    assert nightly.entrypoint == "pipelines.flows.scheduled.nightly"
    assert month_end.entrypoint == "pipelines.flows.scheduled.month_end"
    assert [nightly.concurrency_limit, month_end.concurrency_limit] == [1, 1]
    crons = [s.schedule for d in (nightly, month_end) for s in d.schedules or []]
    assert crons == [
        CronSchedule(cron="30 2 * * *", timezone="Asia/Shanghai"),
        CronSchedule(cron="0 6 5 * *", timezone="Asia/Shanghai"),
    ]


def test_the_parameters_are_json_with_whole_paths(tmp_path: Path) -> None:
    request = RunRequest(
        RawPaths(tmp_path / "raw"),
        WarehousePaths(tmp_path / "x" / ".." / "house"),
        202512,
        ("610100",),
    )
    for made in deployments(request, None, None, 3, 1.5):
        assert made.schedules == []
        assert json.loads(json.dumps(made.parameters)) == {
            "raw": str(tmp_path / "raw"),
            "warehouse": str(tmp_path / "house"),
            "through": 202512,
            "pool": ["610100"],
            "retries": 3,
            "retry_seconds": 1.5,
        }


def test_the_server_checks_parameters_by_their_schema() -> None:
    for flow in (scheduled.nightly, scheduled.month_end):
        told = flow.parameters.model_dump()["properties"]
        assert told["raw"]["type"] == "string"
        assert told["through"]["anyOf"][0]["minimum"] == 200001
        assert told["pool"]["anyOf"][0]["items"]["pattern"] == "^[0-9]{6}$"
        assert told["retries"]["type"] == "integer"


@pytest.mark.parametrize("cron", ["", "daily", "61 2 * * *", "30 2 * *"])
def test_a_cron_expression_that_is_none(tmp_path: Path, cron: str) -> None:
    with pytest.raises(JiecunError, match="CRON_INVALID") as told:
        deployments(_request(tmp_path), cron, None, 5, 120.0)
    assert told.value.exit_code == EXIT_USAGE


def test_port_and_ui_do_not_go_with_a_users_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    with pytest.raises(JiecunError, match="SERVE_USAGE"):
        serve_forever(_request(tmp_path), ui=True)
    with pytest.raises(JiecunError, match="SERVE_USAGE"):
        serve_forever(_request(tmp_path), port=4200)
    assert not (tmp_path / "house").exists()


def test_one_serve_a_warehouse(tmp_path: Path) -> None:
    request = _request(tmp_path)
    request.warehouse.state.mkdir(parents=True)
    with (
        FileLock(request.warehouse.state / "serve.lock"),
        pytest.raises(JiecunError, match="SERVE_BUSY"),
    ):
        serve_forever(request)


def test_a_port_that_is_taken_is_told_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(JiecunError, match="SERVE_PORT") as told:
            start_server(tmp_path, port, ui=False)
    assert "--port" in told.value.problems[0].remedy
    assert told.value.problems[0].place == f"127.0.0.1:{port}"
