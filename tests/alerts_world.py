"""A release with the warnings a test wants, and a robot's HTTP server that behaves as told."""

from __future__ import annotations

import json
import re
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb

from pipelines.paths import WarehousePaths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ORDER = {"grey": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}

#: an identity number that stands in a column and in a text of every release made here
PLANTED = "610113199003074519"

_TYPES = {
    "book": "varchar", "warning_id": "varchar", "rule_id": "varchar", "rule_zh": "varchar",
    "series_id": "varchar", "poolarea_no": "varchar", "period_ym": "integer",
    "opened_ym": "integer", "level": "varchar", "level_order": "bigint", "is_raised": "boolean",
    "is_confirmed": "boolean", "is_suppressed": "boolean", "linked_warning_id": "varchar",
    "excess_amt": "decimal(18,2)", "monthly_amt": "decimal(18,2)", "state": "varchar",
    "reason_zh": "varchar", "action_zh": "varchar", "psn_no": "varchar",
}  # fmt: skip


def warning(
    warning_id: str, level: str, period_ym: int = 202411, **more: object
) -> dict[str, object]:
    """A row of ``fct_warning``; columns not given are made up."""
    return {
        "book": "k17",
        "warning_id": warning_id,
        "rule_id": "W-04",
        "rule_zh": "月度支出超季节预算",
        "series_id": f"610100-310-{warning_id}",
        "poolarea_no": "610100",
        "period_ym": period_ym,
        "opened_ym": period_ym,
        "level": level,
        "level_order": ORDER[level],
        "is_raised": True,
        "is_confirmed": True,
        "is_suppressed": False,
        "linked_warning_id": None,
        "excess_amt": "120000.00",
        "monthly_amt": more.get("excess_amt", "120000.00"),
        "state": "opened",
        "reason_zh": f"西安市职工基本医疗保险{period_ym}支出偏高，联系人{PLANTED}",
        "action_zh": "核对支出",
        "psn_no": PLANTED,
        **more,
    }


def make_release(
    paths: WarehousePaths,
    rows: list[dict[str, object]],
    *,
    through: int = 202411,
    name: str = "r1",
    pools: str = "",
) -> Path:
    """A release's folder with the two marts that delivery reads."""
    folder = paths.release(name)
    (folder / "marts").mkdir(parents=True, exist_ok=True)
    columns = ", ".join(f"{column} {kind}" for column, kind in _TYPES.items())
    with closing(duckdb.connect()) as con:
        con.execute(f"create table fct_warning ({columns})")
        for row in rows:
            marks = ", ".join("?" for _ in _TYPES)
            con.execute(f"insert into fct_warning values ({marks})", [row[c] for c in _TYPES])
        con.execute("create table meta_run (attribute varchar, value varchar)")
        con.execute(
            "insert into meta_run values ('through_ym', ?), ('pools', ?)", [str(through), pools]
        )
        for mart in ("fct_warning", "meta_run"):
            file = folder / "marts" / f"{mart}.parquet"
            file.unlink(missing_ok=True)
            con.execute(f"copy {mart} to '{file}' (format parquet)")
    return folder


def warehouse(tmp_path: Path, channels: str) -> WarehousePaths:
    """A warehouse whose file of channels holds this text."""
    paths = WarehousePaths(tmp_path / "w")
    paths.state.mkdir(parents=True, exist_ok=True)
    (paths.state / "alerts.toml").write_text(channels, encoding="utf-8")
    return paths


@dataclass
class Robot:
    """A robot on loopback. ``mode``: ok, errcode, quote, 500, 429, slow, hang, deaf, html.

    ``accepted`` holds the bodies that were answered with the code 0; ``queries`` the raw
    addresses as they came over the wire, accepted or not. ``hang`` never answers and accepts
    nothing; ``deaf`` accepts, and does not get its answer out.
    """

    url: str = ""
    mode: str = "ok"
    #: modes of the next requests, before ``mode`` holds again
    script: list[str] = field(default_factory=list)
    retry_after: str = "1"
    accepted: list[dict[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def texts(self) -> list[str]:
        """The words of the accepted messages."""
        return [_text(body) for body in self.accepted]

    def told(self) -> list[str]:
        """The ids of the warnings in the accepted messages, in their order, repeats and all."""
        return [i for text in self.texts() for i in re.findall(r"（([a-z0-9]+)）$", text, re.M)]


def _text(body: Mapping[str, Any]) -> str:
    if "card" in body:
        return str(body["card"]["elements"][0]["content"])
    markdown = body["markdown"]
    return str(markdown.get("content") or markdown.get("text"))


@contextmanager
def robot(kind: str = "wecom", tls: tuple[Path, Path] | None = None) -> Iterator[Robot]:
    """A robot's server while the block lasts; ``tls`` is its certificate and key."""
    import ssl
    import time

    state = Robot()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.queries.append(self.path)
            state.times.append(time.monotonic())
            mode = state.script.pop(0) if state.script else state.mode
            if mode in ("ok", "deaf"):
                state.accepted.append(body)
            state.arrived.set()
            if mode in ("hang", "deaf", "slow"):
                state.released.wait(2.0 if mode == "slow" else 30.0)
                self.close_connection = True
                return
            status = {"500": 500, "429": 429}.get(mode, 200)
            names = ("code", "msg") if kind == "feishu" else ("errcode", "errmsg")
            code = {"ok": 0, "quote": 777}.get(mode, 93000)
            told = (code, f"about {self.path}")
            answer = json.dumps(dict(zip(names, told, strict=True))).encode()
            self._answer(status, b"<html>proxy</html>" if mode == "html" else answer)

        def _answer(self, status: int, answer: bytes) -> None:
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(*tls)
        server.socket = trust.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def query_of(path: str) -> str:
    """The raw query of an address as it stood on the wire."""
    return urlsplit(path).query
