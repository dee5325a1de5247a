"""The books of the demo against a second opinion, cell by cell, for many provinces.

``recompute.py`` reads the raw CSV in Polars and shares nothing with ``transforms/``.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.generate import generate
from tests.golden.kept import (
    REGION_TEXT,
    assert_balanced,
    assert_hard_checks,
    differences,
    keep_books,
)
from tests.golden.recompute import recompute

if TYPE_CHECKING:
    from pathlib import Path


#: first months of the twenty small worlds: with a year end inside, at the edge, and without one
STARTS = (202310, 202311, 202309, 202402, 202412)


def test_bad_rows_change_no_cell(tmp_path: Path) -> None:
    """The same province with bad rows of every class gives the books of the clean one."""
    province = partial(generate, seed=5, months=14, settlements=6_000, region_file=REGION_TEXT)
    province(tmp_path / "clean")
    spoilt = province(tmp_path / "spoilt", defects=True)

    kept = keep_books(tmp_path / "spoilt", tmp_path / "warehouse")

    assert spoilt.labels > 50
    assert differences(recompute(tmp_path / "clean"), kept.cells) == []
    assert_hard_checks(kept.checks)


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
