"""Runs the models in one DuckDB, and the checks over what they made."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import duckdb

from pipelines.engine.graph import check_header
from pipelines.engine.messages import safe_message
from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipelines.engine.graph import Model

Status = Literal["passed", "failed", "not_applicable", "error"]

_FEN = Decimal("0.01")
_WORST = 5
_CHECK_COLUMNS = {
    "ledger_id": ("VARCHAR",),
    "period_ym": ("INTEGER",),
    "item": ("VARCHAR",),
    "expected_amt": ("DECIMAL(18,2)", "BIGINT"),
    "actual_amt": ("DECIMAL(18,2)", "BIGINT"),
}
_SETTINGS = (
    "SET enable_progress_bar = false",
    "SET preserve_insertion_order = true",
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET TimeZone = 'Asia/Shanghai'",
)

#: what the SQL of models may call beside DuckDB's own functions
MACROS = (
    # a quotient of whole numbers, half away from zero; the divisor is above zero
    "CREATE MACRO half_up(part, whole) AS CASE "
    "WHEN part >= 0 THEN (2 * part + whole) // (2 * whole) "
    "ELSE -((-2 * part + whole) // (2 * whole)) END",
)


@dataclass(frozen=True)
class FailedRow:
    """One tested instance whose two figures differ; a missing figure is None."""

    ledger_id: str | None
    period_ym: int | None
    item: str | None
    expected: Decimal | None
    actual: Decimal | None


@dataclass(frozen=True)
class CheckResult:
    """What a check found. ``difference_amt`` is the sum of absolute differences, missing as 0."""

    check_id: str
    model: str
    severity: Literal["H", "S"]
    title: str
    status: Status
    rows_tested: int
    rows_failed: int
    difference_amt: Decimal
    worst: tuple[FailedRow, ...] = ()
    guards: str = ""
    #: why the check could not be made (status ``error``)
    note: str = ""


def connect(*, threads: int, memory_limit: str, temp_dir: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that spills to ``temp_dir`` (made if missing) and downloads nothing.

    It knows ``MACROS``. Python variables are not visible to its SQL. Raises JiecunError for a
    setting it cannot read.
    """
    con: duckdb.DuckDBPyConnection | None = None
    try:
        temp_dir.mkdir(parents=True, exist_ok=True)
        con = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory_limit,
                "temp_directory": str(temp_dir),
            }
        )
        for statement in (*_SETTINGS, *MACROS):
            con.execute(statement)
    except (duckdb.Error, OSError) as exc:
        if con is not None:
            con.close()
        raise JiecunError(
            Problem(
                "ENGINE_SETTING",
                "DuckDB 设置",
                "线程数为正整数，内存上限如 2GB，临时目录可写",
                str(exc)[:200],
                "改正设置后重试",
                excerpt=f"threads={threads} memory_limit={memory_limit}",
            )
        ) from None
    return con


def run_models(
    con: duckdb.DuckDBPyConnection,
    plan: Sequence[Model],
    *,
    on_done: Callable[[Model, int, float], None] | None = None,
) -> None:
    """Make each model a table (or a view) of its name, in the order given.

    ``on_done(model, rows, seconds)`` follows each; a view holds no rows and reports 0.
    Raises JiecunError with the file and DuckDB's message, without row values.
    """
    for model in plan:
        started = time.perf_counter()
        rows = _create(con, model)
        if on_done:
            on_done(model, rows, time.perf_counter() - started)


def run_checks(con: duckdb.DuckDBPyConnection, plan: Sequence[Model]) -> list[CheckResult]:
    """Run the check models in the order given; each leaves a view of its name.

    A check's row is one tested instance: ``ledger_id``, ``period_ym``, ``item``, ``expected_amt``,
    ``actual_amt``; it failed where the two amounts are distinct, NULL included. No rows: not
    applicable. SQL that fails, or other columns: ``error`` with a note, and the rest still run.
    Raises JiecunError only for a file without a check's header.
    """
    headers = [check_header(model) for model in plan]
    results: list[CheckResult] = []
    for model, head in zip(plan, headers, strict=True):
        status: Status = "error"
        tested, failed, difference, note = 0, 0, Decimal("0.00"), ""
        worst: tuple[FailedRow, ...] = ()
        try:
            tested_rows = _bind(con, model)
            note = _wrong_columns(tested_rows)
            if not note:
                tested, failed, difference = _totals(tested_rows)
                worst = _worst(con, model) if failed else ()
                status = "failed" if failed else "passed" if tested else "not_applicable"
        except JiecunError as exc:
            note = exc.problems[0].found
        except duckdb.Error as exc:
            note = safe_message(exc, model.sql)
        if status == "error":
            with suppress(duckdb.Error):
                con.execute(f'DROP VIEW IF EXISTS "{model.name}"')
        results.append(
            CheckResult(
                head.check_id,
                model.name,
                head.severity,
                head.title,
                status,
                tested,
                failed,
                difference,
                worst,
                head.guards,
                note,
            )
        )
    return results


def _create(con: duckdb.DuckDBPyConnection, model: Model) -> int:
    kind = "VIEW" if model.is_view else "TABLE"
    try:
        made = con.execute(f'CREATE {kind} "{model.name}" AS\n{model.sql}').fetchall()
    except duckdb.Error as exc:
        raise JiecunError(
            Problem(
                "SQL_FAILED",
                model.place(),
                "SQL 执行成功",
                safe_message(exc, model.sql),
                "看该文件与它读的表；数据越界时先查上游的检查结果",
            )
        ) from None
    return int(made[0][0]) if made and not model.is_view else 0


def _bind(con: duckdb.DuckDBPyConnection, model: Model) -> duckdb.DuckDBPyRelation:
    """The rows of a check, not kept: a view, for most checks pass and are read once."""
    con.execute(f'CREATE OR REPLACE VIEW "{model.name}" AS\n{model.sql}')
    return con.view(model.name)


def _wrong_columns(tested: duckdb.DuckDBPyRelation) -> str:
    """'' where the check's columns are as agreed, else what differs."""
    types = {name: str(kind) for name, kind in zip(tested.columns, tested.types, strict=True)}
    if list(types) != list(_CHECK_COLUMNS):
        return f"列应为 {', '.join(_CHECK_COLUMNS)}，实为 {', '.join(types)}"
    wrong = [
        f"{name} 应为 {' 或 '.join(allowed)}，实为 {types[name]}"
        for name, allowed in _CHECK_COLUMNS.items()
        if types[name] not in allowed
    ]
    if not wrong and types["expected_amt"] != types["actual_amt"]:
        wrong.append(
            f"expected_amt 与 actual_amt 类型不同：{types['expected_amt']}、{types['actual_amt']}"
        )
    return "；".join(wrong)


_DIFFERENCE = "abs(coalesce(expected_amt, 0) - coalesce(actual_amt, 0))"


def _totals(tested: duckdb.DuckDBPyRelation) -> tuple[int, int, Decimal]:
    row = tested.aggregate(
        f"""count(*), count(*) FILTER (WHERE expected_amt IS DISTINCT FROM actual_amt),
        coalesce(sum({_DIFFERENCE}), 0)"""
    ).fetchall()[0]
    return int(row[0]), int(row[1]), Decimal(row[2]).quantize(_FEN)


def _worst(con: duckdb.DuckDBPyConnection, model: Model) -> tuple[FailedRow, ...]:
    rows = con.execute(
        f"""SELECT ledger_id, period_ym, item, expected_amt, actual_amt
        FROM "{model.name}"
        WHERE expected_amt IS DISTINCT FROM actual_amt
        ORDER BY {_DIFFERENCE} DESC, ledger_id, period_ym, item, expected_amt, actual_amt
        LIMIT {_WORST}"""
    ).fetchall()
    return tuple(FailedRow(r[0], r[1], r[2], _amount(r[3]), _amount(r[4])) for r in rows)


def _amount(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
