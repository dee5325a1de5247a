"""One file of dated rules: its rows as text, and everything that is wrong with it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from schemas.columns import Kind
    from schemas.table import Column, Declaration

#: (physical line of the record's first character, cells; an empty cell is None)
Row = tuple[int, tuple[str | None, ...]]

_SHOWN = 80
#: where a person finds a rule file: the project's, and a site's own
HOME = "transforms/rules"
SITE_FOLDER = "raw/rules"


@dataclass(frozen=True)
class _Form:
    """How a cell of one kind is written."""

    fits: Callable[[str], bool]
    expected: str


def _pattern(text: str) -> Callable[[str], bool]:
    regex = re.compile(text)
    return lambda cell: regex.fullmatch(cell) is not None


def _is_date(cell: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _is_stamp(cell: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", cell):
        return False
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _is_count(cell: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]{1,19}", cell)) and -(2**63) <= int(cell) < 2**63


_FORMS: dict[Kind, _Form] = {
    "text": _Form(lambda _: True, "文本"),
    "ident": _Form(
        lambda cell: not re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", cell), "编号，不是科学计数法"
    ),
    "money": _Form(_pattern(r"-?[0-9]{1,16}(\.[0-9]{1,2})?"), "金额（元），至多两位小数"),
    "ratio": _Form(_pattern(r"-?[0-9]{1,3}(\.[0-9]{1,6})?"), "小数，整数至多三位，小数至多六位"),
    "number": _Form(
        _pattern(r"-?[0-9]{1,14}(\.[0-9]{1,4})?"), "小数，整数至多十四位，小数至多四位"
    ),
    "count": _Form(_is_count, "整数"),
    "ym": _Form(_pattern(r"[0-9]{4}(0[1-9]|1[0-2])"), "年月 YYYYMM"),
    "date": _Form(_is_date, "日期 YYYY-MM-DD"),
    "stamp": _Form(_is_stamp, "时间 YYYY-MM-DD HH:MM:SS"),
    "flag": _Form(_pattern("true|false"), "true 或 false"),
}


def read_rule_file(
    path: Path, decl: Declaration, folder: str = HOME
) -> tuple[list[Row], list[Problem]]:
    """The rows of one file and all that is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        return [], [
            rule_problem(path.name, line, "UTF-8 编码", "其他编码", "另存为 UTF-8", folder=folder)
        ]
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    before = 0
    try:
        for cells in reader:
            if cells:
                records.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as exc:
        found = str(exc)
        return [], [
            rule_problem(
                path.name, before + 1, "合规的 CSV", found, "检查引号与逗号", folder=folder
            )
        ]
    expected = [col.name for col in decl.columns]
    header = records[0][1] if records else []
    if header != expected:
        return [], [_header_problem(path.name, expected, header, folder)]
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in records[1:]:
        if len(cells) != len(expected):
            problems.append(
                rule_problem(
                    path.name,
                    line,
                    f"{len(expected)} 列",
                    f"{len(cells)} 列",
                    "检查逗号与引号",
                    excerpt=",".join(cells),
                    folder=folder,
                )
            )
            continue
        values = tuple(cell.strip() or None for cell in cells)
        problems += [
            problem
            for column, value in zip(decl.columns, values, strict=True)
            if (problem := _cell_problem(path.name, line, column, value, folder))
        ]
        rows.append((line, values))
    return rows, problems + _double_keys(path.name, decl, rows, folder)


def _cell_problem(
    file: str, line: int, column: Column, value: str | None, folder: str
) -> Problem | None:
    label = f"{column.name}（{column.meta.zh}）"
    if value is None:
        if column.nullable:
            return None
        return rule_problem(file, line, f"{label} 必填", "空", "填上该值", folder=folder)
    form = _FORMS[column.meta.kind]
    if not form.fits(value):
        expected = f"{label} 为{form.expected}"
        return rule_problem(file, line, expected, value, "改正该值", excerpt=value, folder=folder)
    if column.max_len and len(value) > column.max_len:
        return rule_problem(
            file,
            line,
            f"{label} 至多 {column.max_len} 字",
            f"{len(value)} 字",
            "缩短该值",
            excerpt=value,
            folder=folder,
        )
    return None


def _double_keys(
    file: str, decl: Declaration, rows: Sequence[Row], folder: str = HOME
) -> list[Problem]:
    at = [i for i, column in enumerate(decl.columns) if column.name in decl.spec.key]
    seen: dict[tuple[str | None, ...], int] = {}
    problems: list[Problem] = []
    for line, values in rows:
        key = tuple(values[i] for i in at)
        if key in seen:
            problems.append(
                rule_problem(
                    file,
                    line,
                    f"键（{', '.join(decl.spec.key)}）唯一",
                    f"与第 {seen[key]} 行相同",
                    "删去或改正其中一行",
                    excerpt=", ".join(value or "" for value in key),
                    folder=folder,
                )
            )
        seen.setdefault(key, line)
    return problems


def _header_problem(
    file: str, expected: Sequence[str], header: Sequence[str], folder: str
) -> Problem:
    missing = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    parts = [
        f"缺少 {', '.join(missing)}" if missing else "",
        f"多出 {', '.join(extra)}" if extra else "",
    ]
    found = "；".join(part for part in parts if part) or "列的次序不同或有重复"
    told = ",".join(expected)
    return rule_problem(
        file, 1, told, found, "按声明改表头", excerpt=",".join(header), folder=folder
    )


def rule_problem(
    file: str,
    line: int,
    expected: str,
    found: str,
    remedy: str,
    *,
    excerpt: str = "",
    folder: str = HOME,
) -> Problem:
    place = f"{folder}/{file}" + (f":{line}" if line else "")
    return Problem("RULES_BROKEN", place, expected, found[:200], remedy, excerpt[:_SHOWN])
