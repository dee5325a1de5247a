"""The dated policy in ``transforms/rules/rule_*.csv``: read strictly, loaded as tables."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.engine.rule_file import HOME, SITE_FOLDER, Row, read_rule_file, rule_problem
from pipelines.errors import EXIT_CHECK, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from schemas.table import Declaration

#: rule tables to which a site may add rows of its own
SITE_RULES = ("rule_parameter",)


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
            rule_problem(
                f"{name}.csv", 0, "每个规则文件都有声明", "没有声明", "删去文件，或补上声明"
            )
        )
    loaded: dict[str, list[Row]] = {}
    for name in sorted(declared):
        if name not in present:
            problems.append(
                rule_problem(f"{name}.csv", 0, "规则文件存在", "找不到文件", "放回这个规则文件")
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
        found = rule_problem(path.name, 0, expected, path.name, "移走这个文件", folder=SITE_FOLDER)
        return list(rows), [found]
    decl = declared[path.stem]
    own, problems = read_rule_file(path, decl, SITE_FOLDER)
    at = [i for i, column in enumerate(decl.columns) if column.name in decl.spec.key]
    known = {tuple(values[i] for i in at): line for line, values in rows}
    problems += [
        rule_problem(
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
                rule_problem(
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
