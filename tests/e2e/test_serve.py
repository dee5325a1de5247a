"""``jiecun serve`` for real: two nights, a busy warehouse, a crash, a stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipelines.paths import WarehousePaths
from pipelines.warehouse.lock import warehouse_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.conftest import Contacts, JiecunCmd

ROOT = Path(__file__).resolve().parents[2]
NIGHTLY, MONTH_END = "jiecun-nightly/nightly", "jiecun-month-end/month-end"
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")

#: the command's body, with a schedule for the impatient
PROGRAM = """
import sys
from pathlib import Path
from pipelines.flows.request import RunRequest
from pipelines.flows.serve import serve_forever
from pipelines.paths import RawPaths, WarehousePaths

raw, house = map(Path, sys.argv[1:3])
serve_forever(
    RunRequest(RawPaths(raw), WarehousePaths(house)),
    nightly="* * * * *",
    month_end=None,
    port=0,
    retries=20,
    retry_seconds=2.0,
    tell=lambda line: print(line, flush=True),
)
"""

pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir() or os.name != "posix", reason="reads /proc and sends POSIX signals"
)


class Serving:
    """A running ``serve`` and what its server says."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = process
        self.api = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.api.post(path, json=body).raise_for_status().json()

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/deployments/name/{name}").raise_for_status().json()
        return found

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/flow_runs/{run_id}").raise_for_status().json()
        return found

    def start(self, name: str, **parameters: Any) -> str:
        body = {"parameters": parameters}
        made = self.post(f"/deployments/{self.deployment(name)['id']}/create_flow_run", body)
        return str(made["id"])

    def scheduled(self, state: str) -> list[dict[str, Any]]:
        """The nightly's runs in a state, the earliest first."""
        body = {
            "deployments": {"id": {"any_": [self.deployment(NIGHTLY)["id"]]}},
            "flow_runs": {"state": {"type": {"any_": [state]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        found: list[dict[str, Any]] = self.post("/flow_runs/filter", body)
        return found

    def logs(self, run_id: str) -> str:
        body = {"logs": {"flow_run_id": {"any_": [run_id]}}, "sort": "TIMESTAMP_ASC"}
        return "\n".join(line["message"] for line in self.post("/logs/filter", body))


def until(found: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer; fails the test after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.3)
    return answer


def children(pid: int) -> list[int]:
    """The processes whose parent is ``pid``."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def serving(raw: Path, house: Path, contacts: Contacts, log: Path) -> Iterator[Serving]:
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(raw), str(house)],
            env={**os.environ, **contacts.env},
            cwd=raw,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def url() -> str | None:
        text = log.read_text(encoding="utf-8", errors="replace")
        if process.poll() is not None:
            pytest.fail(f"serve ended:\n{text}")
        lines = [ln for ln in text.splitlines() if ln.startswith("Prefect 服务 ")]
        return lines[0].split()[-1] if lines and f"计划 {MONTH_END}" in text else None

    try:
        server = Serving(process, until(url, 120, "the server"))
        with server.api:
            yield server
    finally:
        for pid in [*children(process.pid), process.pid]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def told_runs(house: Path) -> list[dict[str, Any]]:
    text = (house / "state" / "runs.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_two_nights_a_busy_warehouse_and_a_crash(
    contacts: Contacts, jiecun_cmd: JiecunCmd, tmp_path: Path
) -> None:
    raw, house = tmp_path / "raw", tmp_path / "house"
    done = jiecun_cmd("demo", "--out", raw, "--months", "3", "--settlements", "2000")
    assert done.returncode == 0, done.stderr

    with serving(raw, house, contacts, tmp_path / "first.log") as server:
        first = until(lambda: server.scheduled("COMPLETED"), 110, "the first night")[0]
        assert first["auto_scheduled"]
        published = told_runs(house)
        release = published[0]["release_id"]
        assert [(r["command"], r["published"]) for r in published] == [
            (f"Prefect {first['name']}", True)
        ]
        assert first["state"]["message"] == f"发布 {release}，截至 202303，新文件 26 个"
        assert (house / "current").resolve().name == release
        until(lambda: first["state"]["message"] in server.logs(first["id"]), 20, "the log")

        refused = server.api.post(
            f"/deployments/{server.deployment(MONTH_END)['id']}/create_flow_run",
            json={"parameters": {"through": 13}},
        )
        assert refused.status_code == 409

        with warehouse_lock(WarehousePaths(house), "jiecun close 202303"):
            busy = server.start(MONTH_END, through=202303, retries=1, retry_seconds=1)
            until(lambda: server.run(busy)["state_type"] in ENDED, 60, "the busy run's end")
            state = server.run(busy)["state"]
            assert state["type"] == "FAILED"
            assert "错误 WAREHOUSE_BUSY" in state["message"]
            assert f"正由 jiecun close 202303（进程 {os.getpid()}" in state["message"]
            assert "处理: 等它结束后重试" in state["message"]
            until(lambda: "are exhausted" in server.logs(busy), 20, "the busy run's log")
            logs = server.logs(busy)
            assert "Retry 1/1 will start" in logs
            assert "jiecun close 202303" in logs

            waiting = server.start(MONTH_END, through=202303, retries=20, retry_seconds=60)
            until(lambda: server.run(waiting)["state_type"] == "RUNNING", 60, "the waiting run")
            runs = [p for p in children(server.process.pid) if b"prefect.engine" in _command(p)]
            assert runs
            # the machine loses power
            for pid in (server.process.pid, *runs):
                os.kill(pid, signal.SIGKILL)
            until(lambda: not any(map(alive, runs)), 20, "the end of the runs")

    with serving(raw, house, contacts, tmp_path / "second.log") as server:
        assert server.run(waiting)["state_type"] == "CRASHED"
        assert "中断" in server.run(waiting)["state"]["message"]
        second = until(lambda: server.scheduled("COMPLETED")[1:], 110, "the second night")[0]
        assert second["state"]["message"] == f"没有新数据（26 个文件未变）；当前发布 {release}"
        last = told_runs(house)[1]
        assert (last["command"], last["published"]) == (f"Prefect {second['name']}", False)
        assert server.scheduled("FAILED") == []

        mine = [server.process.pid, *children(server.process.pid)]
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        until(lambda: not any(map(alive, mine)), 20, "the end of its processes")
        with pytest.raises(httpx.TransportError):
            server.api.get("/health")
    assert contacts.hosts() <= {"127.0.0.1", "::1", "localhost"}
    assert (house / "current").resolve().name == release


def test_a_second_serve_is_refused_and_the_first_stops_on_ctrl_c(
    contacts: Contacts, prefect_database: Path, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "prefect").mkdir()
    shutil.copy(prefect_database, tmp_path / "prefect")
    house = tmp_path / "house"
    # a database of its own: the deployments of one server belong to one warehouse
    own = {"PREFECT_HOME": str(tmp_path / "prefect")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(*next(iter(own.items())))
        with serving(tmp_path / "raw", house, contacts, tmp_path / "log") as server:
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM, str(tmp_path / "raw"), str(house)],
                env={**os.environ, **contacts.env},
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            assert done.returncode == 1
            assert "SERVE_BUSY" in done.stderr
            assert _listens_on(server.api.base_url.port) == {"0100007F"}
            os.killpg(server.process.pid, signal.SIGINT)
            assert server.process.wait(60) == 0


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _listens_on(port: int | None) -> set[str]:
    """The local addresses, as the kernel writes them, that listen on a port."""
    rows = [ln.split() for ln in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [r[1].split(":") for r in rows if r[3] == "0A"]
    return {address for address, number in listening if int(number, 16) == port}
