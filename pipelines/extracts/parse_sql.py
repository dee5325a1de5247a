"""SQL built from a declaration: how cells are read, which checks a row must pass, what is staged.

Nothing here knows a table by name. A new mess is a new ``Form`` (a text that is understood), a new
row or look-up rule of the declaration, or a new ``Check``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.extracts.decode import BLANKS
from pipelines.extracts.reasons import ID_FLOAT_MANGLED, TEXT_TOO_LONG, Check, columns_named
from pipelines.sql_text import quoted
from schemas.columns import KIND_REASON, KIND_SQL, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.extracts.header import Layout
    from pipelines.extracts.reasons import Disposition
    from schemas.table import Column, Declaration, LookupRule, Severity

SEP = "chr(31)"
NO_CENT = Decimal("0.00")


@dataclass(frozen=True)
class Form:
    """A text that can be read: a full-match pattern, and SQL over ``{r}`` that gives the value."""

    pattern: str
    value: str


_YMD = "0*[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}"
_YMD_SLASH = "0*[1-9][0-9]{3}/[0-9]{1,2}/[0-9]{1,2}"
_YMD_BARE = "[1-9][0-9]{7}"
_TIME = " [0-9]{2}:[0-9]{2}:[0-9]{2}"
#: a bare yyyymmdd, with or without a time behind it, as the engine reads a date
DASHED = "left({r}, 4) || '-' || substr({r}, 5, 2) || '-' || substr({r}, 7)"

#: a time stamp of zero, as it stands in Shanghai, is an empty one
_NOT_EPOCH = "nullif({}, TIMESTAMP '1970-01-01 08:00:00')"

#: kind → the forms in which its values are delivered, tried in order
FORMS: dict[Kind, tuple[Form, ...]] = {
    "money": (Form(r"-?0*[0-9]{1,16}(\.[0-9]{1,2})?", "TRY_CAST({r} AS DECIMAL(18,2))"),),
    "ratio": (Form(r"-?0*[0-9]{1,3}(\.[0-9]{1,6})?", "TRY_CAST({r} AS DECIMAL(9,6))"),),
    "count": (Form("[0-9]+", "TRY_CAST({r} AS BIGINT)"),),
    "ym": (Form("0*[0-9]{4}(0[1-9]|1[0-2])", "TRY_CAST({r} AS INTEGER)"),),
    "date": (
        Form(_YMD, "TRY_CAST({r} AS DATE)"),
        Form(_YMD_SLASH, "TRY_CAST(replace({r}, '/', '-') AS DATE)"),
        Form(_YMD_BARE, f"TRY_CAST({DASHED} AS DATE)"),
    ),
    "stamp": (
        Form(f"{_YMD}({_TIME})?", _NOT_EPOCH.format("TRY_CAST({r} AS TIMESTAMP)")),
        Form(
            f"{_YMD_SLASH}({_TIME})?",
            _NOT_EPOCH.format("TRY_CAST(replace({r}, '/', '-') AS TIMESTAMP)"),
        ),
        Form(f"{_YMD_BARE}({_TIME})?", _NOT_EPOCH.format(f"TRY_CAST({DASHED} AS TIMESTAMP)")),
    ),
    "flag": (Form("[01]", "{r} = '1'"),),
}
#: severity of a row rule → where a row goes that breaks it; Q is the rest
RULE_DISPOSITION: dict[Severity, Disposition] = {"H": "held", "O": "out_of_scope"}
MANGLED = r"[0-9.]+[eE][+-]?[0-9]+|[0-9]{16,}\.0+"


def path_list(paths: Sequence[Path]) -> str:
    """A SQL list of file names."""
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def trimmed(cell: str, odd_blanks: bool) -> str:
    """The cell without blanks at both ends; NULL where nothing is left."""
    blanks = f", {quoted(BLANKS)}" if odd_blanks else ""
    return f"nullif(trim({cell}{blanks}), '')"


def typed(col: Column, raw: str) -> str:
    """The value of a trimmed cell; NULL where it is empty or cannot be read."""
    forms = FORMS.get(col.meta.kind)
    if forms is None:
        value = raw
    else:
        arms = " ".join(
            f"WHEN regexp_full_match({raw}, {quoted(form.pattern)}) THEN {form.value.format(r=raw)}"
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


def cell_checks(col: Column) -> tuple[list[Check], list[Check], list[Check]]:
    """The checks of one cell: its form, its being there, its length; over ``r_`` and its value."""
    raw = f"r_{col.name}"
    form: list[Check] = []
    missing: list[Check] = []
    long: list[Check] = []
    if col.meta.kind == "ident":
        fails = f"regexp_full_match({raw}, {quoted(MANGLED)})"
        form.append(Check(ID_FLOAT_MANGLED, "quarantined", (col.name,), fails))
    elif col.meta.kind in KIND_REASON:
        fails = f"{col.name} IS NULL AND {raw} IS NOT NULL"
        form.append(Check(KIND_REASON[col.meta.kind], "quarantined", (col.name,), fails))
    if not col.nullable and not col.meta.default:
        fails = f"{raw} IS NULL"
        missing.append(Check(col.meta.missing_reason, "quarantined", (col.name,), fails))
    if col.max_len and col.meta.kind in ("text", "ident"):
        fails = f"length({raw}) > {col.max_len}"
        long.append(Check(TEXT_TOO_LONG, "quarantined", (col.name,), fails))
    return form, missing, long


def checks_of(decl: Declaration, cent: Decimal = NO_CENT) -> tuple[Check, ...]:
    """Every check that can turn a row away, in the order that decides its primary reason.

    ``cent`` is the tolerance in yuan of the accounting identities of a row.
    """
    lookups = [
        (rule.disposition, _lookup_check(decl, n)) for n, rule in enumerate(decl.spec.lookups)
    ]
    rules = [
        (rule.severity, Check(
            rule.reason, RULE_DISPOSITION.get(rule.severity, "quarantined"),
            columns_named(decl, rule.predicate), f"NOT ({rule.sql(f'{cent:.2f}')})",
        ))
        for rule in decl.spec.rules
    ]  # fmt: skip
    cells = [cell_checks(col) for col in decl.columns]
    return (
        *(check for where, check in lookups if where == "out_of_scope"),
        *(check for severity, check in rules if severity == "O"),
        *(check for form, _, _ in cells for check in form),
        *(check for _, missing, _ in cells for check in missing),
        *(check for _, _, long in cells for check in long),
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


def written(decl: Declaration, sha: str, first: int = 1) -> str:
    """The columns of a staged file over staged rows, of which row ``first`` becomes row 1.

    ``sha`` is SQL. ``try`` hides from the writer which columns happen to hold no NULL: it would
    tell them apart in the file.
    """
    own = ", ".join(f"try({name}) AS {name}" for name in list(staged_types(decl))[2:])
    return f"{sha} AS source_sha, try(src_row - {first - 1}) AS src_row, {own}"


def scan(
    path: Path,
    columns: Sequence[str],
    *,
    delimiter: str = ",",
    skip: int = 0,
    numbered: bool = False,
    types: Mapping[str, str] | None = None,
) -> str:
    """The cells of a UTF-8 CSV as ``rn`` (from 1) and ``c_<column>``: text, or of the given type.

    A ``numbered`` file carries its record numbers as the first cell.
    """
    names = [f"c_{name}" if name else f"x_{at}" for at, name in enumerate(columns)]
    fields = [("rn_text", "BIGINT")] if numbered else []
    fields += [(c, (types or {}).get(n, "VARCHAR")) for c, n in zip(names, columns, strict=True)]
    told = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in fields)
    kept = "".join(f", {name}" for name in names if name.startswith("c_"))
    return (
        f"SELECT {'rn_text' if numbered else 'row_number() OVER ()'} AS rn{kept} "
        f"FROM read_csv({path_list([path])}, columns={{{told}}}, header=false, skip={skip}, "
        f"auto_detect=false, delim={quoted(delimiter)}, quote='\"', escape='\"', nullstr='', "
        "new_line='\\n')"
    )


def cell_text(col: Column, layout: Layout) -> str:
    """The trimmed text of a declared column over raw cells; NULL where there is none."""
    for name, sql in layout.texts:
        if name == col.name:
            return trimmed(f"({sql})", odd_blanks=True)
    if col.name in layout.columns:
        return trimmed(f"c_{col.name}", odd_blanks=True)
    return "CAST(NULL AS VARCHAR)"


def parsed(decl: Declaration, source: str, layout: Layout) -> str:
    """``source`` with a trimmed text ``r_<column>`` and a typed ``<column>`` for each column."""
    raws = ", ".join(f"{cell_text(col, layout)} AS r_{col.name}" for col in decl.columns)
    values = ", ".join(f"{typed(col, f'r_{col.name}')} AS {col.name}" for col in decl.columns)
    return f"SELECT *, {values} FROM (SELECT rn, {raws} FROM ({source}))"


def own_columns(decl: Declaration) -> str:
    """The row's own columns as they are staged: ids of persons and employers as keyed hashes."""
    return ", ".join(
        f"left(sha256((SELECT k FROM main.hash_key) || '{col.meta.hash_domain}' || {col.name}), 32)"
        f" AS {col.staged_name}"
        if col.meta.hash_domain
        else col.name
        for col in decl.columns
    )


def event_columns(decl: Declaration, closed_ym: int | str) -> str:
    """``event_ym`` (NULL where it is beyond an INTEGER) and ``late_flag`` over typed columns."""
    event = f"TRY(CAST({decl.spec.event_ym or 'NULL'} AS INTEGER))"
    return f"{event} AS event_ym, coalesce({event} <= {closed_ym}, false) AS late_flag"


def checked(
    decl: Declaration, checks: Sequence[Check], source: str, *, closed_ym: int | str
) -> str:
    """The staged columns of every row of ``parsed`` SQL, with ``rn`` and ``fails``.

    ``fails`` lists the numbers of the checks that the row fails; NULL for a row that passes.
    """
    bad = " OR ".join(f"({check.fails})" for check in checks) or "false"
    arms = ", ".join(
        f"CASE WHEN {check.fails} THEN {at}::SMALLINT END" for at, check in enumerate(checks)
    )
    return (
        f"SELECT rn, {event_columns(decl, closed_ym)}, {own_columns(decl)}, "
        f"CASE WHEN bad THEN list_filter([{arms}], lambda f: f IS NOT NULL) END AS fails "
        f"FROM (SELECT *, CASE WHEN {bad} THEN true END AS bad FROM ({found(decl, source)}))"
    )


def warn_counts(decl: Declaration, source: str | None = None) -> Mapping[str, str]:
    """Reason → aggregate counting the rows against which a W rule fires, over staged columns.

    With the SQL of a ``source``, rules over texts alone are scalar subqueries that read it: they
    look at each combination of their texts once.
    """
    hashed = {col.name: col.staged_name for col in decl.columns if col.meta.hash_domain}
    by_reason: dict[str, list[str]] = {}
    for rule in decl.spec.rules:
        if rule.severity != "W":
            continue
        if set(columns_named(decl, rule.predicate)) & set(hashed):
            raise ValueError(f"{decl.name}: {rule.reason} warns on a hashed column")
        by_reason.setdefault(rule.reason, []).append(f"NOT ({rule.sql()})")
    texts_only = {col.name for col in decl.columns if col.meta.kind in ("text", "flag")}
    counts: dict[str, str] = {}
    for reason, parts in by_reason.items():
        fires = " OR ".join(f"({part})" for part in parts)
        used = columns_named(decl, *parts)
        if source is None or not used or not set(used) <= texts_only:
            counts[reason] = f"count(*) FILTER (WHERE {fires})"
            continue
        names = ", ".join(used)
        counts[reason] = (
            f"(SELECT coalesce(sum(n) FILTER (WHERE {fires}), 0)::BIGINT "
            f"FROM (SELECT {names}, count(*) AS n FROM {source} GROUP BY ALL))"
        )
    return counts
