"""SQL built from a declaration: how cells are read, which checks a row must pass, what is staged.

Nothing here knows a table by name. A new mess is a new ``Form`` (a text that is understood), a new
row or look-up rule of the declaration, or a new ``Check``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.extracts.decode import BLANKS
from pipelines.extracts.reasons import ID_FLOAT_MANGLED, TEXT_TOO_LONG, Check, columns_named
from schemas.columns import KIND_REASON, KIND_SQL, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from schemas.table import Column, Declaration, LookupRule

SEP = "chr(31)"


@dataclass(frozen=True)
class Form:
    """A text that can be read: a full-match pattern, and SQL over ``{r}`` that gives the value."""

    pattern: str
    value: str


_YMD = "[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}"
_YMD_SLASH = "[1-9][0-9]{3}/[0-9]{1,2}/[0-9]{1,2}"
_YMD_BARE = "[1-9][0-9]{7}"
_TIME = " [0-9]{2}:[0-9]{2}:[0-9]{2}"
_DASHED = "left({r}, 4) || '-' || substr({r}, 5, 2) || '-' || substr({r}, 7)"

#: kind → the forms in which its values are delivered, tried in order
FORMS: dict[Kind, tuple[Form, ...]] = {
    "money": (Form(r"-?[0-9]{1,16}(\.[0-9]{1,2})?", "TRY_CAST({r} AS DECIMAL(18,2))"),),
    "ratio": (Form(r"-?[0-9]{1,3}(\.[0-9]{1,6})?", "TRY_CAST({r} AS DECIMAL(9,6))"),),
    "count": (Form("[0-9]+", "TRY_CAST({r} AS BIGINT)"),),
    "ym": (Form("[0-9]{4}(0[1-9]|1[0-2])", "TRY_CAST({r} AS INTEGER)"),),
    "date": (
        Form(_YMD, "TRY_CAST({r} AS DATE)"),
        Form(_YMD_SLASH, "TRY_CAST(replace({r}, '/', '-') AS DATE)"),
        Form(_YMD_BARE, f"TRY_CAST({_DASHED} AS DATE)"),
    ),
    "stamp": (
        Form(
            f"{_YMD}({_TIME})?",
            "TRY_CAST(CASE WHEN {r} <> '1970-01-01 08:00:00' THEN {r} END AS TIMESTAMP)",
        ),
        Form(f"{_YMD_SLASH}({_TIME})?", "TRY_CAST(replace({r}, '/', '-') AS TIMESTAMP)"),
        Form(f"{_YMD_BARE}({_TIME})?", f"TRY_CAST({_DASHED} AS TIMESTAMP)"),
    ),
    "flag": (Form("[01]", "{r} = '1'"),),
}
MANGLED = "[0-9.]+[eE][+-]?[0-9]+"


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def path_list(paths: Sequence[Path]) -> str:
    """A SQL list of file names."""
    return "[" + ", ".join(quote(path.as_posix()) for path in paths) + "]"


def trimmed(cell: str, odd_blanks: bool) -> str:
    """The cell without blanks at both ends; NULL where nothing is left."""
    blanks = f", {quote(BLANKS)}" if odd_blanks else ""
    return f"nullif(trim({cell}{blanks}), '')"


def typed(col: Column, raw: str) -> str:
    """The value of a trimmed cell; NULL where it is empty or cannot be read."""
    forms = FORMS.get(col.meta.kind)
    if forms is None:
        value = raw
    else:
        arms = " ".join(
            f"WHEN regexp_full_match({raw}, {quote(form.pattern)}) THEN {form.value.format(r=raw)}"
            for form in forms
        )
        value = f"CASE {arms} END"
    if col.meta.default:
        default = f"CAST({col.meta.default} AS {KIND_SQL[col.meta.kind]})"
        value = f"CASE WHEN {raw} IS NULL THEN {default} ELSE {value} END"
    return value


def lookup_table(rule: LookupRule) -> str:
    """The name of the key table bound for a look-up rule."""
    return "lookup_" + "_".join((rule.view, *(target for _, target in rule.match)))


def joined_key(expressions: Sequence[str]) -> str:
    """One VARCHAR key of several expressions; NULL where one of them is."""
    return f" || {SEP} || ".join(f"CAST({text} AS VARCHAR)" for text in expressions)


def _sources(rule: LookupRule) -> list[str]:
    return [source for source, _ in rule.match]


def found(decl: Declaration, source: str) -> str:
    """``source`` with one Boolean ``found_<n>`` per look-up rule: its key is in the key table."""
    flags = "".join(
        f", ({joined_key(_sources(rule))}) IN "
        f"(SELECT k FROM main.{lookup_table(rule)}) AS found_{n}"
        for n, rule in enumerate(decl.spec.lookups)
    )
    return f"SELECT *{flags} FROM ({source})"


def _lookup_check(decl: Declaration, n: int) -> Check:
    """A row is out of scope only by a code that is known; an unknown code is quarantined."""
    rule = decl.spec.lookups[n]
    parts = [f"({rule.condition})", f"({joined_key(_sources(rule))}) IS NOT NULL", f"NOT found_{n}"]
    if rule.disposition == "out_of_scope":
        parts += [
            f"found_{at}"
            for at, other in enumerate(decl.spec.lookups)
            if other.disposition == "quarantined" and _sources(other) == _sources(rule)
        ]
    columns = columns_named(decl, *_sources(rule))
    return Check(rule.reason, rule.disposition, columns, " AND ".join(parts))


def checks_of(decl: Declaration) -> tuple[Check, ...]:
    """Every check that can turn a row away, in the order that decides its primary reason."""
    lookups = [
        (rule.disposition, _lookup_check(decl, n)) for n, rule in enumerate(decl.spec.lookups)
    ]
    rules = [
        (rule.severity, Check(
            rule.reason, "held" if rule.severity == "H" else "quarantined",
            columns_named(decl, rule.predicate), f"NOT ({rule.predicate})",
        ))
        for rule in decl.spec.rules
    ]  # fmt: skip
    parse: list[Check] = []
    missing: list[Check] = []
    long: list[Check] = []
    for col in decl.columns:
        raw = f"r_{col.name}"
        if col.meta.kind == "ident":
            fails = f"regexp_full_match({raw}, {quote(MANGLED)})"
            parse.append(Check(ID_FLOAT_MANGLED, "quarantined", (col.name,), fails))
        elif col.meta.kind in KIND_REASON:
            fails = f"{col.name} IS NULL AND {raw} IS NOT NULL"
            parse.append(Check(KIND_REASON[col.meta.kind], "quarantined", (col.name,), fails))
        if not col.nullable and not col.meta.default:
            fails = f"{raw} IS NULL"
            missing.append(Check(col.meta.missing_reason, "quarantined", (col.name,), fails))
        if col.max_len and col.meta.kind in ("text", "ident"):
            fails = f"length({raw}) > {col.max_len}"
            long.append(Check(TEXT_TOO_LONG, "quarantined", (col.name,), fails))
    return (
        *(check for where, check in lookups if where == "out_of_scope"),
        *parse,
        *missing,
        *long,
        *(check for severity, check in rules if severity == "Q"),
        *(check for where, check in lookups if where == "quarantined"),
        *(check for severity, check in rules if severity == "H"),
        *(check for where, check in lookups if where == "held"),
    )


def staged_types(decl: Declaration) -> dict[str, str]:
    """Column → DuckDB type of a staged file, in its order."""
    own = {col.staged_name: "VARCHAR" if col.meta.hash_domain else col.sql_type
           for col in decl.columns}  # fmt: skip
    return {
        "source_sha": "VARCHAR",
        "src_row": "BIGINT",
        "event_ym": "INTEGER",
        "late_flag": "BOOLEAN",
        **own,
    }


def scan(paths: Sequence[Path], columns: Sequence[str], *, numbered: bool) -> str:
    """The raw cells of clean CSV files as ``rn``, ``fn`` (file) and ``c_<column>``, all text.

    ``numbered`` files carry their record numbers as the first cell; in the others ``rn`` runs on
    over all files in the order given.
    """
    names = [f"c_{name}" if name else f"x_{at}" for at, name in enumerate(columns)]
    fields = (["rn_text"] if numbered else []) + names
    types = ", ".join(f"{quote(name)}: 'VARCHAR'" for name in fields)
    rn = "CAST(rn_text AS BIGINT)" if numbered else "row_number() OVER ()"
    kept = ", ".join(name for name in names if name.startswith("c_"))
    return (
        f"SELECT {rn} AS rn, fn, {kept} FROM read_csv({path_list(paths)}, columns={{{types}}}, "
        f"header=false, skip={0 if numbered else 1}, auto_detect=false, delim=',', quote='\"', "
        f"escape='\"', nullstr='', filename='fn')"
    )


def parsed(decl: Declaration, source: str, present: Sequence[str], *, odd_blanks: bool) -> str:
    """``source`` with a trimmed text ``r_<column>`` and a typed ``<column>`` for each column."""
    raws = ", ".join(
        (trimmed(f"c_{col.name}", odd_blanks) if col.name in present else "CAST(NULL AS VARCHAR)")
        + f" AS r_{col.name}"
        for col in decl.columns
    )
    values = ", ".join(f"{typed(col, f'r_{col.name}')} AS {col.name}" for col in decl.columns)
    return f"SELECT *, {values} FROM (SELECT rn, fn, {raws} FROM ({source}))"


def checked(decl: Declaration, checks: Sequence[Check], source: str, *, closed_ym: int) -> str:
    """The staged columns of every row of ``parsed`` SQL, with ``rn``, ``fn`` and ``fails``.

    ``fails`` lists the numbers of the checks that the row fails; NULL for a row that passes.
    """
    bad = " OR ".join(f"({check.fails})" for check in checks) or "false"
    arms = ", ".join(
        f"CASE WHEN {check.fails} THEN {at}::SMALLINT END" for at, check in enumerate(checks)
    )
    own = ", ".join(
        f"left(sha256((SELECT k FROM main.hash_key) || '{col.meta.hash_domain}' || {col.name}), 32)"
        f" AS {col.staged_name}"
        if col.meta.hash_domain
        else col.name
        for col in decl.columns
    )
    event = f"CAST({decl.spec.event_ym or 'NULL'} AS INTEGER)"
    return (
        f"SELECT rn, fn, {event} AS event_ym, "
        f"coalesce({event} <= {closed_ym}, false) AS late_flag, {own}, "
        f"CASE WHEN bad THEN list_filter([{arms}], lambda f: f IS NOT NULL) END AS fails "
        f"FROM (SELECT *, CASE WHEN {bad} THEN true END AS bad FROM ({found(decl, source)}))"
    )


def warn_counts(decl: Declaration) -> Mapping[str, str]:
    """Reason → aggregate counting the rows against which a W rule fires, over staged columns."""
    hashed = {col.name: col.staged_name for col in decl.columns if col.meta.hash_domain}
    by_reason: dict[str, list[str]] = {}
    for rule in decl.spec.rules:
        if rule.severity != "W":
            continue
        if set(columns_named(decl, rule.predicate)) & set(hashed):
            raise ValueError(f"{decl.name}: {rule.reason} warns on a hashed column")
        by_reason.setdefault(rule.reason, []).append(f"NOT ({rule.predicate})")
    return {
        reason: f"count(*) FILTER (WHERE {' OR '.join(f'({t})' for t in texts)})"
        for reason, texts in by_reason.items()
    }
