"""Warnings reach real servers on loopback, whatever goes wrong first; none is lost or told twice.

What dies is a process or a server, not a disk. "Once" holds for every failure that the sender can
see; a crash between an acceptance and its note repeats the message, which is shown, too.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from aiosmtpd.controller import Controller

from pipelines.alerts.channels import load_channels
from pipelines.alerts.deliver import Summary, deliver, send_test
from pipelines.alerts.outbox import outbox_path, read_box
from pipelines.paths import ROOT, WarehousePaths
from pipelines.settings import Settings
from tests.alerts_world import PLANTED, Robot, make_release, query_of, robot, warehouse, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

NOW = datetime(2024, 12, 5, 6, 0)
KEY = "robot-key-0f3d8a"
FAST = """
[defaults]
timeout_seconds = 0.5
tries = 2
backoff_seconds = 0.01
longest_wait_seconds = 1
cooldown_hours = 0
"""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOT_KEY", KEY)
    monkeypatch.setenv("ROBOT_SECRET", "SEC-4c7e")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("JIECUN_ALERTS", raising=False)


def channel(url: str, kind: str = "wecom", name: str = "office", more: str = "") -> str:
    return f"""
[channels.{name}]
kind = "{kind}"
key = "env:ROBOT_KEY"
base_url = "{url}"
{more}
"""


def three() -> list[dict[str, object]]:
    return [warning("a1", "red"), warning("b2", "orange"), warning("c3", "yellow")]


def tell(paths: WarehousePaths, release: Path | None) -> Summary:
    return deliver(paths, release, Settings(), NOW)


@pytest.mark.parametrize(
    ("kind", "mode", "code"),
    [
        ("wecom", "errcode", "93000"),
        ("dingtalk", "errcode", "93000"),
        ("feishu", "errcode", "93000"),
        ("wecom", "500", "HTTP_500"),
        ("wecom", "429", "RATE_LIMITED"),
        ("wecom", "slow", "TIMEOUT"),
        ("wecom", "html", "NOT_JSON"),
    ],
)
def test_after_recovery_every_warning_has_arrived_once(
    tmp_path: Path, kind: str, mode: str, code: str
) -> None:
    with robot(kind) as server:
        server.retry_after = "60"
        paths = warehouse(tmp_path, FAST + channel(server.url, kind))
        release = make_release(paths, three())
        server.mode = mode
        failed = tell(paths, release)
        assert (failed.ok, failed.recorded) == (False, 3)
        (result,) = failed.channels
        assert (result.code, result.delivered, result.pending) == (code, 0, 3)
        assert server.told() == []

        server.mode = "ok"
        mended = tell(paths, None)
        assert (mended.ok, mended.recorded) == (True, 0)
        assert sorted(server.told()) == ["a1", "b2", "c3"]
        assert tell(paths, release).channels[0].messages == 0
        assert len(server.accepted) == 1
    assert [a.ok for a in read_box(paths).attempts] == [False, True]


def test_a_dead_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    paths = warehouse(tmp_path, FAST + channel(f"http://127.0.0.1:{port}"))
    release = make_release(paths, three())
    (result,) = tell(paths, release).channels
    assert (result.code, result.pending) == ("CONNECT", 3)
    with robot() as server:
        (paths.state / "alerts.toml").write_text(FAST + channel(server.url))
        assert tell(paths, release).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]


@pytest.mark.parametrize(("script", "waited"), [(["500"], 0.0), (["slow"], 0.3), (["429"], 1.0)])
def test_a_short_failure_is_mended_within_the_run(
    tmp_path: Path, script: list[str], waited: float
) -> None:
    with robot() as server:
        server.script = [*script]
        paths = warehouse(tmp_path, FAST + channel(server.url))
        assert tell(paths, make_release(paths, three())).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]
        assert len(server.queries) == 2
        assert server.times[1] - server.times[0] >= waited


@pytest.mark.parametrize(
    ("mode", "retry_after", "waits"),
    [
        ("500", "", [0.01, 0.02, 0.04]),
        ("429", "1", [1.0, 1.0, 1.0]),
        ("429", "60", []),
        ("429", "soon", [0.01, 0.02, 0.04]),
        ("429", "Thu, 01 Jan 2015 00:00:00 GMT", [0.0, 0.0, 0.0]),
        ("errcode", "", []),
    ],
)
def test_how_long_a_run_waits_before_it_tries_again(
    tmp_path: Path, mode: str, retry_after: str, waits: list[float]
) -> None:
    with robot() as server:
        server.mode, server.retry_after = mode, retry_after
        paths = warehouse(tmp_path, FAST.replace("tries = 2", "tries = 4") + channel(server.url))
        slept: list[float] = []
        release = make_release(paths, three())
        summary = deliver(paths, release, Settings(), NOW, sleep=slept.append)
        assert (summary.ok, slept) == (False, waits)
        assert len(server.queries) == len(waits) + 1


def test_one_dead_channel_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    with robot() as dead, robot("feishu") as alive:
        dead.mode = "500"
        told = channel(dead.url) + channel(alive.url, "feishu", "chief")
        paths = warehouse(tmp_path, FAST + told)
        office, chief = tell(paths, make_release(paths, three())).channels
        assert (office.ok, chief.ok) == (False, True)
        dead.mode = "ok"
        assert tell(paths, None).ok
        assert sorted(dead.told()) == sorted(alive.told()) == ["a1", "b2", "c3"]


def test_what_later_runs_find_joins_what_is_pending(tmp_path: Path) -> None:
    with robot() as server:
        server.mode = "500"
        paths = warehouse(tmp_path, FAST + channel(server.url))
        tell(paths, make_release(paths, three()))
        later = [
            warning("a1", "red", 202412, opened_ym=202411),
            warning("b2", "red", 202412, opened_ym=202411),
            warning("d4", "yellow", 202412),
        ]
        server.mode = "ok"
        done = tell(paths, make_release(paths, later, through=202412, name="r2"))
        assert (done.recorded, done.channels[0].delivered) == (3, 4)
        assert sorted(server.told()) == ["a1", "b2", "c3", "d4"]
        (text,) = server.texts()
        assert "新报 2 条、升级 1 条、解除 1 条（红 2、黄 1）" in text.replace("新报后", "新报")


def test_without_a_digest_a_failure_in_the_middle_repeats_nothing(tmp_path: Path) -> None:
    many = [warning(f"w{at}", "orange", excess_amt=f"{at}0000") for at in range(10, 30)]
    with robot() as server:
        server.script = ["ok", "ok", "errcode"]
        more = "digest = false\nmax_bytes = 900"
        paths = warehouse(tmp_path, FAST + channel(server.url, more=more))
        (broken,) = tell(paths, make_release(paths, many)).channels
        assert (broken.messages, broken.code) == (2, "93000")
        assert broken.delivered + broken.pending == 20
        assert tell(paths, None).ok
        assert sorted(server.told()) == [f"w{at}" for at in range(10, 30)]
        assert all(len(text.encode()) <= 900 for text in server.texts())


def test_a_run_sends_a_robot_no_more_than_it_takes(tmp_path: Path) -> None:
    many = [warning(f"w{at}", "orange") for at in range(10, 30)]
    with robot() as server:
        more = "digest = false\nmax_bytes = 300"
        paths = warehouse(tmp_path, FAST + channel(server.url, more=more))
        release = make_release(paths, many)
        (result,) = tell(paths, release).channels
        assert (result.messages, result.delivered, result.pending) == (15, 15, 5)
        assert (result.ok, result.code) == (False, "MORE")
        assert tell(paths, release).ok
        assert sorted(server.told()) == [f"w{at}" for at in range(10, 30)]


def test_a_cool_down_holds_back_and_then_tells(tmp_path: Path) -> None:
    """Times with and without a zone may be mixed: a scheduler's are aware, a person's are not."""
    with robot() as server:
        cool = FAST.replace("cooldown_hours = 0", "cooldown_hours = 24")
        paths = warehouse(tmp_path, cool + channel(server.url))
        first = make_release(paths, [warning("a1", "orange", series_id="s")])
        assert deliver(paths, first, Settings(), NOW.astimezone(UTC)).ok
        empty = make_release(paths, [], name="r2")
        held = deliver(paths, empty, Settings(), datetime(2024, 12, 6, 5, 59))
        assert (held.ok, held.channels[0].held, len(server.accepted)) == (True, 1, 1)
        later = datetime(2024, 12, 6, 6, 1)
        assert deliver(paths, None, Settings(), later).channels[0].delivered == 1
        assert server.texts()[1].split("\n")[1] == "解除 1 条"


def spawn(paths: WarehousePaths, release: Path) -> subprocess.Popen[bytes]:
    child = ROOT / "tests" / "e2e" / "alerts_child.py"
    search = os.pathsep.join((str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])))
    return subprocess.Popen(
        [sys.executable, str(child), str(paths.root), str(release)],
        env={**os.environ, "PYTHONPATH": search},
    )


def killed_while_sending(server: Robot, paths: WarehousePaths, release: Path) -> None:
    process = spawn(paths, release)
    try:
        assert server.arrived.wait(30), "the child sent nothing"
        assert len(read_box(paths).events) == 3
    finally:
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        server.released.set()


def test_a_kill_between_writing_and_sending_loses_nothing(tmp_path: Path) -> None:
    with robot() as server:
        server.mode = "hang"
        patient = FAST.replace("0.5", "30")
        paths = warehouse(tmp_path, patient + channel(server.url))
        release = make_release(paths, three())
        killed_while_sending(server, paths, release)
        assert read_box(paths).attempts == []
        server.mode = "ok"
        assert tell(paths, release).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]


def test_a_kill_before_the_note_repeats_the_message_under_its_number(tmp_path: Path) -> None:
    with robot() as server:
        server.mode = "deaf"
        patient = FAST.replace("0.5", "30")
        paths = warehouse(tmp_path, patient + channel(server.url))
        release = make_release(paths, three())
        killed_while_sending(server, paths, release)
        server.mode = "ok"
        assert tell(paths, release).ok
        first, second = server.texts()
        assert first == second
        assert first.split("\n")[-1].startswith("批次 ")


def test_the_signature_is_encoded_once_on_the_wire(tmp_path: Path) -> None:
    import base64
    import hashlib
    import hmac
    from urllib.parse import parse_qs

    with robot("dingtalk") as server:
        more = 'secret = "env:ROBOT_SECRET"'
        paths = warehouse(tmp_path, FAST + channel(server.url, "dingtalk", more=more))
        for at in range(8):
            (chosen,) = load_channels(paths.state / "alerts.toml")
            assert send_test(chosen, NOW).ok, at
        for path in server.queries:
            assert "%25" not in path
            told = {name: value for name, (value,) in parse_qs(query_of(path)).items()}
            stamp = told["timestamp"]
            assert abs(int(stamp) / 1000 - time.time()) < 60
            expected = hmac.new(b"SEC-4c7e", f"{stamp}\nSEC-4c7e".encode(), hashlib.sha256)
            assert base64.b64decode(told["sign"]) == expected.digest()


def test_no_secret_and_no_person_gets_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with robot() as server:
        server.script = ["quote", "429"]
        paths = warehouse(tmp_path, FAST + channel(server.url))
        release = make_release(paths, three())
        # this robot's refusal quotes the address, key and all
        refused = tell(paths, release)
        assert "key=***" in refused.channels[0].text
        told = [refused, tell(paths, None), tell(paths, None)]
        sent = "\n".join(server.texts())
    seen = "\n".join(
        (outbox_path(paths).read_text(), caplog.text, *capfd.readouterr(), *map(repr, told))
    )
    assert "a1" in seen
    assert KEY not in seen
    assert PLANTED not in seen + sent
    assert "联系人＊＊＊" in sent


def test_no_channel_no_work(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "w")
    assert tell(paths, make_release(paths, three())) == Summary("r1", 0, (), ())
    assert not paths.state.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [("[channels.a]\nkind = 3", "ALERTS_OPTION"), ("x", "ALERTS_FILE")],
)
def test_a_wrong_file_fails_no_run_and_loses_nothing(tmp_path: Path, text: str, code: str) -> None:
    with robot() as server:
        paths = warehouse(tmp_path, text)
        release = make_release(paths, three())
        summary = tell(paths, release)
        assert not summary.ok
        assert code in summary.problems[0]
        (paths.state / "alerts.toml").write_text(FAST + channel(server.url))
        assert tell(paths, release).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]


def test_a_release_that_cannot_be_read_holds_up_nothing(tmp_path: Path) -> None:
    with robot() as server:
        server.mode = "500"
        paths = warehouse(tmp_path, FAST + channel(server.url))
        tell(paths, make_release(paths, three()))
        server.mode = "ok"
        broken = paths.release("r2")
        broken.mkdir()
        summary = tell(paths, broken)
        assert "ALERTS_RELEASE" in summary.problems[0]
        assert sorted(server.told()) == ["a1", "b2", "c3"]


def test_a_missing_key_keeps_the_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with robot() as server:
        paths = warehouse(tmp_path, FAST + channel(server.url))
        release = make_release(paths, three())
        monkeypatch.delenv("ROBOT_KEY")
        (result,) = tell(paths, release).channels
        assert (result.code, result.pending) == ("ALERTS_SECRET", 3)
        assert "ROBOT_KEY" in result.text
        monkeypatch.setenv("ROBOT_KEY", KEY)
        assert tell(paths, release).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "robot")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2120, 1, 1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, private


def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    cert, private = self_signed(tmp_path)
    with robot(tls=(cert, private)) as server:
        paths = warehouse(tmp_path, FAST + channel(server.url))
        release = make_release(paths, three())
        file = paths.state / "alerts.toml"
        assert tell(paths, release).channels[0].code == "CONNECT"
        file.write_text(FAST + channel(server.url, more=f'ca_file = "{tmp_path}/none.pem"'))
        assert tell(paths, release).channels[0].code == "CA_FILE"
        file.write_text(FAST + channel(server.url, more=f'ca_file = "{cert}"'))
        assert tell(paths, release).ok
        assert sorted(server.told()) == ["a1", "b2", "c3"]


class Post:
    """A mail server's office: keeps what it takes, refuses with ``refuse`` where that is set."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = ""
        self.slow = 0.0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.slow:
            import asyncio

            await asyncio.sleep(self.slow)
            return "451 too slow"
        if self.refuse:
            return self.refuse
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def mail_server(office: Post) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mail_channel(port: int, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"mailto://127.0.0.1:{port}/?from=jiecun@example.org&to=office@example.org&mode=insecure"
    monkeypatch.setenv("MAIL_URL", url)
    return '\n[channels.mail]\nkind = "apprise"\nkey = "env:MAIL_URL"\ndigest = false\n'


def mail_body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("451 busy", "SMTP_451"),
        ("554 refused", "SMTP_554"),
        ("slow", "TIMEOUT"),
        ("dead", "CONNECT"),
    ],
)
def test_mail_arrives_once_after_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, code: str
) -> None:
    office = Post()
    with mail_server(office) as port:
        paths = warehouse(tmp_path, FAST + mail_channel(port, monkeypatch))
        release = make_release(paths, three())
        if fault == "dead":
            with socket.create_server(("127.0.0.1", 0)) as taken:
                dead = taken.getsockname()[1]
            mail_channel(dead, monkeypatch)
        elif fault == "slow":
            office.slow = 1.0
        else:
            office.refuse = fault
        (failed,) = tell(paths, release).channels
        assert (failed.code, failed.pending) == (code, 3)
        assert "example.org" not in repr(failed)
        office.refuse, office.slow = "", 0.0
        mail_channel(port, monkeypatch)
        assert tell(paths, release).ok
        (mail,) = office.mails
        assert "医保基金预警 2024年11月" in mail["subject"]
        assert mail["to"] == "office@example.org"
        body = mail_body(mail)
        assert [body.count(f"（{i}）") for i in ("a1", "b2", "c3")] == [1, 1, 1]
        assert PLANTED not in body
        assert tell(paths, release).channels[0].messages == 0


def test_ways_that_relay_or_lie_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = warehouse(tmp_path, FAST + mail_channel(1, monkeypatch))
    release = make_release(paths, three())
    for url in ("wecom://token", "WeCom://token", "wecombot://key", "dingtalk://tok", "feishu://t"):
        monkeypatch.setenv("MAIL_URL", url)
        (result,) = tell(paths, release).channels
        assert (result.code, result.pending) == ("SCHEME_REFUSED", 3)
    monkeypatch.setenv("MAIL_URL", "nonsense")
    assert tell(paths, release).channels[0].code == "ADDRESS"


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app
    from pipelines.errors import JiecunError
    from pipelines.warehouse.release import switch_to

    with robot() as server:
        server.mode = "errcode"
        paths = warehouse(tmp_path, FAST + channel(server.url))
        release = make_release(paths, three())
        (release / "manifest.json").write_text("{}")
        switch_to(paths, "r1")

        def run(*args: str) -> tuple[int, str]:
            done = CliRunner().invoke(app, ["alerts", *args, "--warehouse", str(paths.root)])
            if isinstance(done.exception, JiecunError):
                return done.exception.exit_code, str(done.exception)
            return done.exit_code, done.output

        code, printed = run("send")
        assert code == 1
        assert "预警 → office：送达 0 条（0 条消息），待发 3 条；未送达：93000" in printed
        assert run("list", "--json")[0] == 0
        listed = json.loads(run("list", "--json")[1])
        assert [e["delivery"] for e in listed["events"]] == ["pending"] * 3
        assert listed["channels"][0]["last_code"] == "93000"
        code, printed = run("test", "office")
        assert (code, printed.split("\n")[0]) == (1, "错误 ALERTS_SEND: 渠道 office")
        server.mode = "ok"
        assert run("test", "office") == (0, "渠道 office 已收下测试消息\n")
        assert run("send", "--json")[0] == 0
        assert run("list")[1] == "office（wecom，黄色及以上）：待发 0 条，已送达 3 条\n"
        every = json.loads(run("list", "--all", "--json")[1])
        assert [e["attempt_cnt"] for e in every["events"]] == [2, 2, 2]
        shown = run("list", "--all")[1]
        assert shown.count("已送达") == 4
        assert "yellow" not in shown
        sent = "select warning_id, delivery, failed_cnt from alert_event order by event_no"
        table = duckdb.execute(sent.replace("alert_event", f"'{paths.alerts}/alert_event.parquet'"))
        assert table.fetchall() == [(i, "delivered", 1) for i in ("a1", "b2", "c3")]
        assert run("send", "--channel", "offise")[0] == 2
        assert sorted(server.told()) == ["a1", "b2", "c3", "test"]
