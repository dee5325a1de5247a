"""A flow runs for real, against a server process and against the local API, and calls nobody."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipelines.errors import JiecunError
from pipelines.flows.prefect_setup import TELEMETRY_OFF, apply_settings, start_local_api

if TYPE_CHECKING:
    from tests.e2e.conftest import Contacts

ROOT = Path(__file__).resolve().parents[2]

#: a program as the command line is one: settings, local API, then a flow of two tasks
PROGRAM = """
import json, os, sys
from pathlib import Path

sys.stdout.isatty = lambda: True  # Prefect reports new users from terminals only

from pipelines.flows.prefect_setup import configure, heartbeats_off, start_local_api

home = Path(os.environ["PREFECT_HOME"])
configure(home)
api = start_local_api(home)

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run

@task
def collect():
    return [{"基金": "310", "余额": "1.05"}]

@task
def report(rows):
    create_table_artifact(key="balances", table=rows)
    return flow_run.id

@flow
def close_month():
    return report(collect())

if api is not None:
    api.wait()
    with heartbeats_off():
        run_id = close_month()
else:
    run_id = close_month()

print(json.dumps({"run": run_id, "api": os.environ["PREFECT_API_URL"]}))
"""


def run_flow(contacts: Contacts, env: dict[str, str]) -> dict[str, Any]:
    """Run PROGRAM as a person who has chosen nothing would, and return what it printed."""
    clean = {k: v for k, v in os.environ.items() if k not in (*TELEMETRY_OFF, "CI")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**clean, **contacts.env, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # on a busy machine Prefect says that it is still handing over its last events
    noise = [ln for ln in done.stderr.splitlines() if "Still processing items" not in ln]
    assert noise == []
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_flow_on_a_server_process_is_seen_completed(
    prefect_server: str, contacts: Contacts, tmp_path: Path
) -> None:
    told = run_flow(contacts, {"PREFECT_API_URL": prefect_server, "PREFECT_HOME": str(tmp_path)})

    assert contacts.hosts() == {"127.0.0.1"}
    mine = {"flow_runs": {"id": {"any_": [told["run"]]}}}
    with httpx.Client(base_url=prefect_server, trust_env=False) as client:
        run = client.get(f"/flow_runs/{told['run']}").raise_for_status().json()
        tasks = client.post("/task_runs/filter", json=mine).raise_for_status().json()
        artifacts = client.post("/artifacts/filter", json=mine).raise_for_status().json()
    assert run["state_name"] == "Completed"
    assert sorted(t["name"].split("-")[0] for t in tasks) == ["collect", "report"]
    assert [t["state_name"] for t in tasks] == ["Completed", "Completed"]
    assert [(a["key"], a["type"]) for a in artifacts] == [("balances", "table")]
    assert json.loads(artifacts[0]["data"]) == [{"基金": "310", "余额": "1.05"}]


def test_local_api_records_everything_before_it_stops(contacts: Contacts, tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    home.mkdir()
    told = run_flow(contacts, {"PREFECT_HOME": str(home)})

    assert contacts.hosts() == {"127.0.0.1"}
    assert (home / "server.log").read_text(encoding="utf-8") == ""
    database = sqlite3.connect(home / "prefect.db")
    try:
        flows = database.execute("SELECT state_type FROM flow_run").fetchall()
        tasks = database.execute("SELECT state_type FROM task_run").fetchall()
        artifacts = database.execute("SELECT key, type FROM artifact").fetchall()
    finally:
        database.close()
    assert flows == [("COMPLETED",)]
    assert tasks == [("COMPLETED",), ("COMPLETED",)]
    assert artifacts == [("balances", "table")]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{told['api']}/health", trust_env=False)


def test_settings_keep_the_users_choices_but_not_telemetry(tmp_path: Path) -> None:
    env = {
        "PREFECT_API_URL": "http://prefect.example/api",
        "PREFECT_HOME": "/srv/prefect",
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
        "DO_NOT_TRACK": "0",
    }
    apply_settings(env, tmp_path, api_url="http://127.0.0.1:1/api")
    assert env["PREFECT_API_URL"] == "http://prefect.example/api"
    assert env["PREFECT_HOME"] == "/srv/prefect"
    assert env["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert {k: env[k] for k in TELEMETRY_OFF} == TELEMETRY_OFF


def test_settings_for_a_user_who_has_chosen_nothing(tmp_path: Path) -> None:
    env: dict[str, str] = {}
    apply_settings(env, tmp_path, api_url="http://127.0.0.1:1/api")
    assert env["PREFECT_API_URL"] == "http://127.0.0.1:1/api"
    assert env["PREFECT_HOME"] == str(tmp_path)
    assert "NO_PROXY" not in env


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({"HTTP_PROXY": "p:1"}, "NO_PROXY", "127.0.0.1,localhost"),
        ({"https_proxy": "p:1", "no_proxy": "a.cn"}, "no_proxy", "a.cn,127.0.0.1,localhost"),
        ({"ALL_PROXY": "p:1", "NO_PROXY": "localhost"}, "NO_PROXY", "localhost,127.0.0.1"),
        ({"HTTP_PROXY": "p:1", "NO_PROXY": "*"}, "NO_PROXY", "*"),
    ],
)
def test_an_office_proxy_does_not_see_loopback(
    tmp_path: Path, given: dict[str, str], name: str, expected: str
) -> None:
    env = dict(given)
    apply_settings(env, tmp_path)
    assert env[name] == expected


def test_no_local_api_beside_a_users_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert start_local_api(tmp_path / "unused") is None
    assert not (tmp_path / "unused").exists()


def test_a_server_that_cannot_start_is_told_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "nonsense://")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    api = start_local_api(tmp_path)
    assert api is not None
    try:
        with pytest.raises(JiecunError) as told:
            api.wait(timeout=60)
    finally:
        api.stop()
    problem = told.value.problems[0]
    assert problem.code == "PREFECT_START"
    assert "PREFECT_API_URL" in problem.remedy
    assert str(tmp_path / "server.log") in problem.remedy


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_the_server_ends_with_a_killed_parent(tmp_path: Path, prefect_database: Path) -> None:
    shutil.copy(prefect_database, tmp_path)
    program = (
        "import os; from pathlib import Path\n"
        "from pipelines.flows.prefect_setup import start_local_api\n"
        f"api = start_local_api(Path({str(tmp_path)!r}))\n"
        "print(api.port, flush=True); api.wait(); os.kill(os.getpid(), 9)"
    )
    env = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**env, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == -9
    url = f"http://127.0.0.1:{done.stdout.strip()}/api/health"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived the process it belongs to")
