"""The words of a message: a digest of pending events, cut to what a channel can carry. Pure."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.alerts.channels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.alerts.outbox import Event

LEVEL_ZH = {"grey": "灰", "blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
CHANGE_ZH = {"opened": "新报", "raised": "升级", "closed": "解除"}

_NUMBER_LEN = 10


@dataclass(frozen=True)
class Message:
    """``keys`` are the events it tells of, ``named`` how many warnings have a line of their own.

    ``number`` is the same whenever the same events go to the same channel: a message that a crash
    repeated can be told by it. ``level`` is the highest level told.
    """

    number: str
    title: str
    body: str
    level: str
    keys: tuple[str, ...]
    named: int


@dataclass(frozen=True)
class _Line:
    """All events of one warning as one line."""

    events: tuple[Event, ...]

    @property
    def top(self) -> Event:
        return max(self.events, key=lambda e: LEVELS.index(e.level))

    @property
    def last(self) -> Event:
        return self.events[-1]


def compose(
    events: Sequence[Event],
    *,
    top: int,
    digest: bool,
    limit: int,
    size: Callable[[Message], int],
    bold: bool,
) -> Message:
    """One message of at most ``limit``, as ``size`` measures it.

    Warnings stand by yuan a month, the largest first. A digest names at most ``top`` of them and
    counts the rest; else the message holds as many as fit, and the others wait for the next one.
    ``events`` must not be empty; at least one warning is named, its line cut where need be.
    """
    lines = sorted(_lines(events), key=_by_yuan)
    through = max(e.period_ym for e in events)
    most = min(top, len(lines)) if digest else len(lines)

    def of(count: int) -> Message:
        shown = lines[:count]
        return _written(lines if digest else shown, shown, through, bold)

    def fits(count: int) -> bool:
        return size(of(count)) <= limit

    if not fits(1):
        return _cut(of(1), limit, size)
    # how many fit: bisection for the first number that does not
    return of(bisect_left(range(2, most + 1), True, key=lambda count: not fits(count)) + 1)


def _written(told: Sequence[_Line], shown: Sequence[_Line], through: int, bold: bool) -> Message:
    keys = tuple(sorted(e.key for line in told for e in line.events))
    channel = told[0].last.channel
    number = hashlib.sha256("\n".join((channel, *keys)).encode()).hexdigest()[:_NUMBER_LEN]
    month = f"{through // 100}年{through % 100}月"
    title = f"医保基金预警 {month}"
    strong = "**" if bold else ""
    parts = [f"{strong}{title}{strong}", _counts(told)]
    parts += [_line_text(at, line, strong) for at, line in enumerate(shown, start=1)]
    if len(told) > len(shown):
        parts.append(
            f"…另有 {len(told) - len(shown)} 条，见 jiecun warnings list --month {through}"
        )
    parts.append(f"批次 {number}")
    open_ones = [e.top.level for e in told if e.last.change != "closed"]
    level = max(open_ones, key=LEVELS.index, default="grey")
    return Message(number, title, "\n".join(parts), level, keys, len(shown))


def _counts(told: Sequence[_Line]) -> str:
    changes = Counter(line.last.change for line in told)
    levels = Counter(line.top.level for line in told if line.last.change != "closed")
    text = "、".join(f"{zh} {changes[c]} 条" for c, zh in CHANGE_ZH.items() if changes[c])
    by_level = "、".join(f"{LEVEL_ZH[n]} {levels[n]}" for n in reversed(LEVELS) if levels[n])
    return f"{text}（{by_level}）" if by_level else text


def _line_text(at: int, line: _Line, strong: str) -> str:
    event, top = line.last, line.top
    change = CHANGE_ZH[event.change]
    if event.change == "closed" and len(line.events) > 1:
        change = "新报后解除"
    # the space behind the mark-up: without it a 】 keeps the service from seeing its end
    text = f"{at}. {strong}【{LEVEL_ZH[top.level]}·{change}】{strong} {top.rule_id} {top.reason_zh}"
    if top.linked_cnt:
        text += f"；并入所辖统筹区预警 {top.linked_cnt} 条"
    if event.change != "closed":
        amount = yuan_zh(top.excess_amt or "0")
        text += f"；影响 {amount}" if Decimal(top.excess_amt or 0) and amount not in text else ""
        text += f"；{top.opened_ym} 起" if top.opened_ym < top.period_ym else ""
        text += f"。处置：{top.action_zh}" if top.action_zh else ""
    return f"{text}（{top.warning_id}）"


def yuan_zh(amount: str) -> str:
    """``1234567.89`` → ``123.46万元``; half up, at most two decimals."""
    value = Decimal(amount)
    for unit, name in ((Decimal(100_000_000), "亿元"), (Decimal(10_000), "万元")):
        if abs(value) >= unit:
            return f"{value / unit:.2f}{name}"
    return f"{value:.2f}元"


def _lines(events: Sequence[Event]) -> list[_Line]:
    by_warning: dict[str, list[Event]] = {}
    for event in events:
        by_warning.setdefault(event.warning_id, []).append(event)
    return [_Line(tuple(found)) for found in by_warning.values()]


def _by_yuan(line: _Line) -> tuple[bool, bool, Decimal | int, int, str]:
    top = line.top
    amount = Decimal(top.monthly_amt) if top.monthly_amt else None
    is_closed = line.last.change == "closed"
    return (is_closed, amount is None, -(amount or 0), -LEVELS.index(top.level), top.warning_id)


def _cut(message: Message, limit: int, size: Callable[[Message], int]) -> Message:
    """The one line shortened to fit; what stands behind it stays whole."""
    head, *rest = message.body.split("\n")
    tail = rest[2:]
    line = rest[1]
    while line:
        line = line[: len(line) - 1 - len(line) // 32]
        message = replace(message, body="\n".join([head, rest[0], f"{line}…", *tail]))
        if size(message) <= limit:
            break
    return message
