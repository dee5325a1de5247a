"""A flow runs for real, against a server process and against the local API, and calls nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipelines.flows.prefect_setup import TELEMETRY_OFF

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Contacts

PROGRAM = '''
import json, os, sys
from pathlib import Path

sys.stdout.isatty = lambda: True  # Prefect reports new users from terminals only

from pipelines.flows.prefect_setup import configure, heartbeats_off, start_local_api

configure(Path(os.environ["PREFECT_HOME"]))
api = start_local_api()

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
    assert done.stderr == ""
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
