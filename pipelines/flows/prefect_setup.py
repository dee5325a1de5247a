"""Prefect as a quiet local library: its settings, and a local API that starts in the background.

Order of use in a program::

    configure(home)                  # before the first ``import prefect``
    api = start_local_api(home)      # returns at once; None when the user runs a server
    ...                              # other work while the server starts (about 3 s)
    if api is not None:
        api.wait()
    with heartbeats_off():           # only with the local API
        some_flow()

Without ``start_local_api`` Prefect starts a temporary server of its own at the first flow: the same
result, but the program first imports the whole server and only then starts it (about 6 s).

This module imports the standard library only; run as a script it *is* the local server.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from pipelines.errors import JiecunError

API_URL = "PREFECT_API_URL"
SERVER_LOG = "server.log"
#: seconds; an empty home runs over a hundred migrations, 10 to 25 s on a busy machine
START_TIMEOUT = 180
STOP_TIMEOUT = 10
#: seconds in which the server must have written what it had received; of it, one look at the counts
DRAIN_TIMEOUT = 5
DRAIN_STEP = 0.05

#: nothing is sent to anyone, whatever the user's environment says
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
}

#: taken only where the user has not chosen
DEFAULTS = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_TIMEOUT),
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
}

_LOOPBACK = "127.0.0.1"
_PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy")


def configure(home: Path, *, api_url: str | None = None) -> None:
    """Set Prefect's environment for this process and its children; call before ``import prefect``.

    (Its settings are read again if it was imported earlier, but its loggers keep their level.)

    ``home`` becomes ``PREFECT_HOME`` (database, results, logs) and is created. It should last, for
    example a folder of the warehouse: the first start in an empty home builds the database.
    ``api_url`` is used only when the user has no ``PREFECT_API_URL``. Everything but the telemetry
    switches keeps a value that the user has set. Safe to call again.
    """
    apply_settings(os.environ, home, api_url=api_url)
    Path(os.environ["PREFECT_HOME"]).expanduser().mkdir(parents=True, exist_ok=True)
    _refresh_imported_prefect()


def apply_settings(
    env: MutableMapping[str, str], home: Path, *, api_url: str | None = None
) -> None:
    """Write the settings of ``configure`` into ``env``; touches nothing else."""
    env.update(TELEMETRY_OFF)
    for name, value in DEFAULTS.items():
        env.setdefault(name, value)
    env.setdefault("PREFECT_HOME", str(home.resolve()))
    if api_url and not env.get(API_URL):
        env[API_URL] = api_url
    _spare_loopback_from_proxy(env)


def _spare_loopback_from_proxy(env: MutableMapping[str, str]) -> None:
    """Calls to 127.0.0.1 must not go through an office proxy, which cannot reach this machine."""
    proxied = any(env.get(n) or env.get(n.upper()) for n in _PROXY_NAMES)
    if not proxied:
        return
    names = [n for n in ("no_proxy", "NO_PROXY") if env.get(n)] or ["NO_PROXY"]
    for name in names:
        hosts = [h.strip() for h in env.get(name, "").split(",") if h.strip()]
        if "*" not in hosts:
            hosts += [h for h in (_LOOPBACK, "localhost") if h not in hosts]
        env[name] = ",".join(hosts)


def _refresh_imported_prefect() -> None:
    """Prefect reads its environment when it is imported; let it look again if that was earlier."""
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


def _not_started(log: Path, found: str) -> JiecunError:
    from pipelines.errors import JiecunError, Problem

    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return JiecunError(
        Problem(
            code="PREFECT_START",
            place="Prefect 本地服务",
            expected="服务启动并回答 /api/health",
            found=found,
            remedy=f"查看 {log}; 或先自行启动 prefect server 并设置 PREFECT_API_URL",
            excerpt=lines[-1] if lines else "",
        )
    )


@dataclass
class LocalApi:
    """A Prefect API of this process, reachable from this machine only."""

    port: int
    log: Path
    _process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}/api"

    def wait(self, timeout: float = START_TIMEOUT) -> str:
        """Return the URL once the API answers.

        The socket listens from the start, so this is one request that is answered when the server
        is up. Raises ``JiecunError`` when it dies or stays silent for ``timeout`` seconds.
        """
        connection = http.client.HTTPConnection(_LOOPBACK, self.port, timeout=timeout)
        try:
            connection.request("GET", "/api/health")
            status: int | str = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        finally:
            connection.close()
        if status != http.client.OK:
            raise _not_started(self.log, f"{timeout:.0f} 秒内没有正常回答 ({status})")
        return self.url

    def stop(self) -> None:
        """Let the server finish what it has received, then end it; safe to call again."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if os.environ.get(API_URL) == self.url:
            del os.environ[API_URL]
            _refresh_imported_prefect()


def start_local_api(home: Path) -> LocalApi | None:
    """Start a Prefect server for this process and point ``PREFECT_API_URL`` at it; do not wait.

    Call after ``configure``; what the server has to complain about goes to ``home``/server.log.
    Returns None, and starts nothing, when ``PREFECT_API_URL`` is set.
    The server ends with this process, even if that is killed: it watches a pipe. It stops at exit
    after Prefect has handed over its last events and logs. Raises ``JiecunError`` when the server
    process cannot be started.
    """
    if os.environ.get(API_URL):
        return None
    home.mkdir(parents=True, exist_ok=True)
    log = home / SERVER_LOG
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PREFECT_UI_ENABLED": "false"},
            # Ctrl-C is for the flow: the server must live to record how it ended
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    first_line = b""
    if process.stdout is not None:
        with process.stdout as said:
            first_line = said.readline().strip()
    if not first_line.isdigit():
        process.kill()
        process.wait()
        raise _not_started(log, "服务进程立即结束")
    api = LocalApi(port=int(first_line), log=log, _process=process)
    os.environ[API_URL] = api.url
    _refresh_imported_prefect()
    atexit.register(api.stop)
    return api


@contextlib.contextmanager
def heartbeats_off() -> Iterator[None]:
    """Run flows without heartbeats, which cost each flow up to a second at its end.

    Heartbeats let a server that outlives the process notice its death, so keep them when the user
    runs a server (``start_local_api`` returned None).
    """
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def _wait_until_recorded() -> None:
    """Return once every event that has arrived is in the database, or after ``DRAIN_TIMEOUT``.

    A server that is stopped cancels the write that is under way. It writes the same events again at
    its very end, but first complains of the write that it has itself cut off.
    """
    from prefect.server.utilities.messaging.memory import METRICS

    def counts() -> tuple[int, ...]:
        return tuple(n for topic in METRICS.copy().values() for n in topic.copy().values())

    def is_done() -> bool:
        return all(t["consumed"] >= t["published"] for t in METRICS.copy().values())

    deadline = time.monotonic() + DRAIN_TIMEOUT
    before = counts()
    while time.monotonic() < deadline:
        time.sleep(DRAIN_STEP)
        now = counts()
        if now == before and is_done():
            return
        before = now


def _serve_until_parent_ends() -> None:
    """Body of the server process: tell the port, serve, stop when standard input closes."""
    listener = socket.create_server((_LOOPBACK, 0))
    print(listener.getsockname()[1], flush=True)
    os.dup2(2, 1)

    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))

    def watch() -> None:
        sys.stdin.buffer.read()
        _wait_until_recorded()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[listener])
    sys.stderr.flush()
    # tearing the interpreter down takes a second and has nothing left to save
    os._exit(0)


if __name__ == "__main__":
    _serve_until_parent_ends()
