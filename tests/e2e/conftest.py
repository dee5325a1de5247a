"""Real processes for end-to-end tests: a Prefect server on loopback and the jiecun command."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.shared import once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
SERVER_START_SECONDS = 180
COMMAND_SECONDS = 600


#: loaded by every Python process that inherits the environment; notes and refuses other hosts
WATCH = """
import os
import sys


def _watch(event, args):
    if event in ("socket.connect", "socket.sendto"):
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host is None:
        return
    with open(os.environ["CONTACTS"], "a", encoding="utf-8") as notes:
        notes.write(host + chr(10))
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise OSError("no network in tests: " + host)


sys.addaudithook(_watch)
"""


@dataclass(frozen=True)
class Contacts:
    """The hosts that watched processes looked up, connected to or sent datagrams to.

    Start a process with ``env`` to watch it and its Python children.
    """

    notes: Path
    env: Mapping[str, str]

    def hosts(self) -> set[str]:
        return set(self.notes.read_text(encoding="utf-8").split()) if self.notes.exists() else set()


@pytest.fixture(scope="session")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Contacts:
    folder = tmp_path_factory.mktemp("contacts")
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    notes = folder / "hosts.txt"
    search = os.pathsep.join((str(folder), str(ROOT)))
    return Contacts(notes, {"PYTHONPATH": search, "CONTACTS": str(notes)})


#: the first start of a local API in an empty home, and its end
FIRST_START = """
import sys
from pathlib import Path
from pipelines.flows.prefect_setup import start_local_api

api = start_local_api(Path(sys.argv[1]))
api.wait()
api.stop()
"""


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Prefect database without a run, to be copied into a home: building one takes seconds."""

    def build(home: Path) -> None:
        subprocess.run(
            [sys.executable, "-c", FIRST_START, str(home)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(home)},
            check=True,
            timeout=COMMAND_SECONDS,
        )

    return once(tmp_path_factory, "prefect-database", build) / "prefect.db"


class JiecunCmd(Protocol):
    """Runs ``python -m pipelines.cli ARGS`` and waits; output is decoded text."""

    def __call__(
        self,
        *args: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = COMMAND_SECONDS,
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def jiecun_cmd(prefect_database: Path) -> JiecunCmd:
    """The command line in a process of its own; ``env`` is added to this process's environment.

    The session's PREFECT_HOME is inherited, so a warehouse does not build a database of its own.
    A non-zero exit code is returned, not raised.
    """
    home = Path(os.environ["PREFECT_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "prefect.db").exists():
        shutil.copy(prefect_database, home)

    def run(
        *args: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = COMMAND_SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        search = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH")) if p)
        return subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, args)],
            env={**os.environ, "PYTHONPATH": search, **(env or {})},
            cwd=cwd or ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C for the whole group: `prefect server start` passes it on to its own children."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def prefect_server(
    tmp_path_factory: pytest.TempPathFactory, contacts: Contacts, prefect_database: Path
) -> Iterator[str]:
    """URL of a Prefect server started as an operator would start it, with a home of its own.

    The server's own connections are watched.
    """
    home = tmp_path_factory.mktemp("prefect-server")
    shutil.copy(prefect_database, home)
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port)]
    log = home / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", *address, "--no-ui"],
            env={**os.environ, **contacts.env, "PREFECT_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
    try:
        deadline = time.monotonic() + SERVER_START_SECONDS
        while not healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"prefect server did not start:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/api"
    finally:
        if process.poll() is None:
            end(process)


@pytest.fixture(scope="session")
def served_cmd(jiecun_cmd: JiecunCmd, prefect_server: str) -> JiecunCmd:
    """``jiecun_cmd`` against one server for all runs of the session, as an office with a server of
    its own has it: spares each run the start of its own."""

    def run(
        *args: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = COMMAND_SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        server = {"PREFECT_API_URL": prefect_server, "PREFECT_LOGGING_LEVEL": "CRITICAL"}
        return jiecun_cmd(*args, env={**server, **(env or {})}, cwd=cwd, timeout=timeout)

    return run
