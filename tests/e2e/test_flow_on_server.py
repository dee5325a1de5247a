"""``month_end`` against a Prefect server that an operator runs: seen there, and calling nobody."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Protocol

    class Contacts(Protocol):
        env: Mapping[str, str]

        def hosts(self) -> set[str]: ...


STEPS = {"读取区划与规则", "接收数据", "编制凭证", "登账与编制报表", "生成集市", "勾稽检查", "发布"}


@pytest.fixture(scope="module")
def raw(
    tmp_path_factory: pytest.TempPathFactory,
    jiecun_cmd: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    size = ("--months", 3, "--settlements", 2000, "--province", "天津市")
    done = jiecun_cmd("demo", "--out", folder, *size)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_run_is_seen_on_the_server_with_its_steps_and_artifacts(
    prefect_server: str,
    contacts: Contacts,
    jiecun_cmd: Callable[..., subprocess.CompletedProcess[str]],
    raw: Path,
    tmp_path: Path,
) -> None:
    house = tmp_path / "house"
    env = {**contacts.env, "PREFECT_API_URL": prefect_server}
    done = jiecun_cmd("run", "--raw", raw, "--warehouse", house, "--json", env=env)
    assert done.returncode == 0, done.stderr

    runs = _post(f"{prefect_server}/flow_runs/filter", {"sort": "START_TIME_DESC"})
    flow = _post(f"{prefect_server}/flows/filter", {"flows": {"name": {"any_": ["month_end"]}}})
    mine = [r for r in runs if r["flow_id"] == flow[0]["id"]]
    assert mine[0]["state_type"] == "COMPLETED"
    tasks = _post(
        f"{prefect_server}/task_runs/filter", {"flow_runs": {"id": {"any_": [mine[0]["id"]]}}}
    )
    assert {t["name"].rsplit("-", 1)[0] for t in tasks} == STEPS
    assert {t["state_type"] for t in tasks} == {"COMPLETED"}
    artifacts = _post(
        f"{prefect_server}/artifacts/filter", {"flow_runs": {"id": {"any_": [mine[0]["id"]]}}}
    )
    assert {a["key"] for a in artifacts} == {"intake-progress", "intake", "checks", "release"}
    assert contacts.hosts() <= {"127.0.0.1", "::1", "localhost"}
    assert contacts.hosts(), "the watch itself must have seen the server"


def test_a_failed_run_is_seen_as_failed(
    prefect_server: str,
    jiecun_cmd: Callable[..., subprocess.CompletedProcess[str]],
    raw: Path,
    tmp_path: Path,
) -> None:
    bad = shutil.copytree(raw, tmp_path / "raw")
    (bad / "extracts" / "foreign.csv").write_text("x\n", encoding="utf-8")
    done = jiecun_cmd(
        "run",
        "--raw",
        bad,
        "--warehouse",
        tmp_path / "house",
        env={"PREFECT_API_URL": prefect_server},
    )
    assert done.returncode == 1
    runs = _post(f"{prefect_server}/flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1})
    assert runs[0]["state_type"] == "FAILED"


def _post(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = httpx.post(url, json=body, timeout=30)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows
