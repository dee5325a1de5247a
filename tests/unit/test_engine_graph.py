"""The graph is read from the SQL: what a model reads, in which order it runs, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.engine.graph import check_header, load_models, plan
from pipelines.engine.parse import parse_select
from pipelines.errors import JiecunError

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.engine.graph import Model


def models(root: Path, files: dict[str, str]) -> tuple[Model, ...]:
    for name, sql in files.items():
        path = root / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql, encoding="utf-8")
    return load_models(root)


def grained(sql: str) -> str:
    return f"-- grain: 一行一条\n{sql}\n"


def refused(root: Path, files: dict[str, str], *inputs: str) -> list[tuple[str, str, str]]:
    with pytest.raises(JiecunError) as info:
        plan(models(root, files), set(inputs))
    return [(p.code, p.place, p.found) for p in info.value.problems]


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        pytest.param("SELECT a FROM x WHERE a IN (SELECT a FROM y)", {"x", "y"}, id="subquery"),
        pytest.param("WITH c AS (SELECT a FROM x) SELECT a FROM c", {"x"}, id="cte"),
        pytest.param(
            'WITH C AS (SELECT a FROM x) SELECT a FROM c JOIN "c" d USING (a)', {"x"}, id="case"
        ),
        pytest.param(
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r JOIN x ON x.n = r.n) "
            "SELECT n FROM r",
            {"x"},
            id="recursive",
        ),
        pytest.param(
            "SELECT a, count(*) FILTER (WHERE b > 0) AS n FROM X GROUP BY ALL "
            "QUALIFY row_number() OVER (ORDER BY a) = 1",
            {"x"},
            id="filter-qualify-group-by-all",
        ),
        pytest.param(
            "SELECT x.a, u.v FROM x, unnest([1, 2]) u(v), range(3) r(i) "
            "LEFT JOIN LATERAL (SELECT max(q) q FROM y WHERE y.a = x.a) z ON true",
            {"x", "y"},
            id="unnest-range-lateral",
        ),
        pytest.param("SELECT a FROM (PIVOT x ON a IN (1, 2) USING sum(b))", {"x"}, id="pivot"),
        pytest.param("FROM x SELECT a UNION ALL BY NAME SELECT a FROM y", {"x", "y"}, id="from"),
        pytest.param(
            "SELECT list_transform(l, lambda e: e + 1) AS l FROM x ASOF JOIN y ON x.t >= y.t",
            {"x", "y"},
            id="lambda-asof",
        ),
    ],
)
def test_what_a_query_reads(sql: str, reads: set[str]) -> None:
    assert parse_select(sql).reads == reads


def test_models_run_by_layer_then_dependency_then_name(tmp_path: Path) -> None:
    found = models(
        tmp_path,
        {
            "marts/dim_a": grained("SELECT n FROM z_first"),
            "ledger/a_last": grained("SELECT n FROM z_first"),
            "ledger/z_first": grained("SELECT n FROM stg_b"),
            "ledger/b_free": grained("SELECT n FROM rule_x"),
            "staging/stg_b": grained("SELECT n FROM raw"),
        },
    )
    order = [m.name for m in plan(reversed(found), {"raw": "staging", "rule_x": ""})]
    assert order == ["stg_b", "b_free", "z_first", "a_last", "dim_a"]
    assert found[0].grain == "一行一条"
    assert found[0].place(3) == "transforms/staging/stg_b.sql:3"


def test_line_two_makes_a_view(tmp_path: Path) -> None:
    (model,) = models(tmp_path, {"staging/v": "-- grain: x\n-- view\nSELECT 1 AS n\n"})
    assert model.is_view


def test_duplicate_names(tmp_path: Path) -> None:
    files = {"staging/a": grained("SELECT 1 AS n"), "ledger/a": grained("SELECT 1 AS n")}
    assert refused(tmp_path, files) == [
        ("SQL_DUPLICATE", "transforms/staging/a.sql", "a 已由 transforms/ledger/a.sql 占用")
    ]


def test_a_model_named_like_an_input(tmp_path: Path) -> None:
    files = {"staging/raw": grained("SELECT 1 AS n")}
    assert refused(tmp_path, files, "RAW") == [
        ("SQL_DUPLICATE", "transforms/staging/raw.sql", "raw 已由 输入 raw 占用")
    ]


def test_a_cte_that_shadows_a_model_or_an_input(tmp_path: Path) -> None:
    files = {
        "staging/a": grained("SELECT 1 AS n"),
        "ledger/b": grained("WITH A AS (SELECT 1 AS n)\nSELECT n FROM a"),
        "ledger/c": grained("WITH d AS (WITH raw AS (SELECT 1 AS n) SELECT n FROM raw)\nFROM d"),
    }
    assert refused(tmp_path, files, "raw") == [
        ("SQL_CTE_SHADOWS", "transforms/ledger/b.sql:2", "CTE a 遮住了同名的表"),
        ("SQL_CTE_SHADOWS", "transforms/ledger/c.sql:2", "CTE raw 遮住了同名的表"),
    ]


def test_an_unknown_table_is_named_with_its_line(tmp_path: Path) -> None:
    files = {"staging/a": grained("-- nope is told in a comment\nSELECT n\nFROM nope")}
    assert refused(tmp_path, files) == [
        ("SQL_UNKNOWN_TABLE", "transforms/staging/a.sql:4", "没有名为 nope 的表")
    ]


def test_a_cte_is_not_seen_outside_its_query(tmp_path: Path) -> None:
    sql = grained("SELECT n FROM c, (WITH c AS (SELECT 1 AS n) FROM c) f")
    assert refused(tmp_path, {"staging/a": sql}) == [
        ("SQL_UNKNOWN_TABLE", "transforms/staging/a.sql:2", "没有名为 c 的表")
    ]


def test_a_cycle_is_spelt_out(tmp_path: Path) -> None:
    files = {
        "ledger/a": grained("SELECT n FROM b"),
        "ledger/b": grained("SELECT n FROM c"),
        "ledger/c": grained("SELECT n FROM a"),
    }
    ((code, place, found),) = refused(tmp_path, files)
    assert (code, place) == ("SQL_CYCLE", "transforms/ledger/a.sql")
    assert sorted(found.split(" → ")[:-1]) == ["a", "b", "c"]


def test_a_model_that_reads_itself(tmp_path: Path) -> None:
    ((code, _, found),) = refused(tmp_path, {"ledger/a": grained("SELECT n FROM a")})
    assert (code, found) == ("SQL_CYCLE", "a → a")


def test_a_read_to_the_right(tmp_path: Path) -> None:
    files = {
        "staging/a": grained("SELECT n FROM b"),
        "journal/b": grained("SELECT 1 AS n"),
    }
    assert refused(tmp_path, files) == [
        ("SQL_READS_RIGHT", "transforms/staging/a.sql:2", "读了 journal 层的 b")
    ]
    found = load_models(tmp_path)
    with pytest.raises(JiecunError, match="SQL_READS_RIGHT"):
        plan([m for m in found if m.name == "a"], {"b": "marts"})


@pytest.mark.parametrize(
    ("sql", "code", "found"),
    [
        ("SELECT 1 AS n; SELECT 2 AS n", "SQL_NOT_ONE_SELECT", "2 条语句"),
        ("", "SQL_NOT_ONE_SELECT", "0 条语句"),
        ("CREATE TABLE t (n INT)", "SQL_NOT_ONE_SELECT", "CREATE 语句"),
        ("COPY x TO 'f'", "SQL_NOT_ONE_SELECT", "COPY 语句"),
        (
            "FROM (PIVOT x ON a USING sum(b))",
            "SQL_NOT_ONE_SELECT",
            "没有 IN 的 PIVOT，列随数据而变",
        ),
        ("FROM (DESCRIBE x)", "SQL_NOT_ONE_SELECT", "含 DESCRIBE"),
        ("WITH w AS (INSERT INTO x SELECT 1) SELECT 1", "SQL_NOT_ONE_SELECT", "含 INSERT"),
        ("SELECT n FROM read_parquet('f')", "SQL_TABLE_FUNCTION", "表函数 read_parquet"),
        ("SELECT n FROM query_table('x')", "SQL_TABLE_FUNCTION", "表函数 query_table"),
        ("SELECT n FROM information_schema.t", "SQL_TABLE_FUNCTION", "information_schema.t"),
    ],
)
def test_what_is_not_one_plain_select(tmp_path: Path, sql: str, code: str, found: str) -> None:
    assert [(c, f) for c, _, f in refused(tmp_path, {"staging/a": grained(sql)}, "x")] == [
        (code, found)
    ]


def test_sql_that_does_not_parse_names_its_line(tmp_path: Path) -> None:
    ((code, place, _),) = refused(tmp_path, {"staging/a": grained("SELECT 1\nFROM (SELECT")})
    assert (code, place) == ("SQL_SYNTAX", "transforms/staging/a.sql:3")


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM x", "SELECT x.* FROM x", "FROM x", "SELECT COLUMNS('a') FROM x"]
)
def test_no_star_in_a_mart(tmp_path: Path, sql: str) -> None:
    assert refused(tmp_path, {"marts/dim_a": grained(sql)}, "x") == [
        ("SQL_STAR", "transforms/marts/dim_a.sql:2", "SELECT *")
    ]


def test_a_star_counts_rows_in_a_mart_and_selects_elsewhere(tmp_path: Path) -> None:
    files = {
        "marts/dim_a": grained("SELECT count(*) AS n FROM x"),
        "marts/dim_p": grained("SELECT a FROM (PIVOT x ON a IN (1, 2) USING sum(b))"),
        "ledger/b": grained("SELECT * FROM x"),
    }
    assert len(plan(models(tmp_path, files), {"x"})) == 3


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    files = {
        "staging/a": "SELECT 1 AS n",
        "staging/B": grained("SELECT 1 AS n"),
        "other/c": grained("SELECT 1 AS n"),
    }
    assert refused(tmp_path, files) == [
        ("SQL_PLACE", "transforms/other/c.sql", "transforms/other/c.sql"),
        ("SQL_NAME", "transforms/staging/B.sql", "B"),
        ("SQL_GRAIN", "transforms/staging/a.sql:1", "没有 grain 行"),
    ]


CHECK = """-- grain: 账套×月
-- check: T-03
-- severity: H
-- title: 资产总计 = 负债与净资产总计
-- guards: 表不平而无人知
SELECT 1 AS n
"""


def test_the_header_of_a_check(tmp_path: Path) -> None:
    (model,) = models(tmp_path, {"checks/chk_balance": CHECK})
    head = check_header(model)
    assert (head.check_id, head.severity, head.title, head.guards) == (
        "T-03",
        "H",
        "资产总计 = 负债与净资产总计",
        "表不平而无人知",
    )


def test_a_check_without_its_header_or_with_anothers_id(tmp_path: Path) -> None:
    files = {
        "checks/a": CHECK,
        "checks/b": CHECK,
        "checks/c": CHECK.replace("-- guards: 表不平而无人知\n", "").replace("T-03", "T-04"),
        "checks/d": CHECK.replace("severity: H", "severity: X").replace("T-03", "T-05"),
    }
    assert refused(tmp_path, files) == [
        ("SQL_CHECK_HEADER", "transforms/checks/c.sql:1", "缺少 guards"),
        ("SQL_CHECK_HEADER", "transforms/checks/d.sql:1", "severity: X"),
        ("SQL_DUPLICATE", "transforms/checks/b.sql", "T-03 已由 transforms/checks/a.sql 占用"),
    ]
