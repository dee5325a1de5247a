"""The manifest beside a raw file: what its sender says of it, and whether the file bears it out.

``settlements_610000_202401_B001.json`` tells of the data file with the same stem. Control totals
are those of a 3201 reconciliation: net of reversals, so every row counts with its sign.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import Problem
from pipelines.extracts.profile import ENCODINGS, NAME, UNITS, ProfileError, cent_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 1 << 20
#: figures that may stand beside ``totals``, as a 3201 request names them
_AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "cash_payamt")
_COUNTS = ("row_cnt", "settled_cnt", "refd_cnt", "fixmedins_setl_cnt")
_KEYS = {
    *_AMOUNTS, *_COUNTS, "totals", "unit", "encoding", "profile", "sha256", "serial_dates", "cent",
    "delivered_at", "table", "area", "ym", "batch", "files",
}  # fmt: skip


@dataclass(frozen=True)
class Manifest:
    """What a sender tells of one file; ``counts`` and ``totals`` (in ``unit``) only as far as told.

    ``settled_cnt`` counts rows that reverse nothing, ``refd_cnt`` reversing rows,
    ``fixmedins_setl_cnt`` the one minus the other. ``serial_dates`` and ``cent`` are None where the
    profile decides. ``named`` holds ``table``, ``area``, ``ym``, ``batch`` of a file whose own name
    does not tell them.
    """

    place: str
    profile: str = ""
    encoding: str = ""
    unit: str = ""
    sha256: str = ""
    delivered_at: str = ""
    serial_dates: bool | None = None
    cent: Decimal | None = None
    counts: tuple[tuple[str, int], ...] = ()
    totals: tuple[tuple[str, Decimal], ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    members: tuple[tuple[str, Manifest], ...] = field(default=(), repr=False)

    def member(self, name: str) -> Manifest | None:
        """What an archive's manifest tells of one of its members."""
        return dict(self.members).get(name)


def manifest_mark(manifest: Manifest | None) -> str:
    """A short text that differs for another manifest, '' for none; key order is no difference."""
    if manifest is None:
        return ""
    told = sorted((f.name, repr(getattr(manifest, f.name))) for f in fields(manifest))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def parse_manifest(data: bytes, place: str) -> Manifest:
    """A manifest from its JSON text. Raises ProfileError with the key that cannot stand."""
    try:
        given = json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ProfileError("文件", "UTF-8 的 JSON 对象", type(error).__name__) from None
    return _manifest(given, place)


def _manifest(given: Any, place: str) -> Manifest:
    if not isinstance(given, dict):
        raise ProfileError("文件", "JSON 对象", type(given).__name__)
    for key in given:
        if key not in _KEYS:
            raise ProfileError(key[:40], "、".join(sorted(_KEYS)), "未知的键")
    profile = _text(given, "profile", NAME.pattern, "来源配置名")
    encoding = _text(given, "encoding", ".{0,20}", "编码名").lower()
    if encoding and encoding not in ENCODINGS:
        raise ProfileError("encoding", "、".join(ENCODINGS), encoding)
    unit = _text(given, "unit", ".{0,4}", "金额单位")
    if unit and unit not in UNITS:
        raise ProfileError("unit", "、".join(UNITS), unit)
    serial = given.get("serial_dates")
    if serial is not None and not isinstance(serial, bool):
        raise ProfileError("serial_dates", "true 或 false", str(serial)[:40])
    totals = given.get("totals", {})
    if not isinstance(totals, dict):
        raise ProfileError("totals", "列名与合计", type(totals).__name__)
    amounts = {**{k: given[k] for k in _AMOUNTS if k in given}, **totals}
    members = given.get("files", {})
    if not isinstance(members, dict):
        raise ProfileError("files", "成员名与清单", type(members).__name__)
    named = {
        "table": "[a-z_]{1,40}",
        "area": "[0-9A-Za-z]{1,20}",
        "ym": "[0-9]{4}(0[1-9]|1[0-2])",
        "batch": "[0-9A-Za-z-]{1,40}",
    }
    return Manifest(
        place=place,
        profile=profile,
        encoding=ENCODINGS.get(encoding, ""),
        unit=unit,
        sha256=_text(given, "sha256", "[0-9a-fA-F]{64}", "64 位十六进制").lower(),
        delivered_at=_text(given, "delivered_at", "[0-9T :.+Z-]{1,40}", "时间"),
        serial_dates=serial,
        cent=cent_of("cent", given["cent"]) if "cent" in given else None,
        counts=tuple((k, _count(k, given[k])) for k in _COUNTS if k in given),
        totals=tuple((k, _amount(k, v)) for k, v in amounts.items()),
        named=tuple(
            (k, _text(given, k, p, "名称的一部分")) for k, p in named.items() if k in given
        ),
        members=tuple((k, _manifest(v, f"{place} {k[:60]}")) for k, v in members.items()),
    )


def _text(given: Mapping[str, Any], key: str, pattern: str, expected: str) -> str:
    value = given.get(key, "")
    text = str(value) if key == "ym" and isinstance(value, int) else value
    if not isinstance(text, str) or (text and not re.fullmatch(pattern, text)):
        raise ProfileError(key, expected, str(value)[:40])
    return text


def _count(key: str, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ProfileError(key, "整数", text[:40])
    return int(text)


def _amount(key: str, value: object) -> Decimal:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,24}(\.[0-9]{1,10})?", text):
        raise ProfileError(key, "金额", text[:40])
    return Decimal(text)


def invalid(place: str, error: ProfileError) -> Problem:
    """A manifest that cannot be used."""
    return Problem(
        "MANIFEST_INVALID",
        f"{place} {error.key}",
        error.expected,
        error.found,
        "改正清单后重新运行",
    )


def check_content(manifest: Manifest, place: str, sha: str, unit: str) -> list[Problem]:
    """Whether the delivered bytes (``sha``) and the unit read (``unit``) are those told of."""
    problems: list[Problem] = []
    if manifest.sha256 and manifest.sha256 != sha:
        problems.append(
            Problem(
                "MANIFEST_SHA",
                place,
                f"SHA-256 {manifest.sha256[:16]}…",
                f"{sha[:16]}…",
                "文件与清单不是同一份：请重新传送文件与清单",
            )
        )
    if manifest.unit and manifest.unit != unit:
        problems.append(
            Problem(
                "MANIFEST_UNIT",
                manifest.place,
                f"金额单位 {unit}",
                manifest.unit,
                f"在来源配置中写明 read.money_unit = '{manifest.unit}'，或请数据提供方按元导出",
            )
        )
    return problems
