"""What one SQL file says about itself: its header, the tables it reads, the names it gives CTEs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

#: table functions that touch nothing outside the query
PURE_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})

_HEADER = re.compile(r"--\s*([a-z_]+)\s*:\s*(.*\S)\s*$")
_STAR = re.compile(r"(?:\bselect|\bdistinct|,|\.|^)\s*\*|\bcolumns\s*\(", re.IGNORECASE)
_SERIALIZE = (
    "select json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true)"
)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)


class NotPlainSql(ValueError):
    """The text cannot be a model: ``code``, ``line`` (1-based), ``expected``, ``found`` say why."""

    def __init__(self, code: str, line: int, expected: str, found: str) -> None:
        super().__init__(found)
        self.code = code
        self.line = line
        self.expected = expected
        self.found = found


@dataclass(frozen=True)
class Parsed:
    """The names in one SELECT, in lower case, and the line of its first ``*`` (0 where none)."""

    reads: frozenset[str]
    ctes: frozenset[str]
    star_line: int


def header(sql: str) -> dict[str, str]:
    """``-- key: value`` of the comment lines at the head of the file; later lines are not read."""
    out: dict[str, str] = {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        match = _HEADER.match(line)
        if match:
            out.setdefault(match.group(1), match.group(2))
    return out


def line_of(sql: str, name: str) -> int:
    """1-based line of the first whole-word ``name`` outside comments; 1 where it is not found."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return _first_line(sql, word) or 1


def parse_select(sql: str) -> Parsed:
    """Read one SELECT. Raises ``NotPlainSql`` for anything else and for a table function with I/O.

    DuckDB's own parser reads it, nothing is bound or run. A name is a CTE where the query it stands
    in knows one of that name, and a table elsewhere; names ignore case.
    """
    found = _Found()
    _walk(_one_query(sql), frozenset(), found, sql)
    starred = found.star and (_first_line(sql, _STAR) or _first_line(sql, _FROM))
    return Parsed(frozenset(found.reads), frozenset(found.ctes), int(starred))


@dataclass
class _Found:
    reads: set[str] = field(default_factory=set)
    ctes: set[str] = field(default_factory=set)
    star: bool = False


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _one_query(sql: str) -> dict[str, Any]:
    """The tree of the one SELECT in ``sql``."""
    expected = "一个文件一条 SELECT"
    with _parser().cursor() as con:
        told = json.loads(con.execute(_SERIALIZE, [sql]).fetchall()[0][0])
        if told["error"]:
            if told["error_type"] == "parser":
                before = sql.encode()[: int(told.get("position", 0))]
                raise NotPlainSql(
                    "SQL_SYNTAX",
                    before.count(b"\n") + 1,
                    "DuckDB 能读的 SQL",
                    str(told["error_message"])[:200],
                )
            kinds = [statement.type.name for statement in con.extract_statements(sql)]
            what = f"{kinds[0]} 语句" if len(kinds) == 1 else f"{len(kinds)} 条语句"
            if kinds == ["MULTI"]:
                what = "没有 IN 的 PIVOT，列随数据而变"
            raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, expected, what)
    statements = told["statements"]
    if len(statements) != 1:
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, expected, f"{len(statements)} 条语句")
    tree: dict[str, Any] = statements[0]["node"]
    return tree


def _walk(node: object, known: frozenset[str], found: _Found, sql: str) -> None:
    """Note what ``node`` and all below it read; ``known`` are the CTEs it may name."""
    if isinstance(node, list):
        for item in node:
            _walk(item, known, found, sql)
    elif isinstance(node, dict):
        # expressions have a class
        if "class" not in node and "type" in node:
            known = _enter(node["type"], node, known, found, sql)
        for key, value in node.items():
            if (type(value) is dict or type(value) is list) and key != "cte_map":
                _walk(value, known, found, sql)


def _enter(
    kind: str, node: dict[str, Any], known: frozenset[str], found: _Found, sql: str
) -> frozenset[str]:
    """Note what a query or a table of a FROM is; returns the CTEs known inside."""
    if kind in ("BASE_TABLE", "TABLE_FUNCTION"):
        name = _table_name(sql, node, known)
        if name:
            found.reads.add(name)
    elif kind.endswith("_QUERY_NODE"):
        written = kind.removesuffix("_QUERY_NODE")
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, "一个文件一条 SELECT", f"含 {written}")
    elif kind == "SHOW_REF":
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, "一个文件一条 SELECT", "含 DESCRIBE")
    elif kind == "RECURSIVE_CTE_NODE":
        known |= {node["cte_name"].lower()}
    elif kind == "SELECT_NODE" and _is_starred(node):
        found.star = True
    for cte in node.get("cte_map", {}).get("map", ()):
        name = cte["key"].lower()
        found.ctes.add(name)
        _walk(cte["value"]["query_node"], known, found, sql)
        known |= {name}
    return known


def _is_starred(select: dict[str, Any]) -> bool:
    # a PIVOT in a FROM is told as a select of everything it makes
    pivoted = select.get("from_table", {}).get("type") == "PIVOT"
    return any(
        item.get("class") == "STAR" and not (pivoted and "query_location" not in item)
        for item in select.get("select_list", ())
    )


def _table_name(sql: str, table: dict[str, Any], known: frozenset[str]) -> str:
    """Lower-case name of a table; '' for a CTE and for a pure table function."""
    if table["type"] == "BASE_TABLE":
        path = table["qualified_name"]["path"]
        if len(path) > 1:
            raise NotPlainSql(
                "SQL_TABLE_FUNCTION", line_of(sql, path[-1]), "不带库名的表名", ".".join(path)
            )
        name = str(table["table_name"]).lower()
        return "" if name in known else name
    name = str(table["function"]["function_name"]).lower()
    if name in PURE_TABLE_FUNCTIONS:
        return ""
    raise NotPlainSql(
        "SQL_TABLE_FUNCTION",
        line_of(sql, name),
        "模型不读写文件，输入由运行器绑定；表函数只可用 range、generate_series、unnest",
        f"表函数 {name}",
    )


def _first_line(sql: str, pattern: re.Pattern[str]) -> int:
    """1-based line of the first match outside comments; 0 where there is none."""
    for number, line in enumerate(sql.splitlines(), start=1):
        if pattern.search(line.split("--", 1)[0]):
            return number
    return 0
