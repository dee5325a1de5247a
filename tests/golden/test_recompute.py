"""The books of the demo against a second opinion, cell by cell, for many provinces.

``recompute.py`` reads the raw CSV in Polars and shares nothing with ``transforms/``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from pipelines.demo.generate import generate
from tests.golden.kept import (
    REGION_TEXT,
    assert_balanced,
    assert_hard_checks,
    differences,
    keep_books,
    mart_cells,
)
from tests.golden.recompute import recompute
from tests.shared import clean_province, spoilt_province

if TYPE_CHECKING:
    from pathlib import Path


#: first months of the twenty small worlds: with a year end inside, at the edge, and without one
STARTS = (202310, 202311, 202309, 202402, 202412)


def test_bad_rows_change_no_cell(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same province with bad rows of every class gives the books of the clean one."""
    clean, spoilt = clean_province(tmp_path_factory), spoilt_province(tmp_path_factory)

    labels = pl.read_csv(spoilt / "raw" / "labels.csv", infer_schema=False)
    assert labels.filter(kind="defect").height > 120
    marts = spoilt / "house" / "current" / "marts"
    with duckdb.connect() as con:
        for name in ("fct_balance_sheet", "fct_income_statement"):
            file = (marts / f"{name}.parquet").as_posix()
            con.execute(f"create view {name} as from read_parquet('{file}')")
        cells = mart_cells(con)
    assert differences(recompute(clean / "raw"), cells) == []
    hard = pl.read_parquet(marts / "fct_check.parquet").filter(severity="H")["status"]
    assert len(hard) >= 15
    assert set(hard) <= {"passed", "not_applicable"}


@pytest.mark.parametrize("seed", range(1, 21 if os.environ.get("JIECUN_LONG") else 3))
def test_small_worlds_tie_out(tmp_path: Path, seed: int) -> None:
    """Every hard tie-out and every cell, for twenty other provinces."""
    raw = tmp_path / "raw"
    start = STARTS[seed % len(STARTS)]
    generate(raw, seed=seed, months=4, settlements=2_000, start_ym=start, region_file=REGION_TEXT)

    expected = recompute(raw)
    kept = keep_books(raw, tmp_path / "warehouse")

    assert_hard_checks(kept.checks)
    assert_balanced(expected)
    assert differences(expected, kept.cells) == []
