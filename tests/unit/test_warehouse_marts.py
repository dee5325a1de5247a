"""A mart is written exactly as declared, or not at all; the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, ClassVar

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.errors import JiecunError
from pipelines.paths import ROOT
from pipelines.warehouse.marts import types_fit, write_mart
from schemas import columns as c
from schemas.table import RowRule, Spec, Table, declare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FctLedger(Table):
    """A mart of this test."""

    _spec: ClassVar[Spec] = Spec(
        zh="账套月", layer="mart", grain="账套×月一行", key=("ledger_id", "period_ym"),
        order_by=("period_ym", "note"),
        rules=(RowRule("CNT_SIGN", "row_cnt >= 0", "行数不得为负"),),
    )  # fmt: skip
    ledger_id: c.Text = c.text("账套", max_len=6)
    period_ym: c.Ym = c.ym("月份")
    close_amt: c.Money = c.money("期末'余额")
    row_cnt: c.Count = c.count("行数", unit="行")
    note: c.Text = c.text("备注", null=True)


DECL = declare(FctLedger)
ROWS = "('B', 202402, 3.00, 1, NULL), ('A', 202401, 1.10, 2, 'x'), ('C', 202402, -9.99, 0, NULL)"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    yield con
    con.close()


def table(con: duckdb.DuckDBPyConnection, rows: str = ROWS, **types: str) -> None:
    cast = {"ledger_id": "VARCHAR", "period_ym": "INTEGER", "close_amt": "DECIMAL(18,2)"}
    cast |= {"row_cnt": "BIGINT", "note": "VARCHAR"} | types
    columns = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in cast.items())
    con.execute(
        f"CREATE OR REPLACE TABLE fct_ledger AS SELECT {columns} "
        f"FROM (VALUES {rows}) v({', '.join(cast)})"
    )


def refused(con: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(JiecunError) as info:
        write_mart(con, DECL, folder, kv={})
    assert not (folder / "fct_ledger.parquet").exists()
    return [(p.code, p.excerpt, p.found) for p in info.value.problems]


def test_the_file_is_as_declared(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table(con, period_ym="HUGEINT", close_amt="DECIMAL(38,2)", row_cnt="HUGEINT")
    made = write_mart(con, DECL, tmp_path / "marts", kv={"as_of": "2024-02"})
    path = tmp_path / "marts" / "fct_ledger.parquet"
    assert (made.name, made.rows, made.bytes) == ("fct_ledger", 3, path.stat().st_size)
    assert made.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    found = con.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    assert {row[0]: row[1] for row in found} == DECL.sql_columns()
    ledgers = [r[0] for r in con.execute(f"SELECT ledger_id FROM '{path}'").fetchall()]
    assert ledgers == ["A", "B", "C"]
    metadata = pq.read_metadata(path)
    assert metadata.format_version == "1.0"
    kv = {k.decode(): v.decode() for k, v in metadata.metadata.items()}
    assert json.loads(kv["labels_zh"]) == {
        "ledger_id": "账套",
        "period_ym": "月份",
        "close_amt": "期末'余额",
        "row_cnt": "行数",
        "note": "备注",
    }
    assert (kv["mart"], kv["mart_schema_version"], kv["as_of"]) == ("fct_ledger", "1", "2024-02")
    assert json.loads(kv["unit_zh"]) == {"period_ym": "yyyymm", "close_amt": "元", "row_cnt": "行"}


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    shas = set()
    for threads, order in ((1, "ASC"), (2, "DESC"), (4, "ASC")):
        with duckdb.connect(config={"threads": threads}) as con:
            con.execute(
                f"""CREATE TABLE fct_ledger AS
                SELECT lpad((i % 5000)::VARCHAR, 6, '0') AS ledger_id,
                    (202401 + i // 5000)::INTEGER AS period_ym,
                    (i * 0.37)::DECIMAL(18,2) AS close_amt, i AS row_cnt, NULL::VARCHAR AS note
                FROM range(20000) t(i) ORDER BY hash(i) {order}"""
            )
            shas.add(write_mart(con, DECL, tmp_path / str(threads), kv={}).sha256)
    assert len(shas) == 1


@pytest.mark.parametrize(
    ("rows", "excerpt", "found"),
    [
        (
            "('A', 202401, 1, 1, NULL), ('A', 202401, 2, 1, 'x')",
            "ledger_id, period_ym",
            "1 个键重复",
        ),
        ("(NULL, 202401, 1, 1, NULL)", "ledger_id", "1 行为空"),
    ],
)
def test_the_key_is_unique_and_filled(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, rows: str, excerpt: str, found: str
) -> None:
    table(con, rows)
    assert refused(con, tmp_path) == [("MART_KEY", excerpt, found)]


@pytest.mark.parametrize(
    ("column", "drifted"),
    [
        ("row_cnt", "DOUBLE"),
        ("close_amt", "DOUBLE"),
        ("close_amt", "DECIMAL(18,4)"),
        ("period_ym", "VARCHAR"),
        ("note", "BLOB"),
    ],
)
def test_a_type_that_would_lose_something_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, column: str, drifted: str
) -> None:
    table(con, **{column: drifted})
    assert refused(con, tmp_path) == [("MART_TYPE", column, drifted)]


def test_an_overflow_is_refused_and_not_widened(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table(
        con,
        "('A', 202401, 10000000000000000.00, 9223372036854775808, NULL)",
        close_amt="DECIMAL(38,2)",
        row_cnt="HUGEINT",
    )
    assert refused(con, tmp_path) == [
        ("MART_VALUE", "close_amt（期末'余额）", "1 行不符"),
        ("MART_VALUE", "row_cnt（行数）", "1 行不符"),
    ]


def test_missing_values_long_texts_and_row_rules(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table(con, "('A', 202401, NULL, 1, NULL), ('ABCDEFG', 202401, 1, -1, NULL)")
    assert refused(con, tmp_path) == [
        ("MART_VALUE", "ledger_id（账套）", "1 行不符"),
        ("MART_VALUE", "close_amt（期末'余额）", "1 行不符"),
        ("MART_VALUE", "CNT_SIGN", "1 行不符"),
    ]


def test_columns_missing_and_undeclared(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert refused(con, tmp_path) == [("MART_COLUMNS", "", "没有")]
    table(con)
    con.execute("ALTER TABLE fct_ledger RENAME note TO remark")
    assert refused(con, tmp_path) == [
        ("MART_COLUMNS", "note", "没有"),
        ("MART_COLUMNS", "remark", "未声明"),
    ]


def test_an_all_null_column_takes_its_declared_type(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute(
        "CREATE TABLE fct_ledger AS SELECT 'A' AS ledger_id, 202401 AS period_ym, "
        "1::DECIMAL(18,2) AS close_amt, 1::BIGINT AS row_cnt, NULL AS note"
    )
    assert write_mart(con, DECL, tmp_path, kv={}).rows == 1


def test_a_row_that_cannot_be_read_is_not_quoted(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table(con, "('A', 202401, 1, 1, 'private')")
    con.execute("ALTER TABLE fct_ledger RENAME TO base")
    con.execute(
        "CREATE VIEW fct_ledger AS SELECT ledger_id, period_ym, close_amt, row_cnt, "
        "note::INTEGER::VARCHAR AS note FROM base"
    )
    with pytest.raises(JiecunError, match="MART_VALUE") as info:
        write_mart(con, DECL, tmp_path, kv={})
    assert "private" not in str(info.value)


def test_a_folder_that_cannot_be_written(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table(con)
    (tmp_path / "marts").write_text("a file stands here")
    with pytest.raises(JiecunError, match="WAREHOUSE_WRITE"):
        write_mart(con, DECL, tmp_path / "marts", kv={})


def test_a_disk_that_fills_while_the_mart_is_written(tmp_path: Path) -> None:
    script = """
import pathlib, resource, signal, sys
import duckdb
from pipelines.errors import JiecunError
from pipelines.paths import ROOT
from pipelines.warehouse.marts import write_mart
from schemas import columns as c
from schemas.table import Spec, Table, declare

class FctBig(Table):
    _spec = Spec(zh="大表", layer="mart", grain="一行", key=("hash",))
    hash: c.Text = c.text("散列")

con = duckdb.connect()
con.execute("CREATE TABLE fct_big AS SELECT md5(i::VARCHAR) AS hash FROM range(20000) t(i)")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_mart(con, declare(FctBig), pathlib.Path(sys.argv[1]), kv={})
except JiecunError as exc:
    print(exc.problems[0].code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "WAREHOUSE_WRITE"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        ("DECIMAL(38,2)", "DECIMAL(18,2)", True),
        ("DECIMAL(38,3)", "DECIMAL(18,2)", False),
        ("DECIMAL(38,0)", "BIGINT", True),
        ("DECIMAL(10,1)", "BIGINT", False),
        ("INTEGER", "DECIMAL(18,2)", True),
        ("DOUBLE", "DECIMAL(9,6)", False),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", False),
        ("DATE", "TIMESTAMP", False),
    ],
)
def test_what_goes_into_what_without_loss(source: str, target: str, fits: bool) -> None:
    assert types_fit(source, target) is fits
