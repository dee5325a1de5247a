"""The dated policy in ``transforms/rules/rule_*.csv``: read strictly, loaded as tables."""

from __future__ import annotations

import csv
import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.errors import EXIT_CHECK, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from schemas.columns import Kind
    from schemas.table import Column, Declaration

#: (physical line of the record's first character, cells; an empty cell is None)
Row = tuple[int, tuple[str | None, ...]]

_SHOWN = 80
#: where a person finds a rule file: the project's, and a site's own
HOME = "transforms/rules"
SITE_FOLDER = "raw/rules"
#: rule tables to which a site may add rows of its own
SITE_RULES = ("rule_parameter",)


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


def load_rules(
    con: duckdb.DuckDBPyConnection,
    rules_dir: Path,
    declarations: Mapping[str, Declaration],
    site: Path | None = None,
) -> None:
    """Create one table per declared ``rule_*``, its rows in the order of the file.

    Where folder ``site`` is there, the rows of its files (those of ``SITE_RULES`` only) come behind
    those of the project: what holds for pools of this site alone.

    Each ``<name>.csv`` bears exactly the declared columns; cells are typed strictly, an empty cell
    is NULL. Raises JiecunError (``RULES_BROKEN``) with every problem of every file: a missing or
    undeclared file, another header, a cell that is not of its kind, a required cell that is empty,
    a text too long, a key told twice, a row rule broken. Nothing is created then.
    """
    declared = {n: d for n, d in declarations.items() if n.startswith("rule_")}
    problems: list[Problem] = []
    present = {p.stem for p in rules_dir.glob("rule_*.csv")}
    for name in sorted(present - declared.keys()):
        problems.append(
            _problem(f"{name}.csv", 0, "每个规则文件都有声明", "没有声明", "删去文件，或补上声明")
        )
    loaded: dict[str, list[Row]] = {}
    for name in sorted(declared):
        if name not in present:
            problems.append(
                _problem(f"{name}.csv", 0, "规则文件存在", "找不到文件", "放回这个规则文件")
            )
            continue
        rows, found = read_rule_file(rules_dir / f"{name}.csv", declared[name])
        problems += found or _broken_row_rules(con, declared[name], rows)
        loaded[name] = rows
    for path in sorted(site.glob("*.csv")) if site and site.is_dir() else ():
        own, found = _site_rows(con, path, declared, loaded.get(path.stem, []))
        problems += found
        loaded[path.stem] = own
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    for name, rows in loaded.items():
        with _typed_rows(con, declared[name], rows):
            con.execute(
                f'CREATE TABLE "{name}" AS SELECT * EXCLUDE (line) FROM typed_rows ORDER BY line'
            )


def _site_rows(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    declared: Mapping[str, Declaration],
    rows: Sequence[Row],
) -> tuple[list[Row], list[Problem]]:
    """The project's ``rows`` with those of a site's file behind them, and what is wrong."""
    if path.stem not in SITE_RULES:
        expected = "本地规则只有 " + "、".join(f"{name}.csv" for name in SITE_RULES)
        found = _problem(path.name, 0, expected, path.name, "移走这个文件", folder=SITE_FOLDER)
        return list(rows), [found]
    decl = declared[path.stem]
    own, problems = read_rule_file(path, decl, SITE_FOLDER)
    at = [i for i, column in enumerate(decl.columns) if column.name in decl.spec.key]
    known = {tuple(values[i] for i in at): line for line, values in rows}
    problems += [
        _problem(
            path.name,
            line,
            f"键（{', '.join(decl.spec.key)}）不同于项目自带的规则",
            f"与 {HOME}/{path.name} 第 {known[key]} 行相同",
            "删去或改正该行",
            folder=SITE_FOLDER,
        )
        for line, values in own
        if (key := tuple(values[i] for i in at)) in known
    ]
    problems = problems or _broken_row_rules(con, decl, own, SITE_FOLDER)
    behind = max((line for line, _ in rows), default=0)
    both = [*rows, *((behind + line, values) for line, values in own)]
    return both, problems


def rules_hash(rules_dir: Path) -> str:
    """sha256 (hex) over the relative names and bytes of all files below ``rules_dir``, sorted.

    Names that begin with a dot are left out.
    """
    digest = hashlib.sha256()
    names = sorted(
        path.relative_to(rules_dir).as_posix()
        for path in rules_dir.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )
    for name in names:
        for part in (name.encode(), (rules_dir / name).read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def read_rule_file(
    path: Path, decl: Declaration, folder: str = HOME
) -> tuple[list[Row], list[Problem]]:
    """The rows of one file and all that is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        return [], [
            _problem(path.name, line, "UTF-8 编码", "其他编码", "另存为 UTF-8", folder=folder)
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
            _problem(path.name, before + 1, "合规的 CSV", found, "检查引号与逗号", folder=folder)
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
                _problem(
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
        return _problem(file, line, f"{label} 必填", "空", "填上该值", folder=folder)
    form = _FORMS[column.meta.kind]
    if not form.fits(value):
        expected = f"{label} 为{form.expected}"
        return _problem(file, line, expected, value, "改正该值", excerpt=value, folder=folder)
    if column.max_len and len(value) > column.max_len:
        return _problem(
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
                _problem(
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


def _broken_row_rules(
    con: duckdb.DuckDBPyConnection, decl: Declaration, rows: Sequence[Row], folder: str = HOME
) -> list[Problem]:
    problems: list[Problem] = []
    with _typed_rows(con, decl, rows):
        for rule in decl.spec.rules:
            lines = con.execute(
                f"SELECT line FROM typed_rows WHERE NOT ({rule.predicate}) ORDER BY line"
            ).fetchall()
            problems += [
                _problem(
                    f"{decl.name}.csv",
                    line,
                    rule.zh,
                    f"违反 {rule.reason}",
                    "改正该行",
                    folder=folder,
                )
                for (line,) in lines
            ]
    return problems


@contextmanager
def _typed_rows(
    con: duckdb.DuckDBPyConnection, decl: Declaration, rows: Sequence[Row]
) -> Iterator[None]:
    """Within the block, ``typed_rows`` holds ``line`` and the declared columns, typed."""
    columns = {"line": pa.array([line for line, _ in rows], pa.int64())}
    for i, column in enumerate(decl.columns):
        columns[column.name] = pa.array([values[i] for _, values in rows], pa.string())
    casts = ", ".join(f'"{n}"::{t} AS "{n}"' for n, t in decl.sql_columns().items())
    con.register("rule_text", pa.table(columns))
    try:
        con.execute(f"CREATE TEMP VIEW typed_rows AS SELECT line, {casts} FROM rule_text")
        yield
    finally:
        con.execute("DROP VIEW IF EXISTS typed_rows")
        con.unregister("rule_text")


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
    return _problem(file, 1, told, found, "按声明改表头", excerpt=",".join(header), folder=folder)


def _problem(
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
