"""Python values as SQL text; DuckDB binds no parameters in COPY, ATTACH, COMMENT and views."""

from __future__ import annotations

from pathlib import PurePath


def quoted(value: str | PurePath) -> str:
    """A SQL string literal of a text, or of a path with forward slashes."""
    text = value.as_posix() if isinstance(value, PurePath) else value
    return "'" + text.replace("'", "''") + "'"
