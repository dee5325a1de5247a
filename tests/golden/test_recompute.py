"""The books of the demo against a second opinion, cell by cell, for many provinces.

``recompute.py`` reads the raw CSV in Polars and shares nothing with ``transforms/``.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.generate import generate
from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import bind_inputs, last_month, open_workspace, read_regions
from pipelines.paths import ROOT, RawPaths, WarehousePaths
from tests.golden.recompute import ITEM_ROW, Cells, recompute

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.engine.runner import CheckResult

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
MART_COLUMNS = {
    "IS": ("fct_income_statement", ("month_amt", "ytd_amt", "prior_year_amt", "form_amt")),
    "BS": ("fct_balance_sheet", ("year_open_amt", "close_amt")),
}
LAYERS = ("staging", "journal", "ledger", "statements", "metrics", "warnings", "marts")
#: first months of the twenty small worlds: with a year end inside, at the edge, and without one
STARTS = (202310, 202311, 202309, 202402, 202412)


def keep_books(raw: Path, warehouse: Path) -> tuple[Cells, tuple[CheckResult, ...]]:
    """The steps of ``month_end`` up to the checks, without Prefect."""
    request = RunRequest(RawPaths(raw), WarehousePaths(warehouse))
    regions = read_regions(request.raw)
    con = open_workspace(request)
    taken = steps.take_in(con, request, regions)
    through = last_month(taken.all, None)
    bind_inputs(con, request, regions, taken.all, through_ym=through, attributes={})
    steps.transform(con, LAYERS)
    checks = steps.tie_out(con)
    cells = mart_cells(con)
    con.close()
    return cells, checks


def mart_cells(con: duckdb.DuckDBPyConnection) -> Cells:
    cells: Cells = {}
    for statement, (mart, columns) in MART_COLUMNS.items():
        fen = ", ".join(f"({column} * 100)::bigint" for column in columns)
        rows = con.execute(
            f"select ledger_id, period_type, period_ym, row_code, {fen} from {mart} "
            "where book = 'k17'"
        ).fetchall()
        for ledger, kind, ym, row, *amounts in rows:
            for column, amount in zip(columns, amounts, strict=True):
                at = (statement, ledger, kind, ym, row, column)
                assert at not in cells, f"{at} stands twice in {mart}"
                cells[at] = amount
    return cells


def differences(expected: Cells, actual: Cells) -> list[str]:
    return [
        f"{at}: {expected.get(at, 'no such cell')} expected, {actual.get(at, 'no such cell')} found"
        for at in sorted(expected.keys() | actual.keys())
        if at not in expected or at not in actual or expected[at] != actual[at]
    ]


def assert_hard_checks(checks: tuple[CheckResult, ...]) -> None:
    hard = [check for check in checks if check.severity == "H"]
    assert len(hard) >= 15
    assert [c for c in hard if c.status not in ("passed", "not_applicable")] == []


def assert_balanced(cells: Cells) -> None:
    """Assets come from the bank lines, net assets from the events: they meet without entries."""
    for (statement, ledger, kind, ym, row, column), amount in cells.items():
        if statement == "BS" and row == "A9":
            assert amount == cells[statement, ledger, kind, ym, "T9", column], (ledger, ym)


def test_every_cell_of_every_pool_and_month(tmp_path: Path) -> None:
    """The demo as a newcomer makes it; every kind of item that it knows has moved."""
    raw = tmp_path / "raw"
    generate(raw, region_file=REGION_TEXT)

    expected = recompute(raw)
    actual, checks = keep_books(raw, tmp_path / "warehouse")

    # 11 pools, 21 ledgers, 36 months and three years
    assert len(expected) == 120_312
    assert_balanced(expected)
    moved = {(at[1][-3:], at[4]) for at, fen in expected.items() if at[0] == "IS" and fen}
    assert {(scheme, row) for scheme in ITEM_ROW for row in ITEM_ROW[scheme].values()} <= moved
    assert differences(expected, actual) == []
    # the demo has no advances to hospitals, no money between pools, no arrears, and no pending
    # money over a year end yet
    silent = {"J-06", "T-16", "T-17", "T-18", "T-24", "T-25", "T-32"}
    assert [c for c in checks if c.status != "passed" and c.check_id not in silent] == []
    assert {c.status for c in checks if c.check_id in silent} <= {"passed", "not_applicable"}


def test_bad_rows_change_no_cell(tmp_path: Path) -> None:
    """The same province with bad rows of every class gives the books of the clean one."""
    province = partial(generate, seed=5, months=14, settlements=6_000, region_file=REGION_TEXT)
    province(tmp_path / "clean")
    spoilt = province(tmp_path / "spoilt", defects=True)

    actual, checks = keep_books(tmp_path / "spoilt", tmp_path / "warehouse")

    assert spoilt.labels > 50
    assert differences(recompute(tmp_path / "clean"), actual) == []
    assert_hard_checks(checks)


@pytest.mark.parametrize("seed", range(1, 21 if os.environ.get("JIECUN_LONG") else 7))
def test_small_worlds_tie_out(tmp_path: Path, seed: int) -> None:
    """Every hard tie-out and every cell, for twenty other provinces."""
    raw = tmp_path / "raw"
    start = STARTS[seed % len(STARTS)]
    generate(raw, seed=seed, months=4, settlements=2_000, start_ym=start, region_file=REGION_TEXT)

    expected = recompute(raw)
    actual, checks = keep_books(raw, tmp_path / "warehouse")

    assert_hard_checks(checks)
    assert_balanced(expected)
    assert differences(expected, actual) == []
