"""Bytes → text, strictly: UTF-8 with or without BOM, else GB18030; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

Encoding = Literal["utf-8", "gb18030"]

#: stands for the broken bytes at the end of a cut-off text
REPLACEMENT = "\ufffd"
_BOM = b"\xef\xbb\xbf"
_NEWLINE = b"\n"
_LONGEST_SEQUENCE = 4


@dataclass(frozen=True)
class Decoded:
    """A text and how it was read. A cut-off text ends in ``REPLACEMENT``."""

    text: str
    encoding: Encoding
    truncated: bool


def decode(data: bytes, name: str) -> Decoded:
    """Decode a region text.

    A broken sequence at the very end is a truncation: the broken bytes become one ``REPLACEMENT``.
    Raises JiecunError REGION_EMPTY for a text without any character, ENC_INVALID for bytes that are
    neither UTF-8 nor GB18030.
    """
    body = data.removeprefix(_BOM)
    if not body.strip():
        raise JiecunError(
            Problem(
                "REGION_EMPTY",
                name,
                "一份区划清单，UTF-8 或 GB18030",
                "空文件" if not data else "只有空白",
                "重新取得该文件后再装载",
            ),
            exit_code=EXIT_USAGE,
        )
    try:
        return Decoded(body.decode("utf-8"), "utf-8", truncated=False)
    except UnicodeDecodeError as bad:
        cut = _cut_utf8(body, bad)
        broken = bad.start
    if cut is None and body is data:
        try:
            return Decoded(body.decode("gb18030"), "gb18030", truncated=False)
        except UnicodeDecodeError as bad:
            cut = _cut_gb18030(body, bad)
            # the encoding that gets further is the likelier one
            broken = max(broken, bad.start)
    if cut is not None:
        return cut
    raise JiecunError(
        Problem(
            "ENC_INVALID",
            f"{name} 第 {body.count(_NEWLINE, 0, broken) + 1} 行",
            "UTF-8（可带 BOM）或 GB18030 文本",
            f"第 {broken + len(data) - len(body) + 1} 个字节处两种编码都无法解读",
            "用原系统重新导出为 UTF-8；不要用文字处理软件另存",
        ),
        exit_code=EXIT_USAGE,
    )


def _cut_utf8(body: bytes, bad: UnicodeDecodeError) -> Decoded | None:
    """The text before the broken sequence, if it is only the end that is missing."""
    if bad.reason != "unexpected end of data":
        return None
    return Decoded(body[: bad.start].decode("utf-8") + REPLACEMENT, "utf-8", truncated=True)


def _cut_gb18030(body: bytes, bad: UnicodeDecodeError) -> Decoded | None:
    tail = len(body) - bad.start
    if bad.reason != "incomplete multibyte sequence" or tail >= _LONGEST_SEQUENCE:
        return None
    return Decoded(body[: bad.start].decode("gb18030") + REPLACEMENT, "gb18030", truncated=True)
