"""The catalog: commented views over one release, and SQL that can only read them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import duckdb
import pytest

from pipelines.errors import JiecunError
from pipelines.paths import WarehousePaths
from pipelines.warehouse.catalog import open_catalog, query, run_sql, write_catalog
from pipelines.warehouse.marts import write_mart
from pipelines.warehouse.release import Manifest, publish
from schemas import columns as c
from schemas.table import Spec, Table, declare

if TYPE_CHECKING:
    from pathlib import Path


class DimFund(Table):
    """A mart of this test."""

    _spec: ClassVar[Spec] = Spec(
        zh="基金'表", layer="mart", grain="一个基金一行", key=("fund",), weakness="演示用"
    )
    fund: c.Text = c.text("基金")
    close_amt: c.Money = c.money("期末余额", note="贷方为正")


DECL = declare(DimFund)


def release(paths: WarehousePaths, name: str, amount: str) -> None:
    def build(folder: Path) -> Manifest:
        with duckdb.connect() as con:
            con.execute(
                "CREATE TABLE dim_fund AS "
                f"SELECT 'POOL' AS fund, {amount}::DECIMAL(18,2) AS close_amt"
            )
            mart = write_mart(con, DECL, folder / "marts", kv={})
        write_catalog(folder / "jiecun.duckdb", [DECL], paths.release(name))
        assert sorted(p.name for p in folder.iterdir()) == ["jiecun.duckdb", "marts"]
        return Manifest((mart,), {})

    publish(paths, name, build)


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    paths = WarehousePaths(tmp_path / "ware'house")
    release(paths, "r1", "1.50")
    return paths


def test_the_views_name_the_releases_own_folder(paths: WarehousePaths) -> None:
    assert sorted(p.name for p in paths.releases.iterdir()) == ["r1"]
    with duckdb.connect(str(paths.catalog), read_only=True) as con:
        assert con.execute("FROM dim_fund").fetchall() == [("POOL", Decimal("1.50"))]
        (sql,) = con.execute("SELECT sql FROM duckdb_views() WHERE NOT internal").fetchall()[0]
        assert str(paths.releases.resolve() / "r1").replace("'", "''") in sql


def test_the_comments_are_there(paths: WarehousePaths) -> None:
    with duckdb.connect(str(paths.catalog), read_only=True) as con:
        assert con.execute(
            "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
        ).fetchall() == [("dim_fund", "基金'表；粒度：一个基金一行；演示用")]
        assert con.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'dim_fund'"
        ).fetchall() == [("fund", "基金"), ("close_amt", "期末余额（元）；贷方为正")]


def test_the_file_is_of_the_storage_format_that_older_clients_open(paths: WarehousePaths) -> None:
    with duckdb.connect() as con:
        con.execute("ATTACH '{}' AS c (READ_ONLY)".format(str(paths.catalog).replace("'", "''")))
        tags = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'c'")
        assert "v1.4.0" in str(tags.fetchall()[0][0])


def test_sql_gives_a_frame(paths: WarehousePaths) -> None:
    frame = run_sql(paths, "SELECT fund, sum(close_amt) AS amt FROM dim_fund GROUP BY ALL")
    assert frame.rows() == [("POOL", Decimal("1.50"))]
    assert run_sql(paths, "SHOW TABLES").rows() == [("dim_fund",)]
    assert run_sql(paths, "FROM dim_fund WHERE false").shape == (0, 2)
    assert run_sql(paths, "DESCRIBE dim_fund").height == 2
    recursive = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) FROM r"
    assert run_sql(paths, recursive).height == 3


def test_what_was_sent_is_read_beside_the_release(paths: WarehousePaths) -> None:
    paths.alerts.mkdir()
    file = paths.alerts / "alert_event.parquet"
    write = "COPY (SELECT '{}' AS channel) TO '{}' (FORMAT parquet)"
    with duckdb.connect() as con:
        con.execute(write.format("office", str(file).replace("'", "''")))
    assert run_sql(paths, "FROM alert_event").rows() == [("office",)]
    assert run_sql(paths, "SELECT fund FROM dim_fund").rows() == [("POOL",)]
    with pytest.raises(JiecunError):
        run_sql(paths, f"FROM read_parquet('{paths.root}/../other.parquet')")


def test_two_readers_and_the_old_release_stays_with_its_reader(paths: WarehousePaths) -> None:
    old = open_catalog(paths)
    release(paths, "r2", "2.50")
    new = open_catalog(paths)
    amounts = [query(con, "SELECT close_amt FROM dim_fund").item() for con in (old, new)]
    assert amounts == [Decimal("1.50"), Decimal("2.50")]
    old.close()
    new.close()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t AS SELECT 1",
        "CREATE TEMP TABLE t AS SELECT 1",
        "CREATE TABLE memory.t AS SELECT 1",
        "DROP VIEW dim_fund",
        "INSERT INTO dim_fund VALUES ('X', 1)",
        "COMMENT ON VIEW dim_fund IS 'x'",
        "COPY dim_fund TO '{out}'",
        "COPY (SELECT 1) TO '{mart}'",
        "WITH w AS (COPY (SELECT 1) TO '{mart}') SELECT 1",
        "SELECT 1 WHERE EXISTS (WITH w AS (COPY dim_fund TO '{out}') SELECT 1)",
        "WITH w AS (DELETE FROM dim_fund) SELECT 1",
        "EXPLAIN ANALYZE COPY dim_fund TO '{out}'",
        "ATTACH '{out}' AS other",
        "ATTACH ':memory:' AS other",
        "EXPORT DATABASE '{out}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_what_is_not_one_select_is_refused(paths: WarehousePaths, sql: str) -> None:
    mart = paths.current.resolve() / "marts" / "dim_fund.parquet"
    out = mart.with_name("out.parquet")
    before = mart.read_bytes()
    text = sql.format(out=str(out).replace("'", "''"), mart=str(mart).replace("'", "''"))
    with pytest.raises(JiecunError) as info:
        run_sql(paths, text)
    assert info.value.problems[0].code == "SQL_REFUSED"
    assert mart.read_bytes() == before
    assert [p.name for p in mart.parent.iterdir()] == ["dim_fund.parquet"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM query('COPY dim_fund TO ''x''')",
        "SELECT * FROM read_text('{folder}/warehouse/../secret.csv')",
        "SELECT nope FROM dim_fund",
    ],
)
def test_other_files_cannot_be_read(paths: WarehousePaths, sql: str) -> None:
    secret = paths.root.parent / "secret.csv"
    secret.write_text("hidden\n1\n")
    with pytest.raises(JiecunError) as info:
        run_sql(paths, sql.format(secret=secret, folder=secret.parent))
    assert info.value.problems[0].code == "SQL_FAILED"


def test_the_raw_connection_reads_no_other_file_and_changes_no_setting(
    paths: WarehousePaths,
) -> None:
    out = paths.root.parent / "out.csv"
    with open_catalog(paths) as con:
        for sql in (
            f"COPY dim_fund TO '{out}'",
            f"ATTACH '{out}' AS other",
            "SET enable_external_access = true",
            "SELECT * FROM read_text('/etc/hostname')",
            "DROP VIEW dim_fund",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(sql)
    assert not out.exists()


def test_without_a_release(tmp_path: Path) -> None:
    with pytest.raises(JiecunError, match="先运行 jiecun run"):
        run_sql(WarehousePaths(tmp_path), "SELECT 1")


def test_a_build_that_dies_in_the_catalog_leaves_no_stand_in(
    paths: WarehousePaths,
) -> None:
    def dies(folder: Path) -> Manifest:
        write_catalog(folder / "jiecun.duckdb", [DECL], paths.release("r9"))
        raise AssertionError

    with pytest.raises(JiecunError, match="WAREHOUSE_WRITE"):
        publish(paths, "r9", dies)
    assert [p.name for p in paths.releases.iterdir()] == ["r1"]
