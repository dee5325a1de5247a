"""The file of channels: what is refused, and that no secret gets into it or out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.alerts.channels import Channel, Keys, find_channel, load_channels, read_secret
from pipelines.errors import JiecunError

if TYPE_CHECKING:
    from pathlib import Path


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_and_a_channel_s_own_options(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
[defaults]
level = "orange"
top = 5
cooldown_hours = 0

[channels.office]
kind = "wecom"
key = "env:WECOM_KEY"

[channels.baoji-mail]
kind = "apprise"
key = "file:/etc/jiecun/mail.url"
level = "yellow"
digest = false
pools = ["610300"]
""",
    )
    office, mail = load_channels(path)
    assert office == Channel(
        "office", "wecom", "env:WECOM_KEY", level="orange", top=5, cooldown_hours=0
    )
    assert (mail.level, mail.digest, mail.pools, mail.top) == ("yellow", False, ("610300",), 5)
    assert find_channel((office, mail), "office") == office
    with pytest.raises(JiecunError, match="ALERTS_CHANNEL"):
        find_channel((office, mail), "offise")
    assert load_channels(tmp_path / "none.toml") == ()


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("kind = [", "ALERTS_FILE", "TOMLDecodeError"),
        ("[channel.a]\nkind='wecom'", "ALERTS_OPTION", "channel"),
        ("[channels.a]\nkind='wecom'", "ALERTS_OPTION", "没有"),
        ("[channels.a]\nkind='weixin'\nkey='env:K'", "ALERTS_OPTION", "weixin"),
        ("[channels.a]\nkind='wecom'\nkey='env:K'\nlevle='red'", "ALERTS_OPTION", "levle"),
        ("[channels.a]\nkind='wecom'\nkey='env:K'\nlevel='橙'", "ALERTS_OPTION", "橙"),
        ("[channels.a]\nkind='wecom'\nkey='env:K'\ntop=0", "ALERTS_OPTION", "0"),
        ("[channels.a]\nkind='wecom'\nkey='env:K'\ntop=true", "ALERTS_OPTION", "bool"),
        ("[channels.a]\nkind='wecom'\nkey='env:K'\npools=[610100]", "ALERTS_OPTION", "其他类型"),
        ("[channels.A]\nkind='wecom'\nkey='env:K'", "ALERTS_OPTION", "其他形式"),
        ("[channels]\na = 3", "ALERTS_OPTION", "int"),
        (
            "[channels.a]\nkind='wecom'\nkey='env:K'\nbase_url='http://qy.example.gov.cn'",
            "ALERTS_URL",
            "http",
        ),
        (
            "[channels.a]\nkind='wecom'\nkey='env:K'\nbase_url='https://h/send?key=top-secret'",
            "ALERTS_URL",
            "其他形式",
        ),
        ("[channels.a]\nkind='wecom'\nkey='top-secret'", "ALERTS_SECRET", "其他写法"),
        (
            "[channels.a]\nkind='dingtalk'\nkey='env:K'\nsecret='top-secret'",
            "ALERTS_SECRET",
            "其他写法",
        ),
    ],
)
def test_a_wrong_file_is_refused_without_quoting_a_secret(
    tmp_path: Path, text: str, code: str, found: str
) -> None:
    with pytest.raises(JiecunError) as info:
        load_channels(write(tmp_path, text))
    (problem,) = info.value.problems
    assert problem.code == code
    assert found in problem.found
    assert "top-secret" not in str(info.value)
    assert info.value.exit_code == 2


def test_a_plain_address_is_taken_on_loopback_or_by_choice(tmp_path: Path) -> None:
    base = "[channels.a]\nkind='wecom'\nkey='env:K'\n"
    for more in (
        "base_url='http://127.0.0.1:8080'",
        "base_url='http://10.1.2.3'\nallow_http=true",
        "base_url='https://qy.example.gov.cn/proxy'",
    ):
        assert len(load_channels(write(tmp_path, base + more))) == 1


def test_secrets_come_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    assert read_secret("env:K", {"K": " abc \n"}) == "abc"
    path = tmp_path / "key"
    path.write_text("abc\n")
    path.chmod(0o600)
    assert read_secret(f"file:{path}") == "abc"
    path.chmod(0o640)
    with pytest.raises(JiecunError) as info:
        read_secret(f"file:{path}")
    assert (info.value.problems[0].code, info.value.problems[0].found) == ("ALERTS_SECRET", "0640")
    for missing in ("env:K", f"file:{tmp_path / 'none'}"):
        with pytest.raises(JiecunError, match="ALERTS_SECRET"):
            read_secret(missing, {"K": ""})
    assert "abc" not in repr(Keys("abc", "abc"))
