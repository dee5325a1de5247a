"""One message by apprise: mail, and whatever else it can reach. Three of its ways are refused."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.alerts.robots import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.alerts.channels import Channel
    from pipelines.alerts.message import Message

#: measured with apprise 1.13.1: where a message must not go this way, and why
REFUSED = {
    "wecom": 'wecom:// 会把内容发往第三方中转站；改用 kind = "wecom"',
    "pushplus": 'pushplus:// 是第三方中转站；改用 kind = "wecom" 或邮件',
    "wecombot": 'wecombot:// 把被拒的消息报作成功；改用 kind = "wecom"',
    "dingtalk": 'dingtalk:// 把被拒的消息报作成功，加签也不对；改用 kind = "dingtalk"',
    "feishu": 'feishu:// 把被拒的消息报作成功；改用 kind = "feishu"',
    "lark": 'lark:// 把被拒的消息报作成功；改用 kind = "feishu"',
}

#: nothing limits a mail; this keeps one readable
MAX_BYTES = 100_000


def send(channel: Channel, url: str, message: Message) -> Verdict:
    """Send a message to an apprise address; never raises.

    A mail server's refusal is told by its SMTP code. Where an address names several recipients
    and one of them fails, all of them get the message again with the next try.
    """
    import apprise

    scheme = url.partition("://")[0].lower()
    if scheme in REFUSED:
        return Verdict(False, "SCHEME_REFUSED", REFUSED[scheme])
    with _heard() as lines:
        target = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if target is None:
            return Verdict(False, "ADDRESS", "地址不是 apprise 认得的形式（不显示）")
        target.socket_connect_timeout = channel.timeout_seconds
        target.socket_read_timeout = channel.timeout_seconds
        sender = apprise.Apprise()
        sender.add(target)
        try:
            ok = sender.notify(
                body=message.body,
                title=f"{message.title} 批次{message.number}",
                body_format=apprise.NotifyFormat.TEXT,
            )
        except Exception as error:
            return Verdict(False, "SEND", f"发送出错：{type(error).__name__}")
    if ok:
        return Verdict(True, "0", "")
    return _reason("\n".join(lines))


def _reason(heard: str) -> Verdict:
    if found := re.search(r"\(([45][0-9]{2}), ", heard):
        return Verdict(False, f"SMTP_{found.group(1)}", "邮件服务器拒收")
    if re.search(r"timed out", heard):
        return Verdict(False, "TIMEOUT", "邮件服务器没有按时回答，可能已送达")
    if re.search(r"[Cc]onnection|Errno|SSL", heard):
        return Verdict(False, "CONNECT", "连不上邮件服务器：地址、端口、证书或网络")
    return Verdict(False, "SEND", "没有发出")


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What apprise logs meanwhile, kept from every other log: it holds addresses."""
    logger = logging.getLogger("apprise")
    lines: list[str] = []
    handler = _Keep(lines)
    was = (logger.level, logger.propagate, logger.handlers[:])
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.handlers[:] = [handler]
    try:
        yield lines
    finally:
        logger.setLevel(was[0])
        logger.propagate = was[1]
        logger.handlers[:] = was[2]


class _Keep(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
