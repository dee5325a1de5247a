"""The main job as a person types it: demo, run, look, run again, add a month."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from pipelines.paths import WarehousePaths
from pipelines.warehouse.catalog import open_catalog, query

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Command = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[2]
LAST_YM = 202306


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, jiecun_cmd: Command) -> Path:
    """Six months of a small province."""
    folder = tmp_path_factory.mktemp("world")
    done = jiecun_cmd("demo", "--out", folder, "--months", 6, "--settlements", 4000, "--seed", 11)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def house(world: Path, tmp_path_factory: pytest.TempPathFactory, jiecun_cmd: Command) -> Path:
    """A warehouse after one run."""
    folder = tmp_path_factory.mktemp("house")
    done = jiecun_cmd("run", "--raw", world, "--warehouse", folder)
    assert done.returncode == 0, done.stderr
    assert "勾稽核对" in done.stdout
    assert "资产负债表" in done.stdout
    assert "收支表" in done.stdout
    assert str(folder) in done.stdout.replace("\n", "")
    return folder


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _mart_hashes(house: Path) -> dict[str, str]:
    manifest = json.loads((house / "current" / "manifest.json").read_text(encoding="utf-8"))
    return {m["name"]: m["sha256"] for m in manifest["marts"]}


def test_every_ledger_has_both_statements_every_month(house: Path) -> None:
    sheets = pl.read_parquet(house / "current/marts/fct_balance_sheet.parquet")
    flows = pl.read_parquet(house / "current/marts/fct_income_statement.parquet")
    months = sheets.filter(pl.col("period_type") == "M")["period_ym"].unique().sort().to_list()
    assert months == [202301, 202302, 202303, 202304, 202305, LAST_YM]
    ledgers = set(sheets["ledger_id"])
    assert "619900-310" in ledgers
    assert {"610100-310", "610100-390"} <= ledgers
    assert len(ledgers) == 22
    assert set(flows["ledger_id"]) == ledgers


def test_money_is_decimal_in_every_mart(house: Path) -> None:
    for path in sorted((house / "current" / "marts").glob("*.parquet")):
        schema = pl.read_parquet_schema(path)
        floats = [name for name, kind in schema.items() if kind.is_float()]
        assert floats == [], path.name
        for name, kind in schema.items():
            if name.endswith("_amt") or name.startswith("amt_"):
                assert kind == pl.Decimal(18, 2), f"{path.name}.{name}"


def test_the_run_binds_the_forecast_and_six_months_are_no_base(house: Path) -> None:
    """Each ledger's months as booked; from twelve months of history on there is a path."""
    told = pl.read_parquet(house / "current/marts/fct_forecast.parquet")
    assert told["horizon_cnt"].unique().to_list() == [0]
    assert len(told) == told["series_id"].n_unique() * 6 == 22 * 6
    assert pl.read_parquet(house / "current/marts/fct_forecast_crossing.parquet").is_empty()


def test_the_workbooks_are_there_one_a_pool(house: Path) -> None:
    books = sorted((house / "current" / "reports").glob("*.xlsx"))
    assert len(books) == 11
    assert any("610100" in book.name for book in books)


def test_a_second_run_finds_nothing_new(house: Path, world: Path, jiecun_cmd: Command) -> None:
    before = (house / "current").resolve()
    told = _json(jiecun_cmd("run", "--raw", world, "--warehouse", house, "--json"))
    assert told["published"] is False
    assert told["new_files"] == 0
    assert told["unchanged_files"] == len(list((world / "extracts").glob("*.csv")))
    assert (house / "current").resolve() == before


def test_check_makes_every_tie_out_again(house: Path, world: Path, jiecun_cmd: Command) -> None:
    told = _json(jiecun_cmd("check", "--raw", world, "--warehouse", house, "--json"))
    assert told["left_out"] == []
    # six months hold no year end
    idle = ("T-08", "T-15", "T-19", "T-24", "T-25")
    assert {
        c["check_id"]: c["status"] for c in told["checks"] if c["status"] != "passed"
    } == dict.fromkeys(idle, "not_applicable")


def test_check_finds_a_mart_that_was_touched(
    house: Path, world: Path, tmp_path: Path, served_cmd: Command
) -> None:
    copy = tmp_path / "house"
    shutil.copytree(house, copy, symlinks=True)
    mart = copy / "current" / "marts" / "fct_balance_sheet.parquet"
    mart.chmod(0o600)
    mart.write_bytes(mart.read_bytes() + b"\0")
    done = served_cmd("check", "--raw", world, "--warehouse", copy)
    assert done.returncode == 3
    assert "RELEASE_CHANGED" in done.stderr
    assert "fct_balance_sheet" in done.stderr


def test_status_history_and_sql(house: Path, jiecun_cmd: Command) -> None:
    status = _json(jiecun_cmd("status", "--warehouse", house, "--json"))
    assert (status["first_ym"], status["last_ym"]) == (202301, LAST_YM)
    assert sum(row["rows_read"] for row in status["intake"]) > 4000
    assert len(_json(jiecun_cmd("history", "--warehouse", house, "--json"))) == 1
    rows = _json(
        jiecun_cmd(
            "sql",
            "select count(distinct ledger_id) as n from fct_journal",
            "--warehouse",
            house,
            "--json",
        )
    )
    assert rows == [{"n": 22}]
    refused = jiecun_cmd("sql", "delete from fct_journal", "--warehouse", house)
    assert refused.returncode == 2
    assert "SQL_REFUSED" in refused.stderr


def test_a_bi_client_opens_the_catalog_and_reads_the_comments(house: Path) -> None:
    with duckdb.connect(str(house / "jiecun.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from fct_journal").fetchall()[0][0] > 0
        comment = con.execute(
            "select comment from duckdb_columns() "
            "where table_name = 'fct_balance_sheet' and column_name = 'close_amt'"
        ).fetchall()
    assert comment == [("期末余额（元）",)]


def test_two_empty_warehouses_give_the_same_bytes(
    house: Path, world: Path, tmp_path: Path, served_cmd: Command
) -> None:
    # another key for the ids and another number of threads: the marts must not know
    env = {"JIECUN_HASH_KEY": "another-key-of-22-char", "JIECUN_THREADS": "1"}
    done = served_cmd("run", "--raw", world, "--warehouse", tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert _mart_hashes(tmp_path) == _mart_hashes(house)
    assert len(_mart_hashes(house)) >= 20


def test_one_more_month_reads_only_its_files(
    house: Path, world: Path, tmp_path: Path, served_cmd: Command
) -> None:
    raw, warehouse = tmp_path / "raw", tmp_path / "house"
    for beside in ("regions", "rules"):
        shutil.copytree(world / beside, raw / beside)
    (raw / "extracts").mkdir(parents=True)
    files = sorted((world / "extracts").glob("*.csv"))
    late = [f for f in files if f"_{LAST_YM}_" in f.name]
    early = [f for f in files if f not in late]
    for file in early:
        shutil.copy2(file, raw / "extracts")
    first = _json(served_cmd("run", "--raw", raw, "--warehouse", warehouse, "--json"))
    assert (first["new_files"], first["through_ym"]) == (len(early), LAST_YM - 1)
    for file in late:
        shutil.copy2(file, raw / "extracts")
    second = _json(served_cmd("run", "--raw", raw, "--warehouse", warehouse, "--json"))
    assert (second["new_files"], second["unchanged_files"]) == (len(late), len(early))
    assert second["through_ym"] == LAST_YM
    # and it stands where one run over all files stands
    assert _mart_hashes(warehouse) == _mart_hashes(house)


def test_through_ends_the_books_earlier(
    house: Path, world: Path, tmp_path: Path, served_cmd: Command
) -> None:
    copy = tmp_path / "house"
    shutil.copytree(house, copy, symlinks=True)
    done = served_cmd(
        "run", "--raw", world, "--warehouse", copy, "--through", 202303, "--pool", "610200"
    )
    assert done.returncode == 0, done.stderr
    assert (copy / "current").resolve().name != (house / "current").resolve().name
    journal = pl.read_parquet(copy / "current/marts/fct_journal.parquet")
    assert journal["period_ym"].max() == 202303
    assert set(journal["poolarea_no"]) == {"610200"}


def test_no_raw_person_id_stands_anywhere_in_the_warehouse(house: Path, world: Path) -> None:
    file = sorted((world / "extracts").glob("settlements_*.csv"))[0]
    rows = pl.read_csv(file, infer_schema=False)
    ids = [i.encode() for i in rows["psn_no"].unique().sort().head(200)]
    setl = rows["setl_id"][0].encode()
    found_setl = False
    for path in sorted(house.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        data = (
            pl.read_parquet(path).write_csv().encode()
            if path.suffix == ".parquet"
            else path.read_bytes()
        )
        found_setl = found_setl or setl in data
        assert not any(i in data for i in ids), path
    assert found_setl, "the search itself must be able to find an id"


def test_every_warning_is_computed_again_from_the_catalog(house: Path) -> None:
    """Two rows of every rule and measure: its own SQL gives its own value."""
    with closing(open_catalog(WarehousePaths(house))) as con:
        told = query(
            con,
            """SELECT rule_id, measure, value, recompute_sql FROM fct_warning
            WHERE recompute_sql IS NOT NULL
            QUALIFY row_number() OVER (
                PARTITION BY rule_id, measure ORDER BY warning_id, period_ym
            ) <= 2 ORDER BY ALL""",
        ).rows()
        assert {row[0] for row in told} >= {"W-01"}
        for rule, measure, value, sql in told:
            assert [float(v) for v in query(con, sql).row(0)] == [float(value)], (rule, measure)
        untold = query(
            con, "SELECT count(*) FROM fct_warning WHERE recompute_sql IS NULL AND level <> 'grey'"
        )
        assert untold.row(0) == (0,)


def test_fail_on_tells_a_scheduler_that_a_fund_runs_dry(
    house: Path, world: Path, served_cmd: Command
) -> None:
    rows = _json(
        served_cmd(
            "sql",
            "select count(*) as n from fct_warning where level = 'red' and period_ym = "
            "(select max(period_ym) from dim_month)",
            "--warehouse",
            house,
            "--json",
        )
    )
    args = ("run", "--raw", world, "--warehouse", house, "--json", "--fail-on")
    assert served_cmd(*args, "red").returncode == (4 if rows[0]["n"] else 0)
    assert served_cmd(*args, "purple").returncode == 2


def test_regions_load_writes_three_tables(tmp_path: Path, jiecun_cmd: Command) -> None:
    text = next((ROOT / "data/raw/regions").glob("000_*.txt"))
    done = jiecun_cmd("regions", "load", text, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "省级 31，地级 332，县级 2866" in done.stdout
    rows = pl.read_parquet(tmp_path / "region_source.parquet")
    assert rows.height == 31 + 332 + 2866


def test_commands_of_the_readme_run(
    house: Path, world: Path, served_cmd: Command, tmp_path: Path
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"`jiecun ([^`]+)`", text)
    assert len(commands) >= 5
    env = {"JIECUN_WAREHOUSE": str(house), "JIECUN_RAW": str(world)}
    for command in commands:
        # the folders of this test, and the last month of its small world
        words = _words(command.replace("/tmp/", f"{tmp_path}/").replace("202512", str(LAST_YM)))
        if words[0] == "demo":
            words += ["--months", "3", "--settlements", "2000"]
        if words == ["run"]:
            continue  # on the checkout's own data folder: `dev.py run` does it
        if words[0] == "check":
            words = ["check", "--help"]  # test_check_makes_every_tie_out_again runs it
        done = served_cmd(*words, env=env)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)
