"""What a drill shows: no person, sums over everything, the rows of one release only."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import polars as pl
from rich.console import Console

from pipelines.drill.node import LeftOut, Node, to_json
from pipelines.drill.render import drill_tree
from pipelines.drill.sources import NAMING
from pipelines.extracts.discover import TABLES
from pipelines.extracts.live import live_view_sql, replaced_file
from pipelines.extracts.parse_sql import staged_types
from pipelines.paths import WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

ROW = Node(
    "row",
    "vouchers_610000_202301_B001.csv 第 2 行 物理行 3",
    Decimal("-40.00"),
    1,
    {"table": "vouchers", "src_row": 2, "src_line": 3},
)
TREE = Node(
    "cell",
    "资产总计",
    Decimal("1234567.89"),
    3,
    {"key": "BS:610100-310:202403:A9"},
    (
        Node(
            "voucher",
            "202403 第 7 号",
            Decimal("1234567.89"),
            3,
            {},
            (ROW, Node("difference", "支付方式差额", Decimal("-0.10"))),
            LeftOut(2, Decimal("1234607.99")),
        ),
    ),
)


def test_columns_that_name_a_row_name_no_person_and_no_employer() -> None:
    for table, columns in NAMING.items():
        for name in columns:
            column = TABLES[table].column(name)
            assert not column.meta.hash_domain, (table, name)
            assert column.meta.sensitivity not in ("person", "employer"), (table, name)
        assert set(columns) >= set(TABLES[table].spec.key) - {"poolarea_no", "insutype"}


def test_the_tree_shows_amounts_keys_and_what_is_left_out() -> None:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(drill_tree(TREE))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "1,234,567.89  资产总计  BS:610100-310:202403:A9  3 个来源行" in text
    assert "-40.00  vouchers_610000_202301_B001.csv 第 2 行 物理行 3" in text
    assert "1,234,607.99  其余 2 个来源行" in text


def test_json_keeps_every_fen_as_text() -> None:
    told = json.loads(json.dumps(to_json(TREE), ensure_ascii=False))
    assert told["amount"] == "1234567.89"
    (voucher,) = told["children"]
    assert voucher["left_out"] == {"count": 2, "amount": "1234607.99"}
    assert [child["kind"] for child in voucher["children"]] == ["row", "difference"]
    assert voucher["children"][0]["facts"]["src_line"] == 3
    amounts = [Decimal(child["amount"]) for child in voucher["children"]]
    assert sum(amounts) + Decimal(voucher["left_out"]["amount"]) == Decimal(voucher["amount"])


@dataclass(frozen=True)
class Taken:
    """A file taken in, as far as a reader needs to know it."""

    source_sha: str
    replaced_rows: int
    table_name: str = "fund_plan"


def test_a_view_of_earlier_files_still_has_the_rows_replaced_later(tmp_path: Path) -> None:
    """File B replaced row 1 of file A: seen with A alone, the row is there."""
    paths = WarehousePaths(tmp_path)
    types = staged_types(TABLES["fund_plan"])
    for sha, rows in (("A", (1, 2)), ("B", (1,))):
        target = paths.staged_file("fund_plan", sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        values = ", ".join(
            f"'{sha}' as {name}"
            if name == "source_sha"
            else f"r as {name}"
            if name == "src_row"
            else f"null::{kind} as {name}"
            for name, kind in types.items()
        )
        duckdb.execute(
            f"copy (select {values} from (select unnest({list(rows)})::bigint as r)) "
            f"to '{target.as_posix()}' (format parquet)"
        )
    gone = replaced_file(paths, "fund_plan", "B")
    gone.parent.mkdir(parents=True)
    pl.DataFrame({"source_sha": ["A"], "src_row": [1]}).write_parquet(gone)

    def seen(*batches: Taken) -> list[tuple[str, int]]:
        sql = live_view_sql("fund_plan", paths, batches)
        return duckdb.execute(f"select source_sha, src_row from ({sql}) order by all").fetchall()

    first, second = Taken("A", 0), Taken("B", 1)
    assert seen(first) == [("A", 1), ("A", 2)]
    assert seen(first, second) == [("A", 2), ("B", 1)]
    assert seen() == []
