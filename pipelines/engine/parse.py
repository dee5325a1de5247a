"""What one SQL file says about itself: its header, the tables it reads, the names it gives CTEs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

#: table functions that touch nothing outside the query
PURE_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})

_HEADER = re.compile(r"--\s*([a-z_]+)\s*:\s*(.*\S)\s*$")
_STAR = re.compile(r"(?:\bselect|\bdistinct|,|\.|^)\s*\*|\bcolumns\s*\(", re.IGNORECASE)
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

    Tables come from sqlglot's scopes; those no scope shows (inside PIVOT) come from the tree, which
    is exact because a CTE may not bear the name of a model. DuckDB's names ignore case, quoted or
    not, sqlglot's scopes do not: names are put in lower case first.
    """
    tree = _one_query(sql)
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("this", identifier.name.lower())
    ctes = frozenset(cte.alias for cte in tree.find_all(exp.CTE))
    reads = set()
    for table in tree.find_all(exp.Table):
        name = _table_name(sql, table)
        if name and name not in ctes:
            reads.add(name)
    reads |= _scope_tables(tree)
    return Parsed(frozenset(reads), ctes, _star_line(sql, tree))


def _one_query(sql: str) -> exp.Query:
    expected = "一个文件一条 SELECT"
    try:
        statements = [s for s in sqlglot.parse(sql, dialect="duckdb") if s is not None]
    except SqlglotError as exc:
        errors = getattr(exc, "errors", None) or [{}]
        line = int(errors[0].get("line") or 1)
        what = str(errors[0].get("description") or type(exc).__name__)
        raise NotPlainSql("SQL_SYNTAX", line, "DuckDB 能读的 SQL", what[:200]) from None
    if len(statements) != 1:
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, expected, f"{len(statements)} 条语句")
    tree = statements[0]
    if not isinstance(tree, exp.Query):
        kind = type(tree).__name__.upper()
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, expected, f"{kind} 语句")
    write = tree.find(exp.Insert, exp.Update, exp.Delete, exp.Copy)
    if write:
        raise NotPlainSql("SQL_NOT_ONE_SELECT", 1, expected, f"含 {type(write).__name__.upper()}")
    return tree


def _table_name(sql: str, table: exp.Table) -> str:
    """Lower-case name of a table; '' for a pure table function."""
    source = table.this
    if isinstance(source, exp.Identifier):
        if table.db:
            raise NotPlainSql(
                "SQL_TABLE_FUNCTION",
                line_of(sql, table.name),
                "不带库名的表名",
                f"{table.db}.{table.name}",
            )
        return table.name
    name = source.name if isinstance(source, exp.Anonymous) else source.sql_name()
    if name.lower() in PURE_TABLE_FUNCTIONS:
        return ""
    raise NotPlainSql(
        "SQL_TABLE_FUNCTION",
        line_of(sql, name),
        "模型不读写文件，输入由运行器绑定；表函数只可用 range、generate_series、unnest",
        f"表函数 {name.lower()}",
    )


def _scope_tables(tree: exp.Query) -> set[str]:
    try:
        scopes = traverse_scope(tree)
    except SqlglotError as exc:
        raise NotPlainSql("SQL_SYNTAX", 1, "名称在各层查询内唯一", str(exc)[:200]) from None
    return {
        source.name
        for scope in scopes
        for source in scope.sources.values()
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    }


def _star_line(sql: str, tree: exp.Query) -> int:
    for select in tree.find_all(exp.Select):
        for item in select.expressions:
            qualified = isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
            if qualified or isinstance(item, exp.Star | exp.Columns):
                return _first_line(sql, _STAR) or _first_line(sql, _FROM)
    return 0


def _first_line(sql: str, pattern: re.Pattern[str]) -> int:
    """1-based line of the first match outside comments; 0 where there is none."""
    for number, line in enumerate(sql.splitlines(), start=1):
        if pattern.search(line.split("--", 1)[0]):
            return number
    return 0
