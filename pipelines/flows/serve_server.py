"""A Prefect server with a scheduler, of this process and on loopback, for ``jiecun serve``.

Beside the local API of ``prefect_setup`` it makes scheduled runs, may show the user interface, and
listens on a port that a person can know. Run as ``python -m pipelines.flows.serve_server PORT``
this module *is* the server.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows.prefect_setup import API_URL, LocalApi, configure

if TYPE_CHECKING:
    from pathlib import Path

PORT = 4200
SERVER_LOG = "serve-server.log"

_LOOPBACK = "127.0.0.1"


class ScheduleServer(LocalApi):
    """A local API with schedules."""

    @property
    def running(self) -> bool:
        """Whether the server process lives."""
        return self._process.poll() is None


def start_server(home: Path, port: int, *, ui: bool) -> ScheduleServer:
    """Start the server process and point ``PREFECT_API_URL`` at it; do not wait.

    Call after ``configure``. ``port`` 0 takes any free one. What the server has to complain about
    goes to ``home``/serve-server.log. It ends with this process, even if that is killed: it watches
    a pipe. Raises JiecunError ``SERVE_PORT`` where it cannot listen.
    """
    home.mkdir(parents=True, exist_ok=True)
    log = home / SERVER_LOG
    # leases on disk: a slot taken by a run that died is given back after a restart
    settings = {
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        # under load the quick look at new deployments may miss ours; do not wait a minute then
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "10",
        "PREFECT_SERVER_UI_ENABLED": str(ui),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home.resolve() / "ui"),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    }
    env = {k: v for k, v in os.environ.items() if k != "PREFECT_UI_ENABLED"}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.flows.serve_server", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**env, **settings},
            # Ctrl-C is for us: the server must live to record how the runs ended
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    said = process.stdout.readline().decode(errors="replace").strip() if process.stdout else ""
    if process.stdout is not None:
        process.stdout.close()
    if not said.isdigit():
        process.kill()
        process.wait()
        raise JiecunError(
            Problem(
                "SERVE_PORT",
                f"{_LOOPBACK}:{port}",
                "端口可用",
                said or "服务进程立即结束",
                f"用 --port 换一个端口；其他原因见 {log}",
            )
        )
    api = ScheduleServer(port=int(said), log=log, _process=process)
    os.environ[API_URL] = api.url
    configure(home)
    return api


def _run_server(port: int) -> None:
    """Body of the server process: tell the port, serve, stop when standard input closes."""
    # a service manager may signal the whole group; the end of input is the only order taken
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        listener = socket.create_server((_LOOPBACK, port))
    except OSError as error:
        print(error.strerror, flush=True)
        sys.exit(EXIT_USAGE)
    own = listener.getsockname()[1]
    print(own, flush=True)
    os.dup2(2, 1)
    os.environ["PREFECT_SERVER_UI_API_URL"] = f"http://{_LOOPBACK}:{own}/api"

    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app(final=True), log_level="error", lifespan="on", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)

    def serve() -> None:
        server.run(sockets=[listener])
        sys.stderr.flush()
        os._exit(0 if server.started else 1)

    thread = threading.Thread(target=serve)
    thread.start()
    sys.stdin.buffer.read()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    _run_server(int(sys.argv[1]))
