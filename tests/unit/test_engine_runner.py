"""The runner makes the tables, tells errors without row values, and judges the checks."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.engine.graph import Model
from pipelines.engine.runner import FailedRow, connect, run_checks, run_models
from pipelines.errors import JiecunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect(threads=2, memory_limit="256MB", temp_dir=tmp_path / "spill")
    yield con
    con.close()


def model(name: str, sql: str, layer: str = "ledger") -> Model:
    return Model(name, layer, Path(f"{name}.sql"), sql, frozenset(), "x")


def check(name: str, select: str) -> Model:
    head = (
        f"-- grain: x\n-- check: {name}\n-- severity: H\n-- title: {name} 相等\n-- guards: 错账\n"
    )
    return model(name, head + select, "checks")


def cells(*rows: str) -> str:
    return (
        "SELECT l::VARCHAR AS ledger_id, 202401 AS period_ym, 'x' AS item, "
        "e::DECIMAL(18,2) AS expected_amt, a::DECIMAL(18,2) AS actual_amt "
        f"FROM (VALUES {', '.join(rows)}) v(l, e, a)"
    )


def test_tables_and_views_are_made_in_order(con: duckdb.DuckDBPyConnection) -> None:
    done: list[tuple[str, int]] = []
    run_models(
        con,
        [
            model("a", "-- grain: x\nSELECT range AS n FROM range(3); -- end"),
            model("b", "-- grain: x\n-- view\nSELECT n FROM a WHERE n > 0"),
        ],
        on_done=lambda m, rows, seconds: done.append((m.name, rows)) if seconds >= 0 else None,
    )
    assert done == [("a", 3), ("b", 0)]
    assert con.execute("SELECT sum(n)::BIGINT FROM b").fetchall() == [(3,)]


def test_python_variables_are_not_tables(con: duckdb.DuckDBPyConnection) -> None:
    secret_rows = [1]
    with pytest.raises(JiecunError, match="secret_rows does not exist"):
        run_models(con, [model("a", "SELECT * FROM secret_rows")])
    assert secret_rows == [1]


@pytest.mark.parametrize(
    "select",
    [
        "SELECT id::INTEGER AS n FROM people",
        "SELECT id::DECIMAL(4,2) AS n FROM people",
        "SELECT (id || '-13-01')::DATE AS n FROM people",
        "SELECT error('row ' || id) AS n FROM people",
        "SELECT id::HUGEINT::TINYINT AS n FROM people",
    ],
)
def test_an_error_names_the_file_and_no_row_value(
    con: duckdb.DuckDBPyConnection, select: str
) -> None:
    con.execute("CREATE TABLE people AS SELECT '61019900101777' AS id")
    with pytest.raises(JiecunError) as info:
        run_models(con, [model("stg_people", f"-- grain: x\n{select}", "staging")])
    (problem,) = info.value.problems
    assert problem.place == "transforms/staging/stg_people.sql"
    assert "61019900101777" not in str(info.value)
    assert info.value.__cause__ is None
    assert info.value.__suppress_context__


def test_an_error_about_the_sql_keeps_duckdbs_words(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(JiecunError, match='Referenced column "nope" not found'):
        run_models(con, [model("a", "SELECT nope FROM (SELECT 1 AS n) t")])


def test_a_conversion_error_points_at_the_sql(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(JiecunError) as info:
        run_models(
            con, [model("a", "-- grain: x\nSELECT s::INTEGER AS n\nFROM (SELECT 'q7' AS s)")]
        )
    assert info.value.problems[0].found == (
        "Conversion Error: Could not convert string（SQL: SELECT s::INTEGER AS n）"
    )


def test_half_up_rounds_half_a_fen_away_from_zero(con: duckdb.DuckDBPyConnection) -> None:
    told = con.execute(
        "SELECT list(half_up(n::HUGEINT, 10) ORDER BY n) "
        "FROM (VALUES (-16), (-15), (-14), (-5), (-4), (0), (4), (5), (14), (15), (16)) v(n)"
    ).fetchall()[0][0]
    assert told == [-2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2]


def test_bad_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(JiecunError, match="ENGINE_SETTING"):
        connect(threads=2, memory_limit="rubbish", temp_dir=tmp_path)


def test_statuses_of_checks(con: duckdb.DuckDBPyConnection) -> None:
    results = run_checks(
        con,
        [
            check("passed", cells("('L1', 1.00, 1.00)", "('L2', NULL, NULL)")),
            check("empty", cells("('L1', 1, 1)") + " WHERE false"),
            check("failed", cells("('L1', 10.50, 10.00)", "('L2', 3, 3)", "('L3', 1, 2.25)")),
            check("one_null", cells("('L1', 7.00, NULL)", "('L2', NULL, 0)")),
            check("broken", "SELECT nope FROM nowhere"),
            check("counts", "SELECT 'L' AS ledger_id, 1 AS period_ym, 'n' AS item, "
                  "5::BIGINT AS expected_amt, 3::BIGINT AS actual_amt"),
        ],
    )  # fmt: skip
    told = {r.check_id: (r.status, r.rows_tested, r.rows_failed, r.difference_amt) for r in results}
    assert told == {
        "passed": ("passed", 2, 0, Decimal("0.00")),
        "empty": ("not_applicable", 0, 0, Decimal("0.00")),
        "failed": ("failed", 3, 2, Decimal("1.75")),
        "one_null": ("failed", 2, 2, Decimal("7.00")),
        "broken": ("error", 0, 0, Decimal("0.00")),
        "counts": ("failed", 1, 1, Decimal("2.00")),
    }
    by_id = {r.check_id: r for r in results}
    assert by_id["failed"].worst == (
        FailedRow("L3", 202401, "x", Decimal("1.00"), Decimal("2.25")),
        FailedRow("L1", 202401, "x", Decimal("10.50"), Decimal("10.00")),
    )
    assert by_id["one_null"].worst[0].actual is None
    assert by_id["failed"].title == "failed 相等"
    assert "nowhere" in by_id["broken"].note


def test_the_worst_five_are_kept(con: duckdb.DuckDBPyConnection) -> None:
    (result,) = run_checks(con, [check("c", cells(*[f"('L{i}', {i}, 0)" for i in range(9)]))])
    assert [row.ledger_id for row in result.worst] == ["L8", "L7", "L6", "L5", "L4"]
    assert (result.rows_tested, result.rows_failed) == (9, 8)


@pytest.mark.parametrize(
    ("select", "note"),
    [
        ("SELECT 1 AS n", "列应为 ledger_id"),
        (cells("('L', 1, 1)").replace("e::DECIMAL(18,2)", "e::DOUBLE"), "expected_amt 应为"),
        (cells("('L', 1, 1)").replace("e::DECIMAL(18,2)", "e::BIGINT"), "类型不同"),
    ],
)
def test_a_check_of_another_shape_is_an_error_not_a_pass(
    con: duckdb.DuckDBPyConnection, select: str, note: str
) -> None:
    (result,) = run_checks(con, [check("c", select)])
    assert result.status == "error"
    assert note in result.note


def test_a_check_may_read_another_check(con: duckdb.DuckDBPyConnection) -> None:
    first = check("first", cells("('L', 1, 1)"))
    second = check("second", "SELECT * FROM first")
    assert [r.status for r in run_checks(con, [first, second])] == ["passed", "passed"]
