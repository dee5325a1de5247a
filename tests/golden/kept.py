"""The books of a raw folder, kept by the steps of ``month_end`` up to the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.flows import plain
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import open_workspace
from pipelines.paths import ROOT, RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.engine.runner import CheckResult
    from tests.golden.recompute import Cells

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
MART_COLUMNS = {
    "IS": ("fct_income_statement", ("month_amt", "ytd_amt", "prior_year_amt", "form_amt")),
    "BS": ("fct_balance_sheet", ("year_open_amt", "close_amt")),
}


@dataclass(frozen=True)
class Kept:
    """Every cell of the filed statements, every check, the events in any book's journal, and how
    often each rule over sets of rows was tested and hit."""

    raw: Path
    cells: Cells
    checks: tuple[CheckResult, ...]
    events: frozenset[str]
    rates: dict[str, tuple[int, int]]


def keep_books(raw: Path, warehouse: Path) -> Kept:
    """Take in, book and check everything under ``raw``."""
    request = RunRequest(RawPaths(raw), WarehousePaths(warehouse))
    con = open_workspace(request)
    checks = plain.keep_books(con, request).checks
    cells = mart_cells(con)
    found = con.execute("select distinct event_code from fct_journal").fetchall()
    rates = con.execute(
        "select rule_id, sum(rows_tested)::bigint, sum(rows_hit)::bigint from fct_contract_rate "
        "group by rule_id"
    ).fetchall()
    con.close()
    told = {rule: (tested, hit) for rule, tested, hit in rates}
    return Kept(raw, cells, checks, frozenset(code for (code,) in found), told)


def mart_cells(con: duckdb.DuckDBPyConnection) -> Cells:
    """Every amount of the statutory book's statements in whole fen."""
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
    """Money comes from the bank lines, the rest from the events: they meet without entries."""
    for (statement, ledger, kind, ym, row, column), amount in cells.items():
        if statement == "BS" and row == "A9":
            assert amount == cells[statement, ledger, kind, ym, "T9", column], (ledger, ym)
