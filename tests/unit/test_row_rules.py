"""One predicate text, two engines: DuckDB and Polars must agree in three-valued logic.

The grid is seeded, not exhaustive: it shows agreement on nulls, zeros, extremes, full-width digits
and code values around those the rules name; it does not prove agreement on every value.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pandera.errors
import polars as pl
import pytest

from pipelines.extracts.discover import TABLES
from pipelines.extracts.pandera_rules import rule_schema, rule_values, validate_frame

if TYPE_CHECKING:
    from schemas.table import Declaration

TYPES: dict[str, Any] = {
    "text": pl.String, "ident": pl.String, "money": pl.Decimal(18, 2), "ratio": pl.Decimal(9, 6),
    "count": pl.Int64, "ym": pl.Int32, "date": pl.Date, "stamp": pl.Datetime("us"),
}  # fmt: skip
TOP = Decimal("9999999999999999.99")
VALUES: dict[str, list[Any]] = {
    "money": [None, *map(Decimal, ("0.00", "0.01", "-0.01", "100.00")), TOP, -TOP],
    "ratio": [None, Decimal("0.000000"), Decimal("-1.000000"), Decimal("999.999999")],
    "count": [None, 0, 1, -1, 2**62],
    "ym": [None, 202312, 202401, 0],
    "date": [None, dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31)],
    "stamp": [None, dt.datetime(1999, 12, 31, 23, 59, 59), dt.datetime(2000, 1, 1),
              dt.datetime(2024, 2, 29, 10, 0, 0, 1)],
}  # fmt: skip
ODD_TEXT = [
    None,
    "",
    " ",
    "１",
    "0",
    "H61010200001",
    "P６１０１０２００００１",
    "H61010200001\n",
    "'",
    "\x00",
]


def frame(decl: Declaration, rows: int, seed: int) -> pl.DataFrame:
    """Rows drawn from the awkward values of each kind and from the literals that the rules name."""
    draw = random.Random(seed)
    literals = re.findall(r"'([^']*)'", " ".join(rule.predicate for rule in decl.spec.rules))
    texts = [*ODD_TEXT, *literals]
    data = {
        col.name: [draw.choice(VALUES.get(col.meta.kind, texts)) for _ in range(rows)]
        for col in decl.columns
    }
    few = {"money": [Decimal("0.00"), Decimal("1.00"), Decimal("-1.00")]}
    for at in range(0, rows, 2):
        for col in decl.columns:
            if col.meta.kind in few:
                data[col.name][at] = draw.choice(few[col.meta.kind])
    return pl.DataFrame(data, schema={c.name: TYPES[c.meta.kind] for c in decl.columns})


def in_duckdb(decl: Declaration, df: pl.DataFrame, cent: str = "0.00") -> list[tuple[Any, ...]]:
    con = duckdb.connect()
    con.register("rows", df.with_row_index("row_index_").to_arrow())
    names = ", ".join(f'CAST("{c.name}" AS {c.sql_type}) AS {c.name}' for c in decl.columns)
    rules = ", ".join(f"({rule.sql(cent)})" for rule in decl.spec.rules)
    sql = f"SELECT {rules} FROM (SELECT row_index_, {names} FROM rows) ORDER BY row_index_"
    return con.execute(sql).fetchall()


@pytest.mark.parametrize("cent", ["0.00", "0.01"])
@pytest.mark.parametrize("table", [name for name, decl in TABLES.items() if decl.spec.rules])
def test_both_engines_give_the_same_three_values(table: str, cent: str) -> None:
    decl = TABLES[table]
    df = frame(decl, rows=1500, seed=7)
    left, right = in_duckdb(decl, df, cent), rule_values(decl, df, cent).rows()
    for at, rule in enumerate(decl.spec.rules):
        differing = [i for i in range(df.height) if left[i][at] is not right[i][at]]
        assert not differing, (rule.reason, rule.predicate, df.row(differing[0], named=True))
    for at, rule in enumerate(decl.spec.rules):
        seen = {row[at] for row in left}
        assert {True, False} <= seen, f"{rule.reason}: the grid never decides {rule.predicate}"


@pytest.mark.parametrize("table", list(TABLES))
def test_rule_texts_are_portable(table: str) -> None:
    for rule in TABLES[table].spec.rules:
        assert "\\d" not in rule.predicate
        for pattern in re.findall(r"~ '([^']*)'", rule.predicate):
            assert pattern.startswith("^")
            assert pattern.endswith("$")


def test_pandera_names_the_reason_and_the_row() -> None:
    decl = TABLES["fund_plan"]
    df = pl.DataFrame(
        [(202401, "610100", "310", "x", Decimal(a), Decimal("1"), None, None)
         for a in ("1.00", "-1.00", "0.00")],
        schema={c.name: TYPES[c.meta.kind] for c in decl.columns}, orient="row",
    )  # fmt: skip
    assert validate_frame(decl, df) == [("SIGN_MISMATCH", 1)]
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        rule_schema(decl).validate(df, lazy=True)
    assert "SIGN_MISMATCH" in str(caught.value)
    good = df.filter(pl.col("appy_amt") >= 0)
    assert rule_schema(decl).validate(good, lazy=True).height == 2
