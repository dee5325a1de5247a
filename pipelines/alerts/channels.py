"""The channels of one warehouse: who is told of what. A TOML file; secrets stand elsewhere."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["wecom", "dingtalk", "feishu", "apprise"]

LEVELS = ("grey", "blue", "yellow", "orange", "red")
ROBOTS = {
    "wecom": "https://qyapi.weixin.qq.com",
    "dingtalk": "https://oapi.dingtalk.com",
    "feishu": "https://open.feishu.cn",
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Keys:
    """The secrets of a channel as read; neither is ever shown."""

    key: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Channel:
    """One receiver. ``key`` and ``secret`` name where a secret is (``env:NAME``, ``file:PATH``).

    ``level`` is the least level told; ``pools`` limits it to pooling areas (empty = all).
    ``digest``: one message a run, the ``top`` warnings by yuan named and the rest counted; without
    it every warning is named, in as many messages as that takes. ``cooldown_hours``: how long a
    series and rule is silent after a message, unless its level rises.
    """

    name: str
    kind: Kind
    key: str
    secret: str = ""
    base_url: str = ""
    ca_file: str = ""
    allow_http: bool = False
    level: str = "yellow"
    pools: tuple[str, ...] = ()
    digest: bool = True
    top: int = 10
    closed: bool = True
    cooldown_hours: float = 24.0
    timeout_seconds: float = 5.0
    tries: int = 3
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 20.0
    max_bytes: int = 0

    @property
    def least(self) -> int:
        """The order of the least level told, grey 0 … red 4."""
        return LEVELS.index(self.level)


#: TOML type, least value and greatest value of each option; None where any is right
_OPTIONS: Mapping[str, tuple[type, float | None, float | None]] = {
    "kind": (str, None, None),
    "key": (str, None, None),
    "secret": (str, None, None),
    "base_url": (str, None, None),
    "ca_file": (str, None, None),
    "allow_http": (bool, None, None),
    "level": (str, None, None),
    "pools": (list, None, None),
    "digest": (bool, None, None),
    "top": (int, 1, 200),
    "closed": (bool, None, None),
    "cooldown_hours": (float, 0, 24 * 92),
    "timeout_seconds": (float, 0.05, 60),
    "tries": (int, 1, 6),
    "backoff_seconds": (float, 0, 30),
    "longest_wait_seconds": (float, 0, 120),
    "max_bytes": (int, 0, 1_000_000),
}
_TOLD = {str: "文字", bool: "true 或 false", list: "文字的列表", int: "整数", float: "数"}


def load_channels(path: Path) -> tuple[Channel, ...]:
    """The channels of a file in its order; none where there is no file.

    ``[defaults]`` holds options for all; ``[channels.NAME]`` one channel each. Raises JiecunError
    ALERTS_FILE (not TOML, or not readable), ALERTS_OPTION (unknown or wrong), ALERTS_SECRET (a
    secret written into the file), ALERTS_URL.
    """
    if not path.exists():
        return ()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # the parser's words may quote the line, and the line may hold a secret
        place = re.search(r"\(at line \d+, column \d+\)", str(error))
        found = f"{type(error).__name__} {place.group() if place else ''}".strip()
        raise _refused("ALERTS_FILE", path.name, "可读的 TOML 文件", found, "改正该文件") from None
    for name in told:
        if name not in ("defaults", "channels"):
            raise _option(path.name, "[defaults] 与 [channels.名称]", name)
    defaults, channels = told.get("defaults", {}), told.get("channels", {})
    if not isinstance(defaults, dict) or not isinstance(channels, dict):
        raise _option(path.name, "[defaults] 与 [channels.名称] 两种表", "其他写法")
    return tuple(_channel(path.name, name, defaults, own) for name, own in channels.items())


def find_channel(channels: tuple[Channel, ...], name: str) -> Channel:
    """The channel of that name. Raises JiecunError ALERTS_CHANNEL."""
    for channel in channels:
        if channel.name == name:
            return channel
    known = "、".join(c.name for c in channels) or "无"
    raise _refused("ALERTS_CHANNEL", "渠道", f"已配置的渠道：{known}", name, "改正名称或加上该渠道")


def read_secret(where: str, env: Mapping[str, str] | None = None) -> str:
    """The secret that ``env:NAME`` or ``file:PATH`` names, without white space around it.

    Raises JiecunError ALERTS_SECRET where it is missing, empty, or a file that others can read.
    """
    scheme, _, rest = where.partition(":")
    if scheme == "env":
        value = (os.environ if env is None else env).get(rest, "").strip()
        if not value:
            raise _secret(f"环境变量 {rest}", "已设置且不空", "未设置", f"设置环境变量 {rest}")
        return value
    path = Path(rest).expanduser()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise _secret(rest, "只有本人可读（0600）", f"{mode:04o}", f"chmod 600 {rest}")
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _secret(rest, "可读的密钥文件", type(error).__name__, "改正路径或权限") from None
    if not value:
        raise _secret(rest, "一行密钥", "空文件", "写入密钥")
    return value


def read_keys(channel: Channel) -> Keys:
    """The secrets of a channel. Raises JiecunError ALERTS_SECRET."""
    return Keys(read_secret(channel.key), read_secret(channel.secret) if channel.secret else "")


def _channel(file: str, name: str, defaults: Mapping[str, Any], own: Any) -> Channel:
    place = f"{file} [channels.{name}]"
    if not _NAME.fullmatch(name):
        raise _option(file, "渠道名称由小写字母、数字、- 与 _ 组成，至多40位", "其他形式")
    if not isinstance(own, dict):
        raise _option(place, f"[channels.{name}] 表", type(own).__name__)
    options = {**_checked(f"{file} [defaults]", defaults), **_checked(place, own)}
    for needed in ("kind", "key"):
        if needed not in options:
            raise _option(place, f"写明 {needed}", "没有")
    for secret in ("key", "secret"):
        where = str(options.get(secret, ""))
        if where and not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", where):
            raise _secret(
                f"{place} {secret}", "env:变量名 或 file:路径", "其他写法（不显示）",
                "密钥放入环境变量或 0600 文件，配置中只写其所在",
            )  # fmt: skip
    kind = options["kind"]
    if kind not in (*ROBOTS, "apprise"):
        raise _option(f"{place} kind", "wecom、dingtalk、feishu 或 apprise", str(kind))
    if options.get("level", "yellow") not in LEVELS:
        raise _option(f"{place} level", "、".join(LEVELS), str(options["level"]))
    channel = Channel(**{"name": name, **options})
    _check_url(place, channel)
    return channel


def _checked(place: str, table: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _OPTIONS:
            known = "、".join(f.name for f in fields(Channel) if f.name != "name")
            raise _option(place, f"选项之一：{known}", name)
        kind, least, most = _OPTIONS[name]
        fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise _option(f"{place} {name}", _TOLD[kind], type(value).__name__)
        if least is not None and most is not None and not least <= value <= most:
            raise _option(f"{place} {name}", f"{least:g} 至 {most:g}", f"{value:g}")
        if kind is list:
            if not all(isinstance(item, str) for item in value):
                raise _option(f"{place} {name}", _TOLD[kind], "含其他类型")
            value = tuple(value)  # noqa: PLW2901
        out[name] = value
    return out


def _check_url(place: str, channel: Channel) -> None:
    if not channel.base_url:
        return
    url = urlsplit(channel.base_url)
    if channel.kind == "apprise" or url.query or url.fragment or url.username or not url.hostname:
        raise _refused(
            "ALERTS_URL", f"{place} base_url", "机器人服务的地址，不含密钥、参数与用户名",
            "其他形式（不显示）", "如 https://qyapi.example.gov.cn",
        )  # fmt: skip
    plain = url.scheme == "http" and (channel.allow_http or url.hostname in _LOOPBACK)
    if url.scheme != "https" and not plain:
        raise _refused(
            "ALERTS_URL", f"{place} base_url", "https", url.scheme or "没有协议",
            "改用 https；内网确只有 http 时加 allow_http = true（密钥将明文传送）",
        )  # fmt: skip


def _option(place: str, expected: str, found: str) -> JiecunError:
    return _refused("ALERTS_OPTION", place, expected, found, "改正渠道配置，见 docs/alerts.md")


def _secret(place: str, expected: str, found: str, remedy: str) -> JiecunError:
    return _refused("ALERTS_SECRET", place, expected, found, remedy)


def _refused(code: str, place: str, expected: str, found: str, remedy: str) -> JiecunError:
    return JiecunError(Problem(code, place, expected, found, remedy), exit_code=EXIT_USAGE)
