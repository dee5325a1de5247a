"""Reads a panel of monthly amounts and its groups from two CSV files, told where they are wrong."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

import polars as pl

from pipelines.errors import EXIT_USAGE, JiecunError, Problem, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

#: one series in one month: series, region, fund, first day of the month, yuan (None where empty)
PanelRow = tuple[str, str, str, date, Decimal | None]

SCHEMA: dict[str, pl.DataType] = {
    "series_id": pl.String(),
    "region": pl.String(),
    "fund": pl.String(),
    "month_start": pl.Date(),
    "amount": pl.Decimal(18, 2),
}
PANEL_COLUMNS = ("series_id", "month", "amount")
GROUP_COLUMNS = ("series_id", "region", "fund")

_MONTH = re.compile(r"((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])")
_FEN = Decimal("0.01")
_LARGEST = Decimal(10) ** 15
_MAX_MONTHS = 600
_SHOWN = 20


@dataclass(frozen=True)
class Panel:
    """The rows to score, and what was noticed while reading them."""

    frame: pl.DataFrame
    #: series of the panel without a group: judged on their own
    ungrouped: tuple[str, ...] = ()
    #: series of the groups without a row in the panel
    unseen: tuple[str, ...] = ()
    #: amounts with more than two decimals, rounded half up to fen
    rounded_cnt: int = 0


def read_panel(panel: Path, groups: Path) -> Panel:
    """Read ``panel`` (series_id, month YYYY-MM, amount) and ``groups`` (series_id, region, fund).

    Columns may stand in any order, others are not read; an empty amount is kept as None. Doubled
    months, zeros, negatives and gaps are data to be judged and pass as they are.
    Raises JiecunError (``PANEL_FILE``): a file that cannot be read or is no CSV of these columns, a
    month or an amount that is none, a series told in two groups, a span above 50 years, no rows.
    """
    group_of = _groups(groups)
    problems: list[Problem] = []
    rows: list[PanelRow] = []
    rounded = 0
    for line, (series, month, amount) in _records(panel, PANEL_COLUMNS):
        start, yuan = _month(month), _yuan(amount)
        found = _row_problem(panel, line, series, (month, start), (amount, yuan))
        if found or start is None:
            problems += [found] if found else []
            continue
        fen = None if yuan is None else yuan.quantize(_FEN, ROUND_HALF_UP)
        rounded += fen != yuan
        region, fund = group_of.get(series, (series, series))
        rows.append((series, region, fund, start, fen))
    if not problems:
        problems = _span_problems(panel, rows)
    if problems:
        raise _refused(problems)
    seen = {row[0] for row in rows}
    return Panel(
        pl.DataFrame(rows, schema=SCHEMA, orient="row"),
        tuple(sorted(seen - group_of.keys())),
        tuple(sorted(group_of.keys() - seen)),
        rounded,
    )


def bind_panel(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> None:
    """Make ``score_panel``, what the score reads, from a frame of ``SCHEMA``."""
    con.register("_panel", frame.to_arrow())
    con.execute(
        "CREATE OR REPLACE TABLE score_panel AS SELECT series_id, region, fund, month_start, "
        "amount::DECIMAL(18,2) AS amount FROM _panel"
    )
    con.unregister("_panel")


def _groups(path: Path) -> dict[str, tuple[str, str]]:
    groups: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for line, (series, region, fund) in _records(path, GROUP_COLUMNS):
        if not (series and region and fund):
            problems.append(_problem(path, line, "三列都有值", "空", "补上该值"))
        elif groups.setdefault(series, (region, fund)) != (region, fund):
            problems.append(
                _problem(
                    path, line, "一个序列只属一个地区、一个基金", "两组", "留下一行", excerpt=series
                )
            )
    if problems:
        raise _refused(problems)
    return groups


def _records(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, the cells of ``columns``) of each record after the header."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    at: list[int] = []
    width = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not at:
                header = [cell.strip().lower() for cell in cells]
                if any(header.count(name) != 1 for name in columns):
                    raise _refused(
                        [
                            _problem(
                                path,
                                reader.line_num,
                                f"表头有 {', '.join(columns)}，各一列",
                                ", ".join(header)[:200],
                                "改正表头",
                            )
                        ]
                    )
                at, width = [header.index(name) for name in columns], len(header)
            elif len(cells) != width:
                raise _refused(
                    [
                        _problem(
                            path,
                            reader.line_num,
                            f"{width} 列",
                            f"{len(cells)} 列",
                            "检查逗号与引号",
                        )
                    ]
                )
            else:
                yield reader.line_num, tuple(cells[i].strip() for i in at)
    except csv.Error as exc:
        raise _refused(
            [_problem(path, reader.line_num, "合规的 CSV", str(exc)[:200], "检查引号与逗号")]
        ) from None
    if not at:
        raise _refused([_problem(path, 1, f"表头 {','.join(columns)}", "空文件", "换一个文件")])


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as exc:
        found = refusal(exc)
        raise _refused([_problem(path, 0, "可读的文件", found, "检查路径与权限")]) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refused([_problem(path, 0, "UTF-8 文本", "其他编码或二进制", "另存为 UTF-8 的 CSV")])


def _month(cell: str) -> date | None:
    match = _MONTH.fullmatch(cell)
    return date(int(match.group(1)), int(match.group(2)), 1) if match else None


def _yuan(cell: str) -> Decimal | None:
    """The amount; None where the cell is empty or no finite number."""
    try:
        value = Decimal(cell)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _row_problem(
    path: Path,
    line: int,
    series: str,
    month: tuple[str, date | None],
    amount: tuple[str, Decimal | None],
) -> Problem | None:
    if not series:
        return _problem(path, line, "series_id 必填", "空", "补上序列编号")
    if month[1] is None:
        return _problem(
            path, line, "month 为 YYYY-MM", month[0][:40] or "空", "改正月份", excerpt=series
        )
    if amount[1] is None and amount[0]:
        return _problem(
            path, line, "amount 为数字（元）", amount[0][:40], "改正金额", excerpt=series
        )
    if amount[1] is not None and abs(amount[1]) >= _LARGEST:
        return _problem(
            path, line, "金额小于10的15次方元", amount[0][:40], "改正金额", excerpt=series
        )
    return None


def _span_problems(path: Path, rows: Sequence[PanelRow]) -> list[Problem]:
    if not rows:
        return [_problem(path, 0, "至少一行数据", "没有数据行", "换一个文件")]
    first, last = min(row[3] for row in rows), max(row[3] for row in rows)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= _MAX_MONTHS:
        return []
    found = f"{first:%Y-%m} 至 {last:%Y-%m}"
    return [_problem(path, 0, f"至多 {_MAX_MONTHS} 个月", found, "改正写错的月份")]


def _problem(
    path: Path, line: int, expected: str, found: str, remedy: str, *, excerpt: str = ""
) -> Problem:
    place = path.name + (f":{line}" if line else "")
    return Problem("PANEL_FILE", place, expected, found, remedy, excerpt[:60])


def _refused(problems: Sequence[Problem]) -> JiecunError:
    shown = list(problems[:_SHOWN])
    if len(problems) > _SHOWN:
        last = problems[_SHOWN]
        more = f"另有 {len(problems) - _SHOWN} 处"
        shown.append(Problem(last.code, last.place, last.expected, more, last.remedy))
    return JiecunError(*shown, exit_code=EXIT_USAGE)
