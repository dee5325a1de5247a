"""The fast pass as SQL: plain lines in, the rows that are sure to pass every check out.

It reads lines of the plain shape only (``shape``), so that cells can be typed while they are read.
Each condition suffices for the exact check it stands for; a row for which one is not met is not
judged here but left to the exact checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.extracts.parse_sql import (
    DASHED,
    cell_checks,
    cell_text,
    event_columns,
    joined_key,
    lookup_table,
    own_columns,
    scan,
    staged_types,
    typed,
    written,
)
from pipelines.extracts.reasons import unique
from pipelines.extracts.shape import PLAIN, SURE, direct, is_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipelines.extracts.header import Layout
    from schemas.table import Column, Declaration, LookupRule

#: kinds that are read as text and cast: a date that does not exist must not stop the scan
_CAST_LATER = ("date", "stamp")


def sure_rows(
    decl: Declaration,
    layout: Layout,
    path: Path,
    sha: str,
    *,
    skip: int,
    closed_ym: int | str,
    strict: bool = False,
) -> str:
    """SELECT of the staged columns of the rows of a plain CSV that pass for sure, in input order.

    ``path`` holds lines of the plain shape after ``skip`` header lines. The look-ups are still to
    be met (``unmet_lookups``). With ``strict`` a date that does not exist stops the scan.
    """
    near = [c for c in decl.columns if c.name in layout.columns and direct(c, layout)]
    later = frozenset() if strict else frozenset(c.name for c in near if c.meta.kind in _CAST_LATER)
    types = {c.name: c.sql_type for c in near if c.meta.kind in PLAIN and c.name not in later}
    cells = scan(path, layout.columns, delimiter=layout.delimiter, skip=skip, types=types)
    close = {col.name for col in near}
    values = ", ".join(
        _near(col, col.name in later) if col.name in close else _far(col, layout)
        for col in decl.columns
    )
    where = [*_cell_conditions(decl, close, later), *_rule_conditions(decl, layout)]
    columns = ", ".join(list(staged_types(decl))[4:])
    return (
        f"SELECT '{sha}' AS source_sha, rn AS src_row, event_ym, late_flag, {columns} FROM ("
        f"SELECT rn, {event_columns(decl, closed_ym)}, {own_columns(decl)} "
        f"FROM (SELECT rn, {values} FROM ({cells})) WHERE {' AND '.join(where)})"
    )


def _near(col: Column, later: bool) -> str:
    """A cell of the file: its value, and the text beside it where it is cast only now."""
    cell = f"c_{col.name}"
    value = cell
    if later:
        bare = f"TRY_CAST({DASHED.format(r=cell)} AS {col.sql_type})"
        value = f"coalesce(TRY_CAST({cell} AS {col.sql_type}), {bare})"
    if col.meta.default:
        value = f"coalesce({value}, CAST({col.meta.default} AS {col.sql_type}))"
    return f"{value} AS {col.name}" + (f", {cell} AS r_{col.name}" if later else "")


def _far(col: Column, layout: Layout) -> str:
    """A column that is not in the file, or is worked out of other cells: by the exact forms."""
    text = cell_text(col, layout)
    return f"{text} AS r_{col.name}, {typed(col, f'({text})')} AS {col.name}"


def _cell_conditions(decl: Declaration, near: set[str], later: frozenset[str]) -> Iterator[str]:
    for col in decl.columns:
        if col.name not in near:
            yield from (
                f"({check.fails}) IS NOT TRUE" for checks in cell_checks(col) for check in checks
            )
            continue
        known = [f"strlen({col.name}) <= {col.max_len}"] if col.max_len else []
        sure = SURE.get(col.meta.kind)
        known += [sure.format(c=col.name)] if sure else []
        cell = f"r_{col.name}" if col.name in later else col.name
        if is_needed(col):
            yield from known or [f"{col.name} IS NOT NULL"]
        else:
            yield from (f"({cell} IS NULL OR coalesce({check}, false))" for check in known)


def _rule_conditions(decl: Declaration, layout: Layout) -> Iterator[str]:
    for rule in decl.spec.rules:
        if rule.severity != "W":
            yield f"coalesce({rule.sql(f'{layout.cent:.2f}')}, true)"


def unmet_lookups(decl: Declaration, staged: str) -> tuple[str, str] | None:
    """SQL over staged rows that have yet to meet the look-ups; None where there are none.

    ``staged`` is a table or ``read_parquet``. First the combinations of values that some look-up
    does not know: a file of millions of rows holds few, so that they are looked up once each. Then,
    with those as table ``temp.unmet``, the staged rows that have none of them, in their order.
    """
    rules = decl.spec.lookups
    if not rules:
        return None
    texts = [source for rule in rules for source, _ in rule.match]
    texts = list(unique([*texts, *(rule.condition for rule in rules)]))
    names = {text: f"e{at}" for at, text in enumerate(texts)}
    values = ", ".join(f"{text} AS {name}" for text, name in names.items())
    met = " AND ".join(_met(rule, names) for rule in rules)
    own = written(decl, "source_sha")
    same = " AND ".join(f"u.{name} IS NOT DISTINCT FROM s.{name}" for name in names.values())
    return (
        f"SELECT * FROM (SELECT DISTINCT {values} FROM {staged}) WHERE NOT ({met})",
        f"SELECT {own} FROM (SELECT *, {values} FROM {staged}) s ANTI JOIN temp.unmet u ON {same}",
    )


def _met(rule: LookupRule, names: Mapping[str, str]) -> str:
    """Whether a combination's key is known; a row that lacks the key is not turned away."""
    sources = [names[source] for source, _ in rule.match]
    key = joined_key(sources)
    known = f"({key}) IS NULL OR ({key}) IN (SELECT k FROM main.{lookup_table(rule)})"
    return f"({names[rule.condition]} IS NOT TRUE OR {known})"
