"""Drill keys: what a person may type, and what it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

FORMS = (
    "BS:账套:yyyymm:行码[:M|Y][:close|open]",
    "IS:账套:yyyymm:行码[:month|ytd|form|year|prior]",
    "A:账套:yyyymm:科目前缀",
    "V:凭证标识",
    "M-06/R12[/POOL]:范围:yyyymm",
)
#: column of the income statement → (period type, mart column)
IS_COLUMNS = {
    "month": ("M", "month_amt"),
    "ytd": ("M", "ytd_amt"),
    "form": ("M", "form_amt"),
    "year": ("Y", "ytd_amt"),
    "prior": ("Y", "prior_year_amt"),
}
BS_COLUMNS = {"close": "close_amt", "open": "year_open_amt"}

_LEDGER = re.compile(r"[0-9]{6}-[0-9]{3}")
_MONTH = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])")
_METRIC = re.compile(r"(M-[0-9]{2})/([A-Z0-9_]+)(?:/([A-Z]+))?")


@dataclass(frozen=True)
class CellKey:
    """One cell of a statement: ``column`` is a column of its mart."""

    statement: str
    ledger_id: str
    period_ym: int
    row_code: str
    period_type: str
    column: str


@dataclass(frozen=True)
class AccountKey:
    """The accounts of a ledger that begin with ``prefix``, as of a month."""

    ledger_id: str
    period_ym: int
    prefix: str


@dataclass(frozen=True)
class VoucherKey:
    """One voucher."""

    voucher_id: str


@dataclass(frozen=True)
class MetricKey:
    """One metric of a scope; ``fund`` is '' where the key leaves it open."""

    metric_id: str
    variant: str
    fund: str
    scope_id: str
    period_ym: int


Key = CellKey | AccountKey | VoucherKey | MetricKey


def key_error(found: str, expected: str, remedy: str = "改正后重试") -> JiecunError:
    """A key that names nothing; nothing was computed."""
    return JiecunError(Problem("DRILL_KEY", "KEY", expected, found, remedy), exit_code=EXIT_USAGE)


def parse_key(text: str) -> Key:
    """The key that ``text`` names, in either case, blanks around its parts ignored.

    Only the form is checked here. Raises JiecunError ``DRILL_KEY``.
    """
    head, *rest = [part.strip() for part in text.split(":")]
    head = head.upper()
    if head == "BS" and 3 <= len(rest) <= 5:
        return _bs(text, rest)
    if head == "IS" and 3 <= len(rest) <= 4:
        return _is(text, rest)
    if head == "A" and len(rest) == 3:
        if not re.fullmatch(r"[0-9]{1,8}", rest[2]):
            raise key_error(text, "科目前缀为 1 至 8 位数字")
        return AccountKey(_ledger(text, rest[0]), _month(text, rest[1]), rest[2])
    if head == "V" and len(rest) == 1:
        if not re.fullmatch(r"[0-9a-f]{16}", rest[0].lower()):
            raise key_error(text, "凭证标识为 16 位十六进制数")
        return VoucherKey(rest[0].lower())
    metric = _METRIC.fullmatch(head)
    if metric and len(rest) == 2:
        return MetricKey(
            metric[1], metric[2], metric[3] or "", rest[0].upper(), _month(text, rest[1])
        )
    raise key_error(text, "；".join(FORMS))


def _bs(text: str, parts: list[str]) -> CellKey:
    period_type, column = "M", "close"
    for option in (part.lower() for part in parts[3:]):
        if option in ("m", "y"):
            period_type = option.upper()
        elif option in BS_COLUMNS:
            column = option
        else:
            raise key_error(text, FORMS[0])
    ledger, ym = _ledger(text, parts[0]), _month(text, parts[1])
    return CellKey("BS", ledger, ym, parts[2], period_type, BS_COLUMNS[column])


def _is(text: str, parts: list[str]) -> CellKey:
    option = parts[3].lower() if len(parts) == 4 else "month"
    if option not in IS_COLUMNS:
        raise key_error(text, FORMS[1])
    period_type, column = IS_COLUMNS[option]
    ledger, ym = _ledger(text, parts[0]), _month(text, parts[1])
    return CellKey("IS", ledger, ym, parts[2], period_type, column)


def _ledger(text: str, part: str) -> str:
    if not _LEDGER.fullmatch(part):
        raise key_error(text, "账套为 统筹区-险种，如 610100-310")
    return part


def _month(text: str, part: str) -> int:
    if not _MONTH.fullmatch(part):
        raise key_error(text, "月份为 yyyymm，如 202512")
    return int(part)


def cell_text(key: CellKey) -> str:
    """The key of a cell as a person would type it."""
    base = f"{key.statement}:{key.ledger_id}:{key.period_ym}:{key.row_code}"
    if key.statement == "IS":
        names = {v: k for k, v in IS_COLUMNS.items()}
        return f"{base}:{names[key.period_type, key.column]}"
    column = "" if key.column == BS_COLUMNS["close"] else ":open"
    return base + ("" if key.period_type == "M" else ":Y") + column
