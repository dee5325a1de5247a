"""Profiles as SQL: the text of a declared column over the raw cells of a file.

Every result is text that the ordinary checks read as if it had been delivered so. What cannot be
converted exactly is never left in a form that would pass with another value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.extracts.decode import BLANKS
from pipelines.extracts.header_names import clean_header
from pipelines.extracts.profile import UNITS, ProfileError
from pipelines.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlglot import exp

    from pipelines.extracts.profile import ColumnRule

#: text standing for a value that could not be worked out: no number, no date, no id
NOT_EXACT = "无法换算"
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_NUMBER_KINDS = ("money", "ratio", "number", "count", "ym")


def cell_sql(at: int, nulls: Sequence[str]) -> str:
    """The trimmed text of the cell named ``s_<at>``; NULL where empty or one of ``nulls``."""
    text = f"nullif(trim(c_s_{at}, {quoted(BLANKS)}), '')"
    for word in nulls:
        text = f"nullif({text}, {quoted(word)})"
    return text


def coded(text: str, rule: ColumnRule) -> str:
    """The text through the column's code map; a code it does not know stays as it stands."""
    if not rule.codes:
        return text
    arms = " ".join(f"WHEN {quoted(a)} THEN {quoted(b)}" for a, b in rule.codes)
    return f"CASE {text} {arms} ELSE {text} END"


def in_yuan(text: str, unit: str) -> str:
    """An amount of another unit in yuan, by exact decimal arithmetic.

    What is no plain number, or would need more than two decimals in yuan, gets its unit appended
    and so is refused as an amount: taken as it stands it would be wrong by a power of ten.
    """
    power = UNITS[unit]
    if power == 0:
        return text
    whole, decimals = min(16 - power, 18), max(power + 2, 0)
    fraction = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else r"(\.0{1,2})?"
    factor = f"CAST({10**power} AS DECIMAL(9,0))" if power > 0 else f"{10**power:.{-power}f}"
    grouped = rf"-?[0-9]{{1,3}}(,[0-9]{{3}})+{fraction}"
    plain = (
        f"CASE WHEN regexp_full_match({text}, {quoted(grouped)}) "
        f"THEN replace({text}, ',', '') ELSE {text} END"
    )
    exact = f"CAST({plain} AS DECIMAL(28,{decimals})) * {factor}"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL "
        f"WHEN regexp_full_match({plain}, {quoted(rf'-?[0-9]{{1,{whole}}}{fraction}')}) "
        f"THEN CAST(CAST({exact} AS DECIMAL(38,2)) AS VARCHAR) "
        f"ELSE {text} || {quoted(unit)} END"
    )


_ISO = {"date": "%Y-%m-%d", "stamp": "%Y-%m-%d %H:%M:%S", "ym": "%Y%m"}


def dated(text: str, kind: str, formats: Sequence[str], serial: bool) -> str:
    """A date, time or month in one of the formats, or as an Excel serial, in its plain form.

    Serials from 20000 (1954) to 79999 (2119) are days since 1899-12-30.
    """
    if kind not in _ISO:
        return text
    arms = []
    if serial and kind in ("date", "stamp"):
        arms.append(
            f"WHEN regexp_full_match({text}, '[2-7][0-9]{{4}}') THEN strftime("
            f"CAST(DATE '1899-12-30' + CAST({text} AS INTEGER) AS TIMESTAMP), "
            f"{quoted(_ISO[kind])})"
        )
    if serial and kind == "stamp":
        seconds = f"CAST(round(CAST({text} AS DECIMAL(28,10)) * 86400) AS BIGINT)"
        arms.append(
            f"WHEN regexp_full_match({text}, '[2-7][0-9]{{4}}\\.[0-9]{{1,10}}') THEN strftime("
            f"TIMESTAMP '1899-12-30 00:00:00' + to_seconds({seconds}), {quoted(_ISO[kind])})"
        )
    if formats:
        listed = ", ".join(quoted(item) for item in formats)
        value = f"try_strptime({text}, [{listed}])"
        arms.append(f"WHEN {value} IS NOT NULL THEN strftime({value}, {quoted(_ISO[kind])})")
    return f"CASE {' '.join(arms)} ELSE {text} END" if arms else text


def expression(
    text: str, kind: str, key: str, cell: Callable[[str], str | None], nulls: Sequence[str] = ()
) -> str:
    """SQL for an expression of a profile over the cells of a file, its result as text.

    ``cell`` gives the SQL of a source cell by its cleaned name, None where the file has none.
    Raises ProfileError for anything but column names, literals, casts, ``+ - * /`` (division only
    by 10, 100, 1000 or 10000), ``||``, comparisons, ``case``, ``coalesce``, ``nullif``, ``substr``,
    ``left``, ``lpad``, ``replace``, ``trim``, ``strptime`` and ``strftime``. A cast that would lose
    a digit makes the whole result unreadable, so that the row is refused.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = sqlglot.parse(text, read="duckdb")
    except SqlglotError:
        raise ProfileError(key, "SQL 表达式", text[:60]) from None
    tree = statements[0] if len(statements) == 1 else None
    if tree is None:
        raise ProfileError(key, "一个 SQL 表达式", text[:60])
    _allowed(tree, key)
    guards: list[str] = []
    casts = [node for node in tree.walk() if isinstance(node, exp.Cast | exp.StrToTime)]
    if kind in ("text", "ident") and any(not _to_text(node) for node in casts):
        raise ProfileError(key, "文本列的表达式不作数值或日期转换", text[:60])
    shell = exp.Paren(this=tree)
    for column in list(shell.find_all(exp.Column)):
        sql = cell(clean_header(column.name))
        if sql is None:
            raise ProfileError(key, f"文件含列 {column.name}", "没有这一列")
        column.replace(exp.Paren(this=exp.column(f"__{_encode(sql)}__")))
    for division in list(shell.find_all(exp.Div)):
        division.replace(_divided(division, key))
    for node in [n for n in shell.walk() if isinstance(n, exp.Cast | exp.StrToTime)]:
        if _to_text(node):
            continue
        argument = _plain(node.this)
        if isinstance(node, exp.StrToTime):
            form = _plain(node.args["format"]) if node.args.get("format") else "''"
            value = f"try_strptime({argument}, {form})"
            guards.append(f"{argument} IS NULL OR {value} IS NOT NULL")
        else:
            guards.append(f"{argument} IS NULL OR {_castable(node, argument, key)}")
    body = _plain(shell)
    result = f"CAST({body} AS VARCHAR)"
    if kind in _NUMBER_KINDS:
        result = f"regexp_replace({result}, '(\\.[0-9]*[1-9])0+$|\\.0+$', '\\1')"
    if not guards:
        return result
    sure = " AND ".join(f"({guard})" for guard in dict.fromkeys(guards))
    return f"CASE WHEN {sure} THEN {result} ELSE {quoted(NOT_EXACT)} END"


def _encode(sql: str) -> str:
    return sql.encode().hex()


def _plain(node: exp.Expr) -> str:
    """DuckDB SQL of a node, failing conversions as NULL, with the cells put in."""
    from sqlglot import exp

    copy = exp.Paren(this=node.copy())
    for cast in list(copy.find_all(exp.Cast)):
        if not isinstance(cast, exp.TryCast):
            cast.replace(exp.TryCast(this=cast.this.copy(), to=_wide(cast.args["to"])))
    text = copy.sql(dialect="duckdb")
    text = re.sub(r"(?i)\bstrptime\(", "try_strptime(", text)
    return re.sub(r"__([0-9a-f]+)__", lambda m: bytes.fromhex(m[1]).decode(), text)


def _wide(to: exp.Expr) -> exp.Expr:
    """A decimal type with room for what is worked out from it; other types as they are."""
    from sqlglot import exp

    if to.this != exp.DataType.Type.DECIMAL:
        return to.copy()
    _, scale = _sizes(to)
    return exp.DataType.build(f"DECIMAL(28, {scale})", dialect="duckdb")


def _sizes(to: exp.Expr) -> tuple[int, int]:
    sizes = [int(part.name) for part in to.expressions] or [18, 3]
    return sizes[0], sizes[1] if len(sizes) > 1 else 0


def _to_text(node: exp.Expr) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Cast) and node.args["to"].this == exp.DataType.Type.TEXT


def _castable(node: exp.Cast, argument: str, key: str) -> str:
    from sqlglot import exp

    to = node.args["to"]
    kinds = exp.DataType.Type
    text = f"CAST({argument} AS VARCHAR)"
    if to.this == kinds.DECIMAL:
        precision, scale = _sizes(to)
        if not (0 <= scale <= 10 and scale < precision <= 18):
            raise ProfileError(key, "decimal 至多 18 位，小数至多 10 位", to.sql()[:40])
        fraction = rf"(\.[0-9]{{1,{scale}}}0*)?" if scale else r"(\.0+)?"
        pattern = rf"-?[0-9]{{1,{max(precision - scale, 1)}}}{fraction}"
        return f"regexp_full_match({text}, {quoted(pattern)})"
    if to.this in (kinds.INT, kinds.BIGINT):
        digits = 9 if to.this == kinds.INT else 18
        return f"regexp_full_match({text}, '-?[0-9]{{1,{digits}}}')"
    if to.this in (kinds.DATE, kinds.TIMESTAMP):
        return f"TRY_CAST({argument} AS {to.sql(dialect='duckdb')}) IS NOT NULL"
    known = "转换为 decimal、integer、bigint、date、timestamp、varchar"
    raise ProfileError(key, known, to.sql()[:40])


def _divided(node: exp.Div, key: str) -> exp.Expr:
    """Division by a power of ten as a multiplication: exact, where division is a float."""
    from sqlglot import exp

    powers = {"10": "0.1", "100": "0.01", "1000": "0.001", "10000": "0.0001"}
    by = node.expression
    if not (isinstance(by, exp.Literal) and not by.is_string and by.name in powers):
        raise ProfileError(key, "只除以 10、100、1000、10000", by.sql()[:40])
    return exp.Mul(this=node.this.copy(), expression=exp.Literal.number(powers[by.name]))


def _allowed(tree: exp.Expr, key: str) -> None:
    """Raises ProfileError for a node outside the small language of profiles."""
    from sqlglot import exp

    allowed = (
        exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Cast, exp.DataType,
        exp.DataTypeParam, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.DPipe,
        exp.Concat, exp.Coalesce, exp.Nullif, exp.Case, exp.If, exp.Substring, exp.Left, exp.Pad,
        exp.Replace, exp.Trim, exp.StrToTime, exp.TimeToStr, exp.EQ, exp.NEQ, exp.GT, exp.GTE,
        exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Var,
    )  # fmt: skip
    for node in tree.walk():
        told = type(node).__name__
        if not isinstance(node, allowed):
            raise ProfileError(key, "只用列名、字面量与允许的函数", told)
        if (
            isinstance(node, exp.Literal)
            and not node.is_string
            and not _NUMBER.fullmatch(node.name)
        ):
            raise ProfileError(key, "十进制数字，不用科学计数法", node.name[:40])
        if isinstance(node, exp.Column) and node.table:
            raise ProfileError(key, "列名不带表名", node.sql()[:40])
        if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
            raise ProfileError(key, "in 后只列字面量", told)
