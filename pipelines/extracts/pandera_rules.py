"""The row rules of a declaration as Pandera checks: the same text, evaluated by Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.api.polars.types import PolarsData

    from schemas.table import Declaration


def rule_values(decl: Declaration, df: pl.DataFrame, cent: str = "0.00") -> pl.DataFrame:
    """One Boolean column per row rule, in declared order (``rule_0`` …); NULL where undecided.

    ``cent`` is the tolerance in yuan of the accounting identities.
    """
    return df.select(
        pl.sql_expr(rule.sql(cent)).cast(pl.Boolean).alias(f"rule_{at}")
        for at, rule in enumerate(decl.spec.rules)
    )


def row_rule_checks(decl: Declaration, cent: str = "0.00") -> list[pa.Check]:
    """A Pandera check per row rule, named by its reason; a row passes on TRUE and on NULL."""

    def passing(predicate: str) -> Callable[[PolarsData], pl.LazyFrame]:
        expr = pl.sql_expr(predicate).cast(pl.Boolean).fill_null(value=True)
        return lambda data: data.lazyframe.select(expr)

    return [
        pa.Check(passing(rule.sql(cent)), name=rule.reason, title=rule.zh, raise_warning=False)
        for rule in decl.spec.rules
    ]


def rule_schema(decl: Declaration, cent: str = "0.00") -> pa.DataFrameSchema:
    """A Pandera schema that holds a frame of typed columns to the row rules, and nothing else."""
    return pa.DataFrameSchema(checks=row_rule_checks(decl, cent), strict=False)


def validate_frame(decl: Declaration, df: pl.DataFrame) -> list[tuple[str, int]]:
    """``(reason, row index)`` of every failing row, by rule and row; empty where all rules hold.

    ``df`` holds the declared columns with their types, under their declared names.
    """
    values = rule_values(decl, df)
    return [
        (rule.reason, index)
        for at, rule in enumerate(decl.spec.rules)
        for index in values.with_row_index().filter(~pl.col(f"rule_{at}"))["index"].to_list()
    ]
