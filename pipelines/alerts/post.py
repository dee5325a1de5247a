"""One message to one robot over HTTP: time-outs, retries with back-off, no secret in any word."""

from __future__ import annotations

import logging
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from pipelines.alerts.robots import Verdict, call, verdict
from pipelines.alerts.rows import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.alerts.channels import Channel, Keys
    from pipelines.alerts.message import Message
    from pipelines.alerts.robots import Call

_ANSWER_BYTES = 65_536
_TOO_MANY = 429
_TOO_OFTEN = "RATE_LIMITED"


@dataclass(frozen=True)
class Tried:
    """How one POST ended; ``wait`` is what the receiver asked for, in seconds."""

    verdict: Verdict
    again: bool
    wait: float | None = None


def post(
    channel: Channel,
    keys: Keys,
    message: Message,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> Verdict:
    """Send a message, trying again where that can help; the last verdict, never an exception.

    Tried again: time-outs, dead connections, 5xx, 429 (after ``Retry-After`` where that is no
    longer than ``longest_wait_seconds``), a service that says it is busy. Not tried again in this
    run: any other refusal; more messages over a robot's rate limit make its ban longer.
    """
    try:
        verify = _trust(channel.ca_file)
    except OSError as error:
        return Verdict(False, "CA_FILE", f"读不到 ca_file：{type(error).__name__}")
    tried = Tried(Verdict(False, "NONE", ""), again=False)
    with (
        _quiet_logs(),
        httpx.Client(
            timeout=channel.timeout_seconds, verify=verify, follow_redirects=False
        ) as client,
    ):
        for attempt in range(channel.tries):
            # a signature is good for an hour at most: each try is signed anew
            tried = _once(client, channel, keys, message, clock())
            if not tried.again or attempt + 1 == channel.tries:
                break
            wait = tried.wait
            if wait is None:
                wait = min(channel.backoff_seconds * 2**attempt, channel.longest_wait_seconds)
            if wait > channel.longest_wait_seconds:
                break
            sleep(wait)
    return replace(tried.verdict, text=masked(tried.verdict.text, keys))


@lru_cache(maxsize=8)
def _trust(ca_file: str) -> ssl.SSLContext:
    """The authorities that a server's certificate is held against; reading them takes a while."""
    return ssl.create_default_context(cafile=ca_file or None)


def masked(text: str, keys: Keys) -> str:
    """A text without the secrets, as they are or as an address holds them."""
    for secret in (keys.key, keys.secret):
        for form in {secret, quote(secret, safe=""), quote(secret)} if secret else ():
            text = text.replace(form, MASK)
    return text


def _once(
    client: httpx.Client, channel: Channel, keys: Keys, message: Message, now: datetime
) -> Tried:
    what = call(channel, keys, message, now)
    try:
        status, headers, answer = _exchange(client, what, channel.timeout_seconds)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return _broken(error, channel.timeout_seconds)
    if status == 200:
        said = verdict(channel.kind, answer)
        return Tried(said, again=said.is_busy)
    if status == _TOO_MANY:
        wait = _retry_after(headers.get("retry-after", ""), now)
        return Tried(Verdict(False, _TOO_OFTEN, "HTTP 429 超过发送频率限制"), True, wait)
    if status >= 500:
        return Tried(Verdict(False, f"HTTP_{status}", "对方服务出错"), again=True)
    return Tried(Verdict(False, f"HTTP_{status}", "核对 base_url 与密钥"), again=False)


def _broken(error: Exception, seconds: float) -> Tried:
    """What an exchange that failed means; the exception's own words may hold the address."""
    if isinstance(error, httpx.TimeoutException):
        return Tried(Verdict(False, "TIMEOUT", f"{seconds:g} 秒内没有回答，可能已送达"), again=True)
    if isinstance(error, httpx.ConnectError):
        return Tried(Verdict(False, "CONNECT", "连不上：地址、端口、证书或网络"), again=True)
    again = isinstance(error, httpx.TransportError)
    return Tried(Verdict(False, "TRANSPORT", f"传输中断：{type(error).__name__}"), again=again)


def _exchange(client: httpx.Client, what: Call, seconds: float) -> tuple[int, httpx.Headers, bytes]:
    """Status, headers and at most 64 KB of the answer, which may take ``seconds`` in all."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    with client.stream("POST", what.url, content=what.body, headers=headers) as response:
        until = time.monotonic() + seconds
        answer = b""
        for part in response.iter_bytes():
            answer += part
            if len(answer) > _ANSWER_BYTES:
                break
            if time.monotonic() > until:
                raise httpx.ReadTimeout("answer too slow")
        return response.status_code, response.headers, answer


def _retry_after(told: str, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for (a number or a date); None where it says nothing."""
    if told.strip().isdecimal():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now.astimezone(UTC)).total_seconds())


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """httpx logs whole addresses, and a robot's address holds its key."""
    logger = logging.getLogger("httpx")
    was = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was
