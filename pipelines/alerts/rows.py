"""The warnings of a release as delivery needs them: figures of ledgers, nothing of persons."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

MASK = "***"

#: numbers as long as a telephone's or longer, and keyed hashes: none stands in an aggregate's text
_PERSONAL = re.compile(r"(?<![0-9A-Za-z.])[0-9]{11,}[Xx]?(?![0-9A-Za-z])|[0-9a-f]{32,}")

_COLUMNS = (
    "warning_id", "rule_id", "rule_zh", "series_id", "poolarea_no", "period_ym", "opened_ym",
    "level", "level_order", "is_raised", "is_confirmed", "is_suppressed", "linked_warning_id",
    "excess_amt", "monthly_amt", "reason_zh", "action_zh",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One warning in one month, as in ``fct_warning``; amounts in yuan."""

    warning_id: str
    rule_id: str
    rule_zh: str
    series_id: str
    poolarea_no: str
    period_ym: int
    opened_ym: int
    level: str
    level_order: int
    is_raised: bool
    is_confirmed: bool
    is_suppressed: bool
    linked_warning_id: str | None
    excess_amt: Decimal | None
    monthly_amt: Decimal | None
    reason_zh: str
    action_zh: str


@dataclass(frozen=True)
class ReleaseWarnings:
    """The warnings of one release after a month, ``rows`` by warning and month.

    ``pools``: the pooling areas that the run was limited to; empty where it was not.
    """

    release_id: str
    through_ym: int
    pools: tuple[str, ...]
    rows: tuple[Row, ...]


def read_warnings(release: Path, after_ym: int | None) -> ReleaseWarnings:
    """The rows of the last month, and of all months after ``after_ym`` where it is given.

    ``release`` is a release's folder. Texts come masked. Raises JiecunError ALERTS_RELEASE where
    the release is not as this version writes them.
    """
    with closing(duckdb.connect()) as con:
        try:
            told = dict(
                con.execute(
                    "select attribute, value from read_parquet($file) order by attribute",
                    {"file": str(release / "marts" / "meta_run.parquet")},
                ).fetchall()
            )
            through = int(told["through_ym"])
            since = min(after_ym + 1, through) if after_ym is not None else through
            found = con.execute(
                f"select {', '.join(_COLUMNS)} from read_parquet($file) "
                "where period_ym between $since and $through order by warning_id, period_ym",
                {
                    "file": str(release / "marts" / "fct_warning.parquet"),
                    "since": since,
                    "through": through,
                },
            ).fetchall()
        except (duckdb.Error, KeyError, ValueError) as error:
            raise JiecunError(
                Problem(
                    "ALERTS_RELEASE",
                    f"发布 {release.name}",
                    "本版程序生成的 fct_warning 与 meta_run",
                    type(error).__name__,
                    "重新运行 jiecun run，再用 jiecun alerts send 发送",
                )
            ) from None
    pools = tuple(pool for pool in told.get("pools", "").split(",") if pool)
    return ReleaseWarnings(release.name, through, pools, tuple(map(_row, found)))


def plain(text: str) -> str:
    """A text fit for any channel: one line, no mark-up, no mention, nothing that names a person."""
    one_line = " ".join(_PERSONAL.sub(MASK, text).split())
    return one_line.translate(_MARKUP)


_MARKUP = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "@": "＠"}
)


def _row(values: tuple[object, ...]) -> Row:
    named = dict(zip(_COLUMNS, values, strict=True))
    for column in ("rule_zh", "series_id", "reason_zh", "action_zh"):
        named[column] = plain(str(named[column]))
    return Row(**named)  # type: ignore[arg-type]
