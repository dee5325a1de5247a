"""The three robots: address, body, signature, and what counts as an acceptance. Pure.

All three answer a refusal with HTTP 200 and a code in the body, so only the code 0 is a success.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipelines.alerts.channels import ROBOTS

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.alerts.channels import Channel, Keys
    from pipelines.alerts.message import Message

#: bytes of UTF-8 that a service takes: WeCom of the text, the others of the whole body
LIMITS = {"wecom": 4096, "dingtalk": 20_000, "feishu": 20_000}

#: what a refusal means and what to do; a code that is not here is told as it came
HINTS = {
    ("wecom", "93000"): "机器人密钥（key）无效或机器人已被移出群",
    ("wecom", "45009"): "超过发送频率限制，稍后补发",
    ("wecom", "40058"): "消息格式或长度不符",
    ("dingtalk", "310000"): "加签、关键词或 IP 名单不符：核对 secret 与本机时钟",
    ("dingtalk", "300001"): "机器人令牌（access_token）无效",
    ("dingtalk", "400101"): "机器人令牌（access_token）不存在",
    ("dingtalk", "400102"): "机器人已停用",
    ("dingtalk", "130101"): "超过发送频率限制，稍后补发",
    ("dingtalk", "410100"): "超过发送频率限制，稍后补发",
    ("feishu", "19001"): "机器人地址（hook 令牌）无效",
    ("feishu", "19021"): "签名不符：核对 secret 与本机时钟",
    ("feishu", "19022"): "本机 IP 不在机器人的白名单内",
    ("feishu", "19024"): "消息不含机器人要求的关键词",
    ("feishu", "11232"): "超过发送频率限制，稍后补发",
    ("feishu", "9499"): "消息格式不符",
}

#: the service is busy: the same message may go through a moment later
BUSY = {("wecom", "-1"), ("dingtalk", "-1"), ("feishu", "11233")}

_COLOUR = {"grey": "grey", "blue": "blue", "yellow": "yellow", "orange": "orange", "red": "red"}
_MAX_ERROR = 120


@dataclass(frozen=True)
class Call:
    """One POST: the address holds secrets and is never shown."""

    url: str
    body: bytes


@dataclass(frozen=True)
class Verdict:
    """What a receiver's answer means."""

    ok: bool
    code: str
    text: str
    is_busy: bool = False


def call(channel: Channel, keys: Keys, message: Message, now: datetime) -> Call:
    """The POST that gives a message to a robot. ``now`` dates the signature (aware or local)."""
    base = (channel.base_url or ROBOTS[channel.kind]).rstrip("/")
    seconds = now.timestamp()
    if channel.kind == "wecom":
        url = f"{base}/cgi-bin/webhook/send?key={quote(keys.key, safe='')}"
    elif channel.kind == "dingtalk":
        url = f"{base}/robot/send?access_token={quote(keys.key, safe='')}"
        if keys.secret:
            stamp = str(int(seconds * 1000))
            sign = quote(_sign(keys.secret.encode(), f"{stamp}\n{keys.secret}".encode()), safe="")
            url += f"&timestamp={stamp}&sign={sign}"
    else:
        url = f"{base}/open-apis/bot/v2/hook/{quote(keys.key, safe='')}"
    return Call(url, _json(payload(channel.kind, message, keys.secret, int(seconds))))


def payload(kind: str, message: Message, secret: str, seconds: int) -> dict[str, Any]:
    """The JSON body of a message for one kind of robot."""
    title, body = message.title, message.body
    if kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": body}}
    if kind == "dingtalk":
        # a single line break is none in this service's markdown
        text = body.replace("\n", "\n\n")
        return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    card = {
        "config": {"wide_screen_mode": True},
        "header": {
            "title": {"tag": "plain_text", "content": title},
            "template": _COLOUR[message.level],
        },
        "elements": [{"tag": "markdown", "content": body}],
    }
    signed: dict[str, Any] = {}
    if secret:
        # here the text that is signed is the key of an empty message
        signed = {
            "timestamp": str(seconds),
            "sign": _sign(f"{seconds}\n{secret}".encode(), b""),
        }
    return {**signed, "msg_type": "interactive", "card": card}


def size(kind: str, message: Message) -> int:
    """Bytes that a service would count; a signature's are allowed for."""
    if kind == "wecom":
        return len(message.body.encode())
    return len(_json(payload(kind, message, "any secret", 10**10)))


def verdict(kind: str, answer: bytes) -> Verdict:
    """What the body of an HTTP 200 says; without a code of 0 it is a refusal."""
    try:
        told = json.loads(answer)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Verdict(False, "NOT_JSON", "对方的回答不是 JSON：核对 base_url")
    names = ("code", "StatusCode") if kind == "feishu" else ("errcode",)
    # type: true and false are numbers to Python
    codes = [told[name] for name in names if type(told.get(name)) is int]
    if not codes:
        return Verdict(False, "NO_CODE", f"对方的回答没有 {names[0]}：核对 base_url")
    code = next((c for c in codes if c != 0), 0)
    if code == 0:
        return Verdict(True, "0", "")
    number = str(code)
    said = str(told.get("errmsg") or told.get("msg") or told.get("StatusMessage") or "")
    text = HINTS.get((kind, number)) or " ".join(said.split())[:_MAX_ERROR]
    return Verdict(False, number, text, is_busy=(kind, number) in BUSY)


def _sign(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
