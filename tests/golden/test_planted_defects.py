"""A world with planted bad rows: each is where it belongs, and the books do not notice them."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.shared import clean_province, spoilt_province

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = ("accepted", "duplicate", "superseded", "held", "quarantined", "out_of_scope")
BOOKS = ("fct_journal", "fct_ledger_month", "fct_balance_sheet", "fct_income_statement")


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoilt_province(tmp_path_factory)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_province(tmp_path_factory)


def test_every_planted_row_is_in_quarantine_with_its_reason_and_nothing_else_is(
    dirty: Path,
) -> None:
    labels = pl.read_csv(dirty / "raw" / "labels.csv", infer_schema=False)
    planted = labels.filter(pl.col("kind") == "defect").select(
        "file",
        pl.col("detail").str.extract(r"src_row=([0-9]+)").cast(pl.Int64).alias("src_row"),
        "reason",
        "disposition",
    )
    assert planted.height >= 120
    assert planted["reason"].n_unique() >= 40
    found = pl.concat(
        [pl.read_parquet(f) for f in sorted((dirty / "house/quarantine").rglob("*.parquet"))]
    ).select(pl.col("source_file").alias("file"), "src_row", "reason", "disposition")
    assert found.sort("file", "src_row").rows() == planted.sort("file", "src_row").rows()


def test_personal_accounts_of_the_clean_world_agree_or_have_their_list(clean: Path) -> None:
    """Two year ends of eleven pools; what one platform counts otherwise names its owners."""
    books = pl.read_parquet(clean / "house/current/marts/fct_pa_difference.parquet").filter(
        pl.col("book").is_in(["k17", "a1999"])
    )
    assert books.height == 44
    assert set(books["status"]) == {"matched", "explained"}
    differing = books.filter(pl.col("diff_amt") != 0)
    assert differing["diff_amt"].to_list() == differing["detail_amt"].to_list()
    assert set(differing["diff_amt"]) == {Decimal("120.00"), Decimal("40.00")}


def test_rows_and_money_add_up_file_by_file(dirty: Path) -> None:
    batches = pl.read_parquet(dirty / "house/current/marts/fct_intake.parquet")
    assert batches.height == len(list((dirty / "raw/extracts").glob("*.csv")))
    for batch in batches.iter_rows(named=True):
        name = batch["source_file"]
        assert sum(batch[f"rows_{o}"] for o in OUTCOMES) == batch["rows_read"], name
        if batch["amt_read"] is not None:
            assert sum((batch[f"amt_{o}"] for o in OUTCOMES), Decimal(0)) == batch["amt_read"], name
    assert batches["rows_quarantined"].sum() > 100


def test_rows_read_are_the_rows_that_the_files_hold(dirty: Path) -> None:
    batches = pl.read_parquet(dirty / "house/current/marts/fct_intake.parquet")
    for batch in batches.iter_rows(named=True):
        raw = (dirty / "raw/extracts" / batch["source_file"]).read_bytes()
        text = raw.decode("utf-8", errors="replace")
        rows = sum(1 for _ in csv.reader(text.splitlines())) - 1
        assert batch["rows_read"] == rows, batch["source_file"]


def test_refused_rows_name_their_line_and_mask_the_person(dirty: Path) -> None:
    for path in sorted((dirty / "house/quarantine/settlements").glob("*.parquet")):
        for row in pl.read_parquet(path).iter_rows(named=True):
            source = (dirty / "raw/extracts" / row["source_file"]).read_bytes()
            line = source.split(b"\n")[row["src_line"] - 1]
            setl = line.split(b",")[0].decode("utf-8", errors="replace")
            if row["reason"] not in ("ENC_INVALID", "COL_COUNT"):
                assert row["raw_text"].startswith(setl), row["source_file"]
                person = line.split(b",")[4].decode()
                assert person not in row["raw_text"]


def test_the_books_are_those_of_the_world_without_the_bad_rows(dirty: Path, clean: Path) -> None:
    for mart in BOOKS:
        a = pl.read_parquet(dirty / f"house/current/marts/{mart}.parquet")
        b = pl.read_parquet(clean / f"house/current/marts/{mart}.parquet")
        assert a.height > 1000
        assert a.equals(b), mart
