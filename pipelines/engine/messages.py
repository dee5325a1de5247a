"""DuckDB's messages as a log may hold them: without row values."""

from __future__ import annotations

import re

import duckdb

LIMIT = 300
_LINE_MARK = "\n\nLINE "

#: errors about the SQL or the machine; all others can quote a value of a row
_NO_VALUES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.NotImplementedException,
    duckdb.PermissionException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
)


def safe_message(exc: duckdb.Error, sql: str) -> str:
    """At most 300 characters of the message.

    Where the message can quote a row (conversion, range, constraint, ``error()``), it is cut before
    the first quote, colon within the text or digit; DuckDB's excerpt of the SQL stays if the line
    really is one of ``sql``.
    """
    text = str(exc)
    if isinstance(exc, _NO_VALUES):
        return text[:LIMIT].strip()
    head, _, tail = text.rpartition(_LINE_MARK)
    if not head:
        head, tail = text, ""
    kind, _, rest = head.partition(": ")
    words = re.split(r"[\"'0-9:\n]", rest, maxsplit=1)[0].strip()
    if isinstance(exc, duckdb.InvalidInputException | duckdb.ConstraintException):
        words = ""
    excerpt = tail.split("\n", 1)[0].partition(": ")[2].strip().strip(".").strip()
    where = f"（SQL: {excerpt}）" if excerpt and excerpt in sql else ""
    return f"{kind}: {words or '（内容略）'}{where}"[:LIMIT]
